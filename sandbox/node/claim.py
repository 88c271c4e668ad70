"""Claims of address ranges on this machine, and the process of each sandbox's node."""

import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.node.problem import NodeError
from toolkit.polling import wait_for

PF_EXITING = 0x4  # <linux/sched.h>
ROOT = Path("/run/tekton-builds")  # one for all checkouts of this machine


@dataclass(frozen=True)
class Process:
    """A process that cannot be taken for another one: its number and when, in which boot, it began."""

    boot: str
    pid: int
    began: int  # clock ticks since the boot

    @classmethod
    def parse(cls, text: str) -> "Process":
        """Parses `<boot id> <the line of /proc/PID/stat>`; raises ValueError for anything else."""
        boot, _, stat = text.strip().partition(" ")
        head, bracket, tail = stat.rpartition(")")  # the name before it may hold blanks and brackets
        fields = tail.split()
        if not bracket or len(fields) < 20:
            raise ValueError(f"no process: {text!r}")
        return cls(boot, int(head.split()[0]), int(fields[19]))

    def alive(self) -> bool:
        """True while this very process runs; a zombie runs no more."""
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        try:
            line = Path(f"/proc/{self.pid}/stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return False
        zombie = line.rpartition(")")[2].split()[0] in {"Z", "X"}
        return not zombie and Process.parse(f"{boot} {line}") == self

    def ending(self) -> bool:
        """True when it was killed and the kernel is still clearing up behind it."""
        try:
            flags = int(Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[6])
        except (FileNotFoundError, ProcessLookupError):
            return True
        return bool(flags & PF_EXITING)

    def kill(self) -> None:
        """Ends it and, as it is a PID 1, everything in its PID namespace; waits until all that is gone."""
        if not self.alive():
            return
        os.kill(self.pid, signal.SIGKILL)
        # PID 1 counts as gone only after every process of its namespace.
        wait_for(f"the node's processes (PID {self.pid}) to end", lambda: not self.alive(), seconds=30)


class Claim:
    """A range belongs to one sandbox at a time. What is known of it lies in `/run/tekton-builds/<range>/`."""

    def __init__(self, network: str, state: Path, root: Path = ROOT) -> None:
        self.network = network
        self.state = state.resolve()
        self._root = root
        self.folder = root / network.replace("/", "-")

    @classmethod
    def of(cls, state: Path, root: Path = ROOT) -> list["Claim"]:
        """Every range that the sandbox in this state folder has; more than one when its range was changed."""
        names = sorted(folder.name for folder in root.glob("*-16") if folder.is_dir())
        claims = [cls(name.replace("-", "/"), state, root) for name in names]
        return [claim for claim in claims if claim.owner() == claim.state]

    @property
    def mount_points(self) -> Path:
        """The note of folders that earlier sandboxes of this machine left to the last one to clean up."""
        return self._root / "mount-points"

    def is_last(self) -> bool:
        """True when no other sandbox of this machine has a range."""
        folders = [folder for folder in self._root.glob("*-16") if folder.is_dir()]
        return all(folder == self.folder and self.owner() == self.state for folder in folders)

    @property
    def link(self) -> str:
        """The machine's end of the veth pair. Named by the range: whoever takes a range over finds it."""
        return "tekton-" + "-".join(self.network.split(".")[:2])

    @property
    def cgroup(self) -> str:
        """The cgroup, at the root of every hierarchy, that all pods are in."""
        return "tekton-builds-" + "-".join(self.network.split(".")[:2])

    @property
    def process_file(self) -> Path:
        """The file into which the node's PID 1 writes its identity."""
        return self.folder / "process"

    def owner(self) -> Path | None:
        """The state folder of the sandbox that has the range, or had it when it was cut off."""
        try:
            return Path((self.folder / "state").read_text())
        except FileNotFoundError:
            return None

    def process(self) -> Process | None:
        """The range's node, if it runs."""
        try:
            process = Process.parse(self.process_file.read_text())
        except (FileNotFoundError, ValueError):
            return None
        return process if process.alive() else None

    def conflict(self) -> str:
        """Empty, or who else's sandbox runs in this range."""
        owner = self.owner()
        if owner in (None, self.state) or self.process() is None:
            return ""
        assert owner is not None
        if not owner.exists():
            return ""  # a checkout that was deleted while its sandbox ran: nobody will miss it
        return (
            f"the sandbox in {owner} is using {self.network}: run `make down` there, or choose another range "
            f"for this one, such as SANDBOX_NETWORK={_another(self.network)} make up"
        )

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Locks this sandbox against other starts and stops meanwhile.

        Raises NodeError when somebody does, or when another sandbox has the range.
        """
        lock = self._lock()
        try:
            if problem := self.conflict():
                raise NodeError(problem)
            process = self.process()
            if process and self.owner() != self.state:
                process.kill()  # of a checkout that is gone
            self.folder.mkdir(parents=True, exist_ok=True)
            temporary = self.folder / "state.new"
            temporary.write_text(str(self.state))
            temporary.replace(self.folder / "state")
            yield
        finally:
            os.close(lock)

    def _lock(self) -> int:
        # A kernel lock: it goes with its process, however that ends.
        self._root.mkdir(parents=True, exist_ok=True)
        file = self._root / f"{self.folder.name}.lock"
        while True:
            descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                raise NodeError(
                    f"another `make up` or `make down` is at work on {self.network}; let it finish"
                ) from None
            if file.exists() and os.path.samestat(os.fstat(descriptor), file.stat()):
                return descriptor
            os.close(descriptor)  # its last holder has just removed it

    def release(self) -> None:
        """The range is free again. To be called while held."""
        for name in ("process", "process.new", "state", "state.new"):
            (self.folder / name).unlink(missing_ok=True)
        if self.folder.is_dir():
            self.folder.rmdir()
        (self._root / f"{self.folder.name}.lock").unlink(missing_ok=True)
        if not any(self._root.iterdir()):
            self._root.rmdir()


def _another(network: str) -> str:
    octet = int(network.split(".")[1])
    return f"10.{octet + 1 if octet < 250 else 201}.0.0/16"
