"""The sandbox's registry: what is in its storage, and whether it answers."""

import os
import shutil
from pathlib import Path

from sandbox.credentials import Account
from toolkit.http import probe, problem_of


class Registry:
    """docker-registry's storage in `<state>/registry`, served at `address` (HOST:PORT) with a password."""

    def __init__(self, storage: Path, address: str, account: Account) -> None:
        self.storage = storage
        self.address = address
        self._account = account

    def load(self, trees: list[Path]) -> None:
        """Adds what these folders hold (`docker/registry/v2/...` each); the registry may run meanwhile.

        Blobs never change, so they are hard links where the file system can. What names them does change, in
        place, and is copied: the registry must not write into the trees.
        """
        for tree in trees:
            # Blobs first: a name must never point at one that is not there yet.
            for part in ("blobs", "repositories"):
                _merge(tree / "docker/registry/v2" / part, self.storage / "docker/registry/v2" / part)

    def problem(self) -> str:
        """Empty, or why it cannot be used."""
        account = (self._account.username, self._account.password)
        answer = probe(f"http://{self.address}/v2/", auth=account)
        return "refuses the password in credentials.json" if answer == 401 else problem_of(answer)


def _merge(source: Path, target: Path) -> None:
    for folder, _, files in os.walk(source):
        target_folder = target / Path(folder).relative_to(source)
        for name in files:
            destination = target_folder / name
            if name == "data":
                if not destination.exists():
                    _link_or_copy(Path(folder) / name, destination)
            elif not destination.exists() or destination.read_bytes() != (Path(folder) / name).read_bytes():
                target_folder.mkdir(parents=True, exist_ok=True)
                partial = target_folder / f".{name}.new"
                shutil.copyfile(Path(folder) / name, partial)
                partial.replace(destination)


def _link_or_copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.new")
    partial.unlink(missing_ok=True)
    try:
        os.link(source, partial)
    except OSError:  # another file system, or one without hard links
        shutil.copyfile(source, partial)
    partial.replace(target)
