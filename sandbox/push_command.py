"""The command behind `make push`."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import requests
import urllib3
from kubernetes.client import ApiException
from kubernetes.config import ConfigException
from rich.console import Console

from sandbox.cluster import Cluster
from sandbox.crane import CraneError, logged_in
from sandbox.credentials import Credentials
from sandbox.forge import Forge
from sandbox.git import GitError
from sandbox.gitea import GiteaError
from sandbox.network import Network
from sandbox.paths import Paths
from sandbox.pulumi import PulumiError
from sandbox.push import Push, PushError
from sandbox.stack import Stack, in_cluster
from sandbox.stack_environment import STACK
from sandbox.stopwatch import Stopwatch
from sandbox.webhook import ensure_webhook

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
def opened(paths: Paths, network: Network, screen: Stopwatch) -> Iterator[Push]:
    """A push on the running sandbox; the webhook is what the stack's outputs say. Raises PushError."""
    if not paths.kubeconfig.exists():
        raise PushError("no sandbox runs; `make up` starts one")
    credentials = Credentials.load_or_create(paths)
    programs = paths.state / "bin"
    screen.now("reading the stack's outputs")
    outputs = Stack(paths, network, programs / "pulumi", in_cluster(paths) or STACK).outputs()
    missing = [name for name in ("hooks_url", "webhook_secret", "namespace") if not outputs.get(name)]
    if missing:
        raise PushError(f"the stack has no output {', '.join(missing)}; `make up` makes them")
    forge = Forge.of(paths, network, credentials)
    try:
        forge.wait(FORGE_SECONDS)
    except TimeoutError as error:
        raise PushError(f"{error}; `make up` repairs the sandbox") from None
    ensure_webhook(forge, outputs["hooks_url"], outputs["webhook_secret"])
    cluster = Cluster.here(paths.kubeconfig, outputs["namespace"])
    registry = credentials.registry
    with logged_in(programs / "crane", network.registry, registry.username, registry.password) as crane:
        yield Push(forge=forge, cluster=cluster, crane=crane, listener=outputs["hooks_url"], screen=screen)


def push(paths: Paths, network: Network) -> int:
    """Pushes an empty commit, shows what becomes of it, and returns the exit code."""
    with Stopwatch(Console(highlight=False)) as screen:
        try:
            with opened(paths, network, screen) as opening:
                images = opening.run()
        except PushError as error:
            said = str(error)
        except UNEXPECTED as error:
            said = f"{type(error).__name__}: {' '.join(str(error).split())}"
        else:
            screen.line(f"done      {len(images)} images of the pushed commit are in the registry")
            return 0
    print(f"make push failed after {screen.seconds:.0f} s: {said}", file=sys.stderr)
    return 1
