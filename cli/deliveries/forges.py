"""The source of a stack's deliveries: GitHub, or the sandbox's forge."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from cli import stack_outputs
from cli.deliveries import webhook
from cli.deliveries.delivery import Delivery
from cli.deliveries.gitea import GiteaDeliveries
from cli.deliveries.github import GitHubDeliveries
from sandbox.credentials import Credentials
from sandbox.forge import forge as gitea
from sandbox.network import Network
from sandbox.stack.environment import STACKS
from toolkit.errors import UserError
from toolkit.paths import Paths


class Forge(Protocol):
    """The deliveries of one repository's webhook to one stack."""

    def deliveries(self) -> Iterator[Delivery]:
        """Deliveries that the forge remembers, the newest first; one that was delivered again comes once."""

    def redeliver(self, delivery: Delivery) -> None:
        """Sends it once more, with the same id. Raises UserError."""


@contextmanager
def open_forge(stack: str, repository: str, outputs: Mapping[str, Any], paths: Paths) -> Iterator[Forge]:
    """The forge of the stack. Raises UserError, also inside."""
    url, secret = (
        stack_outputs.require(dict(outputs), name, stack) for name in ("hooks_url", "webhook_secret")
    )
    if stack in STACKS:
        forge = gitea.Forge.of(paths, Network(), Credentials.load_or_create(paths))
        yield GiteaDeliveries(database=forge.database, url=url, secret=secret)
        return
    if not repository:
        raise UserError(f"REPO is missing: give REPO=OWNER/NAME, so that GitHub is asked (STACK={stack})")
    with webhook.open_repository(repository) as remote:
        yield GitHubDeliveries(remote, url, secret)
