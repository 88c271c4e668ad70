"""A BuildKit that is played: it notes how it was called."""

import json
from pathlib import Path

from tests.support.steps import play

IMAGE = {"image": "registry.example.com/apps/shop", "tag": "abc1234", "context": "frontend"}
DIGEST = "sha256:" + "5" * 64
OTHER = "sha256:" + "7" * 64
# What buildctl writes: the image's digest, and others beside it that are not the image's.
METADATA = {
    "buildx.build.provenance": {"digest": {"sha256": "7" * 64}},
    "containerimage.config.digest": OTHER,
    "containerimage.descriptor": {"mediaType": "application/json", "digest": OTHER, "size": 480},
    "containerimage.digest": DIGEST,
    "image.name": "registry.example.com/apps/shop:abc1234",
}
PLAYED = """#!/bin/sh
echo tried >>"{folder}/tries"
printf '%s\\n' "$@" >"{folder}/arguments"
printf '%s\\n' "${{BUILDKITD_FLAGS:-none}}" >"{folder}/flags"
printf '%s\\n' "${{DOCKER_CONFIG:-none}}" >"{folder}/docker-config"
for argument in "$@"; do
    case $argument in --metadata-file=*) cp "{folder}/metadata" "${{argument#*=}}" ;; esac
done
for flag in ${{BUILDKITD_FLAGS:-}}; do
    case $flag in --config=*) cp "${{flag#*=}}" "{folder}/buildkitd.toml" ;; esac
done
cat "{folder}/said" >&2
exit $(cat "{folder}/code")
"""


class Played:
    """A buildctl and its like with a daemon, which note how they were called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        for name in ("buildctl", "buildctl-daemonless.sh"):
            play(folder, name, PLAYED.format(folder=folder))
        (folder / "metadata").write_text(json.dumps(METADATA, indent=2))
        (folder / "code").write_text("0")
        (folder / "said").touch()
        (folder / "tries").touch()
        self.node_forbids("", code=0)

    def __getitem__(self, name: str) -> str:
        return (self.folder / name).read_text()

    def node_forbids(self, said: str, code: int = 1) -> None:
        """What rootlesskit says when it is asked for a namespace with a mount."""
        play(self.folder, "rootlesskit", f"#!/bin/sh\necho '{said}' >&2\nexit {code}\n")

    def fails(self, said: str = "") -> None:
        (self.folder / "code").write_text("3")
        (self.folder / "said").write_text(said)

    @property
    def tries(self) -> int:
        return len(self["tries"].splitlines())
