"""The cgroup that every pod is in: ours, so that ending the sandbox can remove exactly that."""

import os
from pathlib import Path

from sandbox.node.problem import NodeError
from toolkit.polling import wait_for


def hierarchies(mountinfo: str) -> list[Path]:
    """Mount points of the cgroup hierarchies: one for version 2, one a controller for version 1."""
    lines = (line.split() for line in mountinfo.splitlines())
    return [Path(words[4]) for words in lines if words[words.index("-") + 1] in {"cgroup", "cgroup2"}]


class Cgroup:
    """One name at the root of every hierarchy.

    Version 2 follows the kernel's and runc's documentation but was never tried: the machines at hand have
    version 1.
    """

    def __init__(self, name: str, roots: list[Path] | None = None) -> None:
        self.name = name
        self._roots = hierarchies(Path("/proc/self/mountinfo").read_text()) if roots is None else roots

    def ensure(self) -> None:
        """Makes it where it is missing. Raises NodeError when there are no cgroups."""
        if not self._roots:
            raise NodeError("no cgroups are mounted below /sys/fs/cgroup; containers need them")
        for root in self._roots:
            folder = root / self.name
            controllers = root / "cgroup.controllers"
            if controllers.exists() and (root / "cgroup.subtree_control").exists():
                _enable(root, controllers.read_text().split())
            folder.mkdir(exist_ok=True)
            # Version 1: a new cpuset is empty, and no process fits into an empty one.
            for setting in ("cpuset.cpus", "cpuset.mems"):
                file = folder / setting
                if file.exists() and not file.read_text().strip() and not controllers.exists():
                    file.write_text((root / setting).read_text())

    def folders(self) -> list[Path]:
        """All of its folders, children before their parents."""
        return [
            Path(folder)
            for root in self._roots
            for folder, _, _ in os.walk(root / self.name, topdown=False, followlinks=False)
        ]

    def remove(self) -> None:
        """Removes all of it; the processes that were in it are gone, or are about to be."""

        def is_removed() -> bool | str:
            for folder in self.folders():
                try:
                    folder.rmdir()
                except FileNotFoundError:
                    pass
                except OSError as error:
                    return f"{folder}: {error.strerror}"
            return True

        wait_for("the pods' cgroups to be empty", is_removed, seconds=20)


def _enable(root: Path, controllers: list[str]) -> None:
    for controller in sorted({"cpu", "cpuset", "io", "memory", "pids", "hugetlb"} & set(controllers)):
        (root / "cgroup.subtree_control").write_text(f"+{controller}")
