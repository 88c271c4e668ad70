"""The running sandbox: `make test` brings it up first."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rich.console import Console

from cli.commands.push import open_push
from cli.push import Push
from forges.signed_push import SignedPush
from sandbox.forge.forge import REPOSITORY
from sandbox.network import Network
from sandbox.stack.stack import Stack
from toolkit.git import Git
from toolkit.paths import Paths
from toolkit.stopwatch import Stopwatch


@pytest.fixture(scope="session")
def paths() -> Paths:
    paths = Paths()
    if not paths.kubeconfig.exists():
        raise RuntimeError(f"no sandbox runs: {paths.kubeconfig} is missing; `make up` starts one")
    return paths


@pytest.fixture(scope="module")
def outputs(paths: Paths) -> dict[str, Any]:
    """Read anew by each module: one of them changes the webhook's secret."""
    return Stack(paths, Network(), paths.state / "bin" / "pulumi").outputs()


@pytest.fixture(scope="session")
def console() -> Console:
    return Console(record=True, stderr=True)


@pytest.fixture
def screen(console: Console) -> Console:
    """Console that records its output since the test began, for `export_text`."""
    console.export_text()
    return console


@pytest.fixture(scope="session")
def push(paths: Paths, console: Console) -> Iterator[Push]:
    with open_push(paths, Network(), Stopwatch(console)) as push:
        yield push


@pytest.fixture(scope="session")
def git(push: Push, tmp_path_factory: pytest.TempPathFactory) -> Git:
    git = Git(tmp_path_factory.mktemp("git"), push.forge.git_credentials, push.forge.account.username)
    git("init", "--quiet")
    return git


@pytest.fixture(scope="module")
def signed_push(push: Push, outputs: dict[str, Any]) -> Callable[..., SignedPush]:
    """Makes deliveries for the forge's repository that are right but for what is given."""
    right: dict[str, Any] = {
        "url": outputs["hooks_url"],
        "secret": outputs["webhook_secret"],
        "repository": push.forge.api.get(f"repos/{push.forge.account.username}/{REPOSITORY}"),
    }
    return lambda **wrong: SignedPush(**{**right, **wrong})
