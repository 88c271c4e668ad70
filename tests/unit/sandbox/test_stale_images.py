"""What the node holds under a tag is what the registry has."""

from collections.abc import Sequence
from pathlib import Path

from sandbox.credentials import Account
from sandbox.registry import stale_images
from sandbox.registry.registry import Registry

LISTING = """\
REF                                      TYPE                                 DIGEST   SIZE PLATFORMS   LABELS
10.250.0.2:5000/sandbox/git:v1           application/vnd.oci.image.manifest   sha256:old 1.0  linux/amd64 -
10.250.0.2:5000/sandbox/busybox:1.35     application/vnd.oci.image.manifest   sha256:two 1.0  linux/amd64 -
10.250.0.2:5000/apps/gone:1              application/vnd.oci.image.manifest   sha256:six 1.0  linux/amd64 -
10.250.0.2:5000/tekton/a@sha256:three    application/vnd.oci.image.manifest   sha256:xxx 1.0  linux/amd64 -
registry.k8s.io/pause:3.10.1             application/vnd.oci.image.manifest   sha256:zzz 1.0  linux/amd64 -
"""


def test_an_image_that_was_packed_again_is_pulled_again(tmp_path: Path) -> None:
    for repository, tag, digest in (("git", "v1", "sha256:new"), ("busybox", "1.35", "sha256:two")):
        tags = tmp_path / "docker/registry/v2/repositories/sandbox" / repository / "_manifests/tags"
        link = tags / tag / "current" / "link"
        link.parent.mkdir(parents=True)
        link.write_text(digest)
    ran: list[list[str]] = []

    def run(command: Sequence[str]) -> str:
        ran.append(list(command))
        return LISTING if "list" in command else ""

    registry = Registry(tmp_path, "10.250.0.2:5000", Account(username="u", password="p"))
    assert stale_images.remove(registry, run) == ["sandbox/git:v1"], "only what has changed, and only tags"
    assert ran[-1][-2:] == ["remove", "10.250.0.2:5000/sandbox/git:v1"]
