"""Images that the node pulled once and that the registry has in another version now, under the same tag."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sandbox.registry.registry import Registry

CTR = ("ctr", "--namespace", "k8s.io", "images")


def list_tags(listing: str, address: str) -> Iterator[tuple[str, str]]:
    """(REPOSITORY:TAG, digest) of what `ctr images ls` lists from this registry."""
    for line in listing.splitlines()[1:]:
        reference, _, digest = line.split()[:3]
        if reference.startswith(f"{address}/") and "@" not in reference:
            yield reference.removeprefix(f"{address}/"), digest


def _digest(storage: Path, image: str) -> str | None:
    repository, _, tag = image.rpartition(":")
    link = storage / f"docker/registry/v2/repositories/{repository}/_manifests/tags/{tag}/current/link"
    return link.read_text().strip() if link.exists() else None


def remove(registry: Registry, run: Callable[[Sequence[str]], str]) -> list[str]:
    """Removes them from the node, whose next pod pulls again; their names. `run` runs a command there.

    A kubelet pulls a tag once. Released images never change under a tag, those that are packed here do:
    whenever a pin or the packing changes.
    """
    images = [
        image
        for image, digest in list_tags(run([*CTR, "list"]), registry.address)
        if _digest(registry.storage, image) not in (None, digest)
    ]
    if images:
        run([*CTR, "remove", *(f"{registry.address}/{image}" for image in images)])
    return images
