"""The pods' network: CNI's configuration, and a check that the running pods were joined by it."""

import shutil
from pathlib import Path


class PodNetwork:
    """`folder`: the node's. Its `cni-state` is emptied at each start of the node, as addresses are."""

    def __init__(self, folder: Path) -> None:
        self._present = folder / "cni" / "10-pods.conflist"
        self._at_start = folder / "cni-state" / "pods.conflist"

    def note_start(self) -> None:
        """The node starts with the present configuration."""
        shutil.copyfile(self._present, self._at_start)

    def has_changed(self) -> bool:
        """True when the running pods are on another network than new ones; an earlier version noted none."""
        return not (self._at_start.exists() and self._at_start.read_text() == self._present.read_text())
