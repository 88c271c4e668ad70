"""Content of a pushed image."""

import tarfile
from pathlib import Path

from cli.push import Push


def content(push: Push, reference: str, name: str, folder: Path) -> str:
    """A file of an image, pulled back from the registry."""
    tarball = folder / "image.tar"
    push.crane.export(reference, tarball)
    with tarfile.open(tarball) as archive:
        stream = archive.extractfile(name)
        assert stream is not None, f"{name} is no file in {reference}"
        return stream.read().decode()
