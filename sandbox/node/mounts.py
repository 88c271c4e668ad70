"""What the node sees in place of this machine's own folders and files."""

from pathlib import Path

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
    """The pairs to mount, and the empty folders that had to be made on this machine to mount on."""

    def __init__(self, folder: Path, root: Path = Path("/")) -> None:
        self._folder = folder
        self._root = root
        self._made = folder / "mount-points"

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

    def ensure_targets(self) -> None:
        """Makes the missing folders to mount on, and notes them before: an interruption forgets none."""
        missing: list[Path] = []
        for target in FOLDERS.values():
            path = self._root / target.lstrip("/")
            missing += [folder for folder in reversed([path, *path.parents]) if not folder.exists()]
        if not missing:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        noted = self._noted()
        new = [folder for folder in dict.fromkeys(map(str, missing)) if folder not in noted]
        with self._made.open("a") as file:
            file.write("".join(f"{folder}\n" for folder in new))
        for folder in missing:
            folder.mkdir(exist_ok=True)

    def _noted(self) -> list[str]:
        return self._made.read_text().splitlines() if self._made.exists() else []

    def remove_targets(self) -> None:
        """Removes those folders again; one that somebody has put something into stays."""
        for folder in sorted(self._noted(), reverse=True):
            try:
                Path(folder).rmdir()
            except OSError:
                continue
        self._made.unlink(missing_ok=True)
