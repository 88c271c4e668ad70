"""Mounts that replace this machine's own folders and files in the node."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from sandbox.node.claim import Process

# Folder in the node's state: where the programs expect it. A path of this machine is never written to.
FOLDERS = {
    "kubernetes": "/etc/kubernetes",
    "kubelet": "/var/lib/kubelet",
    "containerd": "/var/lib/containerd",
    "etcd": "/var/lib/etcd",
    "cni": "/etc/cni/net.d",
    "cni-state": "/var/lib/cni",
    "pod-logs": "/var/log/pods",
    "container-logs": "/var/log/containers",
}

# kubelet would set these for the whole machine; it leaves alone what already reads as it wishes.
KERNEL_SETTINGS = {
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
}


class Mounts:
    """The pairs to mount, and the empty folders that had to be made on this machine to mount on.

    Those folders serve every sandbox of the machine: `shared_note` is what the sandbox that goes leaves to
    the last one, as removing them would take another node's mounts away.
    """

    def __init__(self, folder: Path, shared_note: Path, root: Path = Path("/")) -> None:
        self._folder = folder
        self._shared_note = shared_note
        self._root = root
        self._own_note = folder / "mount-points"

    def pairs(self) -> list[tuple[Path, str]]:
        """(source, target in the node), in order. Makes every source."""
        pairs = []
        for name, target in FOLDERS.items():
            source = self._folder / name
            source.mkdir(parents=True, exist_ok=True)
            pairs.append((source, target))
        for name in ("hosts", "resolv.conf"):
            pairs.append((self._folder / name, f"/etc/{name}"))
        settings = self._folder / "kernel"
        settings.mkdir(exist_ok=True)
        for name, value in KERNEL_SETTINGS.items():
            if Path("/proc/sys", name).exists():
                source = settings / name.replace("/", ".")
                source.write_text(f"{value}\n")
                pairs.append((source, f"/proc/sys/{name}"))
        return pairs

    @staticmethod
    def missing_targets(process: Process) -> list[str]:
        """Folders that are no longer mounted in a node: somebody unmounted them, or removed them here."""
        lines = Path(f"/proc/{process.pid}/mountinfo").read_text().splitlines()
        mounted = {line.split()[4] for line in lines}
        return [target for target in FOLDERS.values() if target not in mounted]

    def ensure_targets(self) -> None:
        """Makes the missing folders to mount on, and notes them before: an interruption forgets none."""
        folders: list[Path] = []
        for target in FOLDERS.values():
            path = self._root / target.lstrip("/")
            folders += [folder for folder in reversed([path, *path.parents]) if not folder.exists()]
        _note(self._own_note, map(str, folders))
        for folder in folders:
            folder.mkdir(exist_ok=True)

    def remove_targets(self, *, last: bool) -> None:
        """Removes those folders again when this is the `last` sandbox; what is not empty stays."""
        if not last:
            _note(self._shared_note, _read_notes(self._own_note))
        else:
            for folder in sorted(
                {*_read_notes(self._own_note), *_read_notes(self._shared_note)}, reverse=True
            ):
                with suppress(OSError):  # gone already, or somebody has put something into it
                    Path(folder).rmdir()
            self._shared_note.unlink(missing_ok=True)
        self._own_note.unlink(missing_ok=True)


def _read_notes(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


def _note(file: Path, folders: Iterable[str]) -> None:
    notes = _read_notes(file)
    additions = [folder for folder in dict.fromkeys(folders) if folder not in notes]
    if additions:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a") as stream:
            stream.write("".join(f"{folder}\n" for folder in additions))
