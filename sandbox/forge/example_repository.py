"""The repository that the sandbox starts with: `sandbox/example`, based on the image that the sandbox has."""

import shutil
import tempfile
from pathlib import Path

from sandbox.forge.forge import BRANCH, Forge
from sandbox.forge.service import ForgeService
from sandbox.node import Node
from toolkit.git import Git

EXAMPLE = Path(__file__).with_name("example")
PUBLIC_BASE = "FROM busybox:1.35\n"


def render(destination: Path, base_image: str) -> None:
    """Copies the example to `destination` with its Dockerfiles' base replaced: there is no Docker Hub here.

    Raises ValueError when a Dockerfile does not start from the expected public image.
    """
    shutil.copytree(EXAMPLE, destination, dirs_exist_ok=True)
    for dockerfile in destination.glob("*/Dockerfile"):
        text = dockerfile.read_text()
        if not text.startswith(PUBLIC_BASE):
            raise ValueError(
                f"{dockerfile.relative_to(destination)} does not start with {PUBLIC_BASE.strip()!r}"
            )
        dockerfile.write_text(f"FROM {base_image}\n{text.removeprefix(PUBLIC_BASE)}")


def ensure_example(forge: Forge, base_image: str) -> None:
    """Makes the repository, and its first commit when nothing was pushed to it yet."""
    forge.ensure_repository()
    with tempfile.TemporaryDirectory(prefix="example-") as folder:
        git = Git(Path(folder), forge.git_credentials, forge.account.username)
        # Asked of git: Gitea's own flag "empty" follows a push late.
        if git("ls-remote", forge.clone_url, f"refs/heads/{BRANCH}"):
            return
        render(Path(folder), base_image)
        git("init", "--quiet", f"--initial-branch={BRANCH}")
        git("add", "--all")
        git("commit", "--quiet", "--message", "A frontend and a backend")
        git("push", "--quiet", forge.clone_url, f"HEAD:refs/heads/{BRANCH}")


def bring_up(node: Node, forge: Forge, service: ForgeService, base_image: str) -> None:
    """The forge runs in the node, with its user and the example; harmless twice."""
    service.start(node.services)
    forge.ensure_user(lambda *arguments: node.run(service.command(*arguments)))
    ensure_example(forge, base_image)
