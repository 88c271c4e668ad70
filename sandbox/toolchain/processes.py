"""Child processes of the toolchain: each logs to a file, each ends with us."""

import os
import shlex
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

LOG_TAIL = 3  # lines of a log that an error repeats


class ToolchainError(Exception):
    """Reason why a tool or an image is missing, in words for the user of `make up`."""


class EndedError(ToolchainError):
    """The work was called off (Ctrl-C); nothing half-made is left."""


class CommandFailedError(ToolchainError):
    """A command ended with another status than 0: names it, the end of what it said, and its log."""

    def __init__(self, command: Sequence[str], status: int, log: Path) -> None:
        prefixes = ("$ ", "# ")  # the command itself and what it took
        lines = [
            line
            for line in log.read_text(errors="replace").splitlines()
            if line.strip() and not line.startswith(prefixes)
        ]
        tail = " | ".join(lines[-LOG_TAIL:])
        super().__init__(f"{Path(command[0]).name} ended with status {status}: {tail} (log: {log})")
        self.status = status
        self.lines = lines


def _dies_with_us() -> list[str]:
    """A kill -9 of this program leaves it no time to end its children; the kernel does."""
    return ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []


class Processes:
    """Every process has a group of its own: a Ctrl-C reaches us alone, and we end them all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._ended = threading.Event()

    def start(
        self,
        command: Sequence[str],
        *,
        log: Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        output: Path | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a command, its output appended to `log`. `env` is added to ours. End it with `stop`.

        With `output` what it prints goes to that file, and only its errors to the log.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        if not shutil.which(command[0]):
            raise ToolchainError(f"{command[0]} is not installed")
        with self._lock, log.open("ab") as out, Path(output or os.devnull).open("wb") as printed:
            self.check()
            out.write(f"$ {shlex.join(command)}\n".encode())
            out.flush()
            child = subprocess.Popen(
                [*_dies_with_us(), *command],
                cwd=cwd,
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=printed if output else out,
                stderr=out,
                start_new_session=True,
            )
            self._running[child.pid] = child
        return child

    def run(
        self,
        command: Sequence[str],
        *,
        log: Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        output: Path | None = None,
    ) -> None:
        """Run a command to its end; its wall and CPU time go to the log.

        Raises CommandFailedError, or EndedError.
        """
        began = time.monotonic()
        child = self.start(command, log=log, cwd=cwd, env=env, output=output)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        with self._lock:
            self._running.pop(child.pid, None)
        self.check()
        with log.open("a") as out:
            wall = time.monotonic() - began
            out.write(f"# {wall:.1f} s wall, {usage.ru_utime + usage.ru_stime:.1f} s cpu\n")
        if child.returncode:
            raise CommandFailedError(command, child.returncode, log)

    def stop(self, child: subprocess.Popen[bytes]) -> None:
        """End one started process and wait until it is gone."""
        with self._lock:
            self._running.pop(child.pid, None)
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGTERM)
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()

    def check(self) -> None:
        """Raise EndedError once `end_all` was called: long Python work calls it between two steps."""
        if self._ended.is_set():
            raise EndedError("called off")

    def end_all(self) -> None:
        """Kill every process with all it started, and let no other begin."""
        self._ended.set()
        with self._lock:
            for pid in self._running:
                try:
                    os.killpg(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
