"""The sandbox's registry: what is in its storage, and whether it answers."""

import os
import shutil
from pathlib import Path

import requests

from sandbox.credentials import Account
from sandbox.waiting import wait_for

READY_SECONDS = 30


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

    def digest(self, image: str) -> str | None:
        """Of `repository:tag` or `repository@digest` as the registry has it; None when it does not."""
        repository, _, reference = image.partition("@" if "@" in image else ":")
        answer = self._get(f"/v2/{repository}/manifests/{reference}")
        return answer.headers.get("Docker-Content-Digest") if answer.status_code == 200 else None

    def wait(self) -> None:
        """Returns when it accepts the password; raises TimeoutError with what it said last."""
        wait_for(f"the registry at {self.address}", lambda: self.problem() or True, seconds=READY_SECONDS)

    def problem(self) -> str:
        """Empty, or why it cannot be used."""
        try:
            answer = self._get("/v2/")
        except requests.RequestException as error:
            return f"does not answer ({type(error).__name__})"
        if answer.status_code == 401:
            return "refuses the password in credentials.json"
        return "" if answer.status_code == 200 else f"answers with status {answer.status_code}"

    def _get(self, path: str) -> requests.Response:
        session = requests.Session()
        session.trust_env = False  # no proxy stands between this machine and its own node
        manifests = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json"
        docker = "application/vnd.docker.distribution.manifest.v2+json"
        return session.get(
            f"http://{self.address}{path}",
            auth=(self._account.username, self._account.password),
            headers={"Accept": f"{manifests}, {docker}"},
            timeout=5,
        )


def _merge(source: Path, target: Path) -> None:
    for folder, _, files in os.walk(source):
        into = target / Path(folder).relative_to(source)
        for name in files:
            new = into / name
            if name == "data":
                if not new.exists():
                    _put(Path(folder) / name, new)
            elif not new.exists() or new.read_bytes() != (Path(folder) / name).read_bytes():
                into.mkdir(parents=True, exist_ok=True)
                partial = into / f".{name}.new"
                shutil.copyfile(Path(folder) / name, partial)
                partial.replace(new)


def _put(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.new")
    partial.unlink(missing_ok=True)
    try:
        os.link(source, partial)
    except OSError:  # another file system, or one without hard links
        shutil.copyfile(source, partial)
    partial.replace(target)
