"""The command behind `make push`."""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import requests
import urllib3
from kubernetes.client import ApiException
from kubernetes.config import ConfigException
from rich.console import Console

from cli.options import add_none
from cli.push import Push, PushError
from forges.gitea import GiteaError
from inspection.runs import Cluster
from sandbox.credentials import Credentials
from sandbox.forge.forge import Forge
from sandbox.forge.webhook import ensure_webhook
from sandbox.network import Network
from sandbox.stack.environment import STACK
from sandbox.stack.stack import Stack, in_cluster
from toolkit.crane import CraneError, logged_in
from toolkit.git import GitError
from toolkit.paths import Paths
from toolkit.pulumi_cli import PulumiError
from toolkit.stopwatch import Stopwatch

FORGE_SECONDS = 15  # it runs, or has just been started again
UNEXPECTED = (
    GitError,
    GiteaError,
    CraneError,
    PulumiError,
    ApiException,
    ConfigException,
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    subprocess.TimeoutExpired,
)


@contextmanager
def open_push(paths: Paths, network: Network, screen: Stopwatch) -> Iterator[Push]:
    """A push on the running sandbox; the webhook is what the stack's outputs say. Raises PushError."""
    if not paths.kubeconfig.exists():
        raise PushError("no sandbox runs; `make up` starts one")
    credentials = Credentials.load_or_create(paths)
    programs = paths.state / "bin"
    screen.show_status("reading the stack's outputs")
    outputs = Stack(paths, network, programs / "pulumi", in_cluster(paths) or STACK).outputs()
    names = [name for name in ("hooks_url", "webhook_secret", "namespace") if not outputs.get(name)]
    if names:
        raise PushError(f"the stack has no output {', '.join(names)}; `make up` makes them")
    forge = Forge.of(paths, network, credentials)
    try:
        forge.wait(FORGE_SECONDS)
    except TimeoutError as error:
        raise PushError(f"{error}; `make up` repairs the sandbox") from None
    ensure_webhook(forge, outputs["hooks_url"], outputs["webhook_secret"])
    cluster = Cluster.from_kubeconfig(paths.kubeconfig, outputs["namespace"])
    registry = credentials.registry
    with logged_in(programs / "crane", network.registry, registry.username, registry.password) as crane:
        yield Push(forge=forge, cluster=cluster, crane=crane, listener=outputs["hooks_url"], screen=screen)


add_arguments = add_none


def main(options: argparse.Namespace, paths: Paths) -> int:
    return push(paths, Network())


def push(paths: Paths, network: Network) -> int:
    """Pushes an empty commit, shows what becomes of it, and returns the exit code."""
    with Stopwatch(Console(highlight=False)) as screen:
        try:
            with open_push(paths, network, screen) as session:
                images = session.run()
        except PushError as error:
            reason = str(error)
        except UNEXPECTED as error:
            reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
        else:
            screen.line(f"done      {len(images)} images of the pushed commit are in the registry")
            return 0
    print(f"make push failed after {screen.seconds:.0f} s: {reason}", file=sys.stderr)
    return 1
