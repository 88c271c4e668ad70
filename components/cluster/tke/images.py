"""The image of a TKE cluster's nodes, and whether its kernel has what rootless BuildKit needs.

What an image has is data, tke_images.yaml. The cloud has more images than are known here, so that no name is
refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pulumi
import yaml

TABLE = Path(__file__).with_name("tke_images.yaml")
DEFAULT = "tlinux4_x86_64_public"
OVERLAY = (5, 11)  # the first kernel that lets a user mount an overlay (moby/buildkit, docs/rootless.md)


@dataclass(frozen=True, kw_only=True)
class Image:
    """An image that TKE takes by name."""

    kernel: str
    id: str
    """The cloud's id of the image; empty when unknown."""

    @property
    def has_overlay(self) -> bool:
        """True when a user can mount an overlay."""
        return tuple(int(part) for part in self.kernel.split(".")[:2]) >= OVERLAY


def table() -> Mapping[str, Image]:
    """The images that are known, by name."""
    entries = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return {name: Image(kernel=entry["kernel"], id=entry.get("id", "")) for name, entry in entries.items()}


def image_of(setting: str, recorded: str) -> str:
    """The image that pools are given. `setting` is `cluster.nodes.os`, `recorded` the state's; empty: none.

    A pool keeps what it has as long as nothing else is asked for, under whichever of its names.
    """
    if not setting:
        return recorded or DEFAULT
    entry = table().get(setting)
    return recorded if entry and entry.id and entry.id == recorded else setting


def warn(image: str) -> None:
    """Says what is known to be wrong with an image, or that nothing is known of it."""
    images = table()
    entry = images.get(image) or next((listed for listed in images.values() if listed.id == image), None)
    if entry is None:
        log = pulumi.log.info if image.startswith("img-") else pulumi.log.warn
        log(
            f"cluster.nodes.os is {image!r}, whose kernel is not known here: before {_text(OVERLAY)} "
            f"rootless BuildKit copies every layer. Known are {', '.join(images)}"
        )
    elif not entry.has_overlay:
        pulumi.log.warn(
            f"the nodes' image {image} has kernel {entry.kernel}: before {_text(OVERLAY)} rootless BuildKit "
            "copies every layer, which is slow and fills the node's disk. Nodes that are made after `pulumi "
            f"config set --path cluster.nodes.os {DEFAULT}` have {images[DEFAULT].kernel}"
        )


def _text(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
