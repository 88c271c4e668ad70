"""The release manifests, served by the sandbox under the paths of the official server."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import requests
import yaml

from sandbox.images.tekton import PLACEHOLDER, Release
from sandbox.paths import CHECKOUT
from sandbox.private_file import write_private

LOCK = CHECKOUT / "components" / "releases.yaml"


def path_of(release: Release, name: str) -> str:
    """Below the server's root, as on infra.tekton.dev."""
    project = release.module.rpartition("/")[2]
    return f"tekton-releases/{project}/previous/{release.version}/{name}"


class Releases:
    """Files in `folder`, served at `url`; the images they name are in the registry at `registry`."""

    def __init__(self, folder: Path, url: str, registry: str) -> None:
        self.folder = folder
        self.url = url
        self._registry = registry

    def render(self, made: Sequence[tuple[Release, Path]]) -> list[str]:
        """From the folders with the made manifests; the URLs under which they are served."""
        urls = []
        for release, folder in made:
            for name in release.files:
                text = (folder / name).read_text().replace(PLACEHOLDER, self._registry)
                file = self.folder / path_of(release, name)
                file.parent.mkdir(parents=True, exist_ok=True)
                if not file.exists() or file.read_text() != text:
                    write_private(file, text)
                    file.chmod(0o644)
                urls.append(f"{self.url}/{path_of(release, name)}")
        return urls

    def problem(self) -> str:
        """Empty, or why nothing can be fetched."""
        session = requests.Session()
        session.trust_env = False
        try:
            answer = session.get(f"{self.url}/ready", timeout=5)
        except requests.RequestException as error:
            return f"does not answer ({type(error).__name__})"
        return "" if answer.status_code == 200 else f"answers with status {answer.status_code}"

    def prepare(self) -> None:
        """The folder to serve, with the file that shows that it is served."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "ready").write_text("ready\n")


def tekton(releases: Iterable[Release], folder: Callable[[str], Path]) -> list[tuple[Release, Path]]:
    """Their manifests; `folder` says where the toolchain put a part."""
    return [(release, folder(release.part)) for release in releases]


def behind(releases: Iterable[Release], lock: Path = LOCK) -> str:
    """Which releases are made here in another version than the lock has, as a sentence; empty: none."""
    versions = {name: entry["version"] for name, entry in yaml.safe_load(lock.read_text("utf-8")).items()}
    other = [
        (f"{release.name.capitalize()} {release.version}", versions[release.part])
        for release in releases
        if release.version != versions[release.part]
    ]
    if not other:
        return ""
    made, locked = (" and ".join(words) for words in zip(*other, strict=True))
    return (
        f"Tekton {made} are what can be made here; the project's lock has {locked}, which other stacks "
        "install: see docs/versions.md"
    )
