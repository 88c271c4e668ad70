"""The release manifests, served by the sandbox under the paths of the official server."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import yaml

from sandbox.images.tekton import PLACEHOLDER, Release
from toolkit.files import write_changed
from toolkit.http import probe, problem_of
from toolkit.paths import CHECKOUT

LOCK = CHECKOUT / "releases" / "releases.yaml"


def path_of(release: Release, name: str) -> str:
    """Path below the server's root, as on infra.tekton.dev."""
    project = release.module.rpartition("/")[2]
    return f"tekton-releases/{project}/previous/{release.version}/{name}"


class Releases:
    """Files in `folder`, served at `url`; the images they name are in the registry at `registry`."""

    def __init__(self, folder: Path, url: str, registry: str) -> None:
        self.folder = folder
        self.url = url
        self._registry = registry

    def render(self, manifest_folders: Sequence[tuple[Release, Path]]) -> list[str]:
        """Writes the manifests from these folders; returns the URLs under which they are served."""
        urls = []
        for release, folder in manifest_folders:
            for name in release.files:
                text = (folder / name).read_text().replace(PLACEHOLDER, self._registry)
                file = self.folder / path_of(release, name)
                file.parent.mkdir(parents=True, exist_ok=True)
                write_changed(file, text, mode=0o644)
                urls.append(f"{self.url}/{path_of(release, name)}")
        return urls

    def problem(self) -> str:
        """Empty, or why nothing can be fetched."""
        return problem_of(probe(f"{self.url}/ready"))

    def prepare(self) -> None:
        """The folder to serve, with the file that shows that it is served."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "ready").write_text("ready\n")


def tekton(releases: Iterable[Release], folder: Callable[[str], Path]) -> list[tuple[Release, Path]]:
    """Their manifests; `folder` says where the toolchain put a part."""
    return [(release, folder(release.part)) for release in releases]


def version_differences(releases: Iterable[Release], lock: Path = LOCK) -> str:
    """A sentence on the releases that are made here in another version than the lock has; empty when none."""
    versions = {name: entry["version"] for name, entry in yaml.safe_load(lock.read_text("utf-8")).items()}
    differences = [
        (f"{release.name.capitalize()} {release.version}", versions[release.part])
        for release in releases
        if release.version != versions[release.part]
    ]
    if not differences:
        return ""
    buildable, locked = (" and ".join(words) for words in zip(*differences, strict=True))
    return (
        f"Tekton {buildable} are what can be made here; the project's lock has {locked}, which other stacks "
        "install: see docs/versions.md"
    )
