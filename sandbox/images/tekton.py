"""Tekton's release manifests and images, made by ko as Tekton's own release pipeline does it."""

import json
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sandbox.images import recipes
from sandbox.images.image import link_or_copy
from sandbox.toolchain import go
from sandbox.toolchain.pins import HURRIED
from sandbox.toolchain.processes import Processes, ToolchainError
from sandbox.toolchain.tool import ARCHITECTURE, MODULES, Tool
from toolkit.polling import wait_for

# Stands for the registry's address in the cached manifests: the release server puts the real one there.
PLACEHOLDER = "REGISTRY.SANDBOX.INVALID"
REGISTRY_STARTS = 30  # seconds


@dataclass(frozen=True, kw_only=True)
class Release:
    """One Tekton project: its module and the release files that official releases have.

    `files`: name of the release file: folder of the module it is made from, and whether with subfolders.
    """

    name: str
    version: str
    module: str
    files: dict[str, tuple[str, bool]]
    part: str
    """Name of its images in the toolchain, and of the folder with its go.mod."""

    @property
    def source(self) -> Path:
        """The folder of its go.mod."""
        return self.programs.source

    @property
    def programs(self) -> Tool:
        """Programs to compile: those that go.mod's tool lines name.

        ko runs one `go build` a program, two at a time, and both would compile what they share. So all of it
        is compiled before, with ko's flags, and ko only links.
        """
        lines = (MODULES / self.part / "go.mod").read_text()
        packages = re.findall(rf"^\s+({re.escape(self.module)}/cmd/\S+)$", lines, re.MULTILINE)
        return Tool(
            name=self.part, version=self.version, packages=tuple(packages), programs=(), compiler=HURRIED
        )


# The newest patches that there is a module of; the lock's are newer, and `make up` says so. Files and
# folders are as in each module's tekton/publish.yaml.
PIPELINES = Release(
    name="pipelines",
    version="v1.15.1",
    module="github.com/tektoncd/pipeline",
    files={"release.yaml": ("config", True)},
    part="tekton-pipelines",
)
TRIGGERS = Release(
    name="triggers",
    version="v0.37.0",
    module="github.com/tektoncd/triggers",
    files={"release.yaml": ("config", False), "interceptors.yaml": ("config/interceptors", False)},
    part="tekton-triggers",
)
CURRENT = (PIPELINES, TRIGGERS)
PREVIOUS = (
    replace(PIPELINES, version="v1.9.1", part="tekton-pipelines-previous"),
    replace(TRIGGERS, version="v0.35.0", part="tekton-triggers-previous"),
)
"""The newest older ones that can be made here: what the test of an upgrade begins with."""


def make(
    folder: Path, release: Release, *, ko: Path, busybox: Path, git: Path, processes: Processes, log: Path
) -> None:
    """`folder/docker/registry/v2`, `images.json` and the release files with the placeholder.

    `busybox` and `git` are the folders of those images: every program stands on the first, the resolvers,
    which clone, on the second.
    """
    go.require_go()
    for image in (busybox, git):
        merge(image, folder)
    sources = go.module_sources(release.source, release.module)
    with (
        tempfile.TemporaryDirectory() as temporary,
        _registry(folder, Path(temporary), processes, log) as address,
    ):
        environment = _settings(release, address, Path(temporary))
        for name, (path, subfolders) in release.files.items():
            command = [str(ko), "resolve", "--filename", str(sources / path), *_options(release, subfolders)]
            output = Path(temporary) / name
            processes.run(command, log=log, cwd=release.source, env=environment, output=output)
            (folder / name).write_text(_finish(output.read_text(), release, address, busybox))
    storage = folder / "docker/registry/v2/repositories"
    shutil.rmtree(storage / "sandbox")  # theirs, not ours; the blobs are shared anyway
    (folder / "images.json").write_text(json.dumps(_images(storage, release), indent=1))


def merge(image: Path, folder: Path) -> None:
    """Add an image's storage tree to another."""
    for path in (image / "docker").rglob("*"):
        target = folder / path.relative_to(image)
        if path.is_file() and not target.exists():
            link_or_copy(path, target)


def _settings(release: Release, address: str, temporary: Path) -> dict[str, str]:
    git_image = f"{address}/{recipes.GIT[0]}:{recipes.GIT[1]}"
    busybox_image = f"{address}/{recipes.BUSYBOX[0]}:{recipes.BUSYBOX[1]}"
    settings = {  # the flags are those of Release.programs
        "defaultBaseImage": busybox_image,
        "baseImageOverrides": {f"{release.module}/cmd/resolvers": git_image},
        "defaultFlags": ["-trimpath", f"-gcflags=all={HURRIED}"],
        "defaultLdflags": ["-s", "-w"],
    }
    (temporary / ".ko.yaml").write_text(json.dumps(settings))  # JSON is YAML
    return {
        **go.ENVIRONMENT,
        "CGO_ENABLED": "0",
        "KO_CONFIG_PATH": str(temporary),
        "KO_DOCKER_REPO": f"{address}/tekton/{release.name}",
        "DOCKER_CONFIG": str(temporary),  # the user's credential helpers have no say in it
    }


def _options(release: Release, subfolders: bool) -> list[str]:
    return [
        *(["--recursive"] if subfolders else []),
        "--base-import-paths",
        "--insecure-registry",
        "--sbom=none",
        f"--tags={release.version}",
        f"--platform=linux/{ARCHITECTURE}",
        "--jobs=2",
    ]


def _finish(manifest: str, release: Release, address: str, busybox: Path) -> str:
    """The release pipeline's own substitution, and our shell for the one image from elsewhere."""
    manifest = re.sub(
        r'((?:\w+\.tekton\.dev/release|app\.kubernetes\.io/version|version)"?): "devel"',
        rf'\1: "{release.version}"',
        manifest,
    )
    name = f"{recipes.BUSYBOX[0]}:{recipes.BUSYBOX[1]}"
    digest = json.loads((busybox / "images.json").read_text())[name]
    manifest = re.sub(
        r"cgr\.dev/chainguard/busybox@sha256:[0-9a-f]{64}", f"{address}/{name}@{digest}", manifest
    )
    manifest = manifest.replace(address, PLACEHOLDER)
    if "ko://" in manifest:
        raise ToolchainError(f"ko left a program of {release.module} without an image")
    return manifest


def _images(storage: Path, release: Release) -> dict[str, str]:
    tags = sorted(storage.glob(f"tekton/{release.name}/*/_manifests/tags/{release.version}/current/link"))
    digests = {str(link.parents[4].relative_to(storage)): link.read_text() for link in tags}
    return {f"{repository}@{digest}": digest for repository, digest in digests.items()}


@contextmanager
def _registry(storage: Path, temporary: Path, processes: Processes, log: Path) -> Iterator[str]:
    """A registry on loopback over the storage tree; yields HOST:PORT."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    address = f"127.0.0.1:{port}"
    settings = {
        "version": 0.1,
        "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(storage)}},
        "http": {"addr": address, "secret": os.urandom(16).hex()},
    }
    configuration = temporary / "registry.yaml"
    configuration.write_text(json.dumps(settings))
    child = processes.start(["docker-registry", "serve", str(configuration)], log=log)

    def answers() -> bool:
        processes.check()
        if child.poll() is not None:
            raise ToolchainError(f"the temporary registry ended at once (log: {log})")
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", port)) == 0

    try:
        wait_for(f"a temporary registry on {address}", answers, REGISTRY_STARTS)
        yield address
    finally:
        processes.stop(child)
