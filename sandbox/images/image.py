"""An image: layers and what a container of it starts; written for `ctr` or as a registry keeps it."""

import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.images.layer import MODIFIED, Layer
from sandbox.toolchain.tool import ARCHITECTURE

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
SEARCH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, kw_only=True)
class Image:
    """Layers in their order and the container's defaults. `env` is added to PATH."""

    layers: Sequence[Layer]
    entrypoint: Sequence[str] = ()
    command: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    user: str = ""

    def config(self) -> bytes:
        """The image's configuration, JSON."""
        config: dict[str, object] = {
            "Env": [f"{name}={value}" for name, value in {"PATH": SEARCH, **self.env}.items()]
        }
        if self.entrypoint:
            config["Entrypoint"] = list(self.entrypoint)
        if self.command:
            config["Cmd"] = list(self.command)
        if self.user:
            config["User"] = self.user
        return _json(
            {
                "created": "2023-11-14T22:13:20Z",
                "architecture": ARCHITECTURE,
                "os": "linux",
                "config": config,
                "rootfs": {"type": "layers", "diff_ids": [layer.digest for layer in self.layers]},
                "history": [{"created_by": "tekton-builds sandbox"} for _ in self.layers],
            }
        )

    def write_archive(self, path: Path, tags: Sequence[str]) -> None:
        """A docker-archive: `ctr images import` takes it. One file, several names."""
        config = self.config()
        name = f"{hashlib.sha256(config).hexdigest()}.json"
        layers = [f"{layer.digest.removeprefix('sha256:')}.tar" for layer in self.layers]
        manifest = _json([{"Config": name, "RepoTags": list(tags), "Layers": layers}])
        with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
            _add(archive, name, config)
            for layer, layer_name in zip(self.layers, layers, strict=True):
                entry = tarfile.TarInfo(layer_name)
                entry.size, entry.mtime = layer.size, MODIFIED
                with layer.path.open("rb") as content:
                    archive.addfile(entry, content)
            _add(archive, "manifest.json", manifest)

    def write_tree(self, root: Path, repository: str, tag: str) -> str:
        """The image as docker-registry's storage (`root/docker/registry/v2`) keeps it; returns its digest."""
        config = self.config()
        config_digest = _digest(config)
        manifest = _json(
            {
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "config": {"mediaType": CONFIG, "size": len(config), "digest": config_digest},
                "layers": [
                    {"mediaType": LAYER, "size": layer.size, "digest": layer.digest} for layer in self.layers
                ],
            }
        )
        digest = _digest(manifest)
        storage = root / "docker/registry/v2"
        _blob(storage, config_digest).write_bytes(config)
        _blob(storage, digest).write_bytes(manifest)
        for layer in self.layers:
            blob = _blob(storage, layer.digest)
            if not blob.exists():
                link_or_copy(layer.path, blob)
        folder = storage / "repositories" / repository
        for part in (config_digest, *(layer.digest for layer in self.layers)):
            _link(folder / "_layers", part)
        _link(folder / "_manifests/revisions", digest)
        _link(folder / "_manifests/tags" / tag / "index", digest)
        _write_link(folder / "_manifests/tags" / tag / "current", digest)
        return digest


def link_or_copy(source: Path, target: Path) -> None:
    """Links a file to a second name, or copies it where the file system has no links."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime = len(data), MODIFIED
    archive.addfile(entry, io.BytesIO(data))


def _blob(storage: Path, digest: str) -> Path:
    value = digest.removeprefix("sha256:")
    path = storage / "blobs/sha256" / value[:2] / value / "data"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _link(folder: Path, digest: str) -> None:
    _write_link(folder / "sha256" / digest.removeprefix("sha256:"), digest)


def _write_link(folder: Path, digest: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "link").write_text(digest)
