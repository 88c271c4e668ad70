"""Where a stack's deliveries come from: GitHub, or the sandbox's forge."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from outputs import github_deliveries, stack_outputs, webhook
from outputs.delivery import Delivery
from outputs.gitea_deliveries import GiteaDeliveries
from sandbox.credentials import Credentials
from sandbox.forge import Forge as Gitea
from sandbox.mistake import Mistake
from sandbox.network import Network
from sandbox.paths import Paths
from sandbox.stack_environment import STACKS


class Forge(Protocol):
    """The deliveries of one repository's webhook to one stack."""

    def deliveries(self) -> Iterator[Delivery]:
        """As far back as the forge remembers, the newest first; one that was delivered again comes once."""

    def redeliver(self, delivery: Delivery) -> None:
        """Sends it once more, with the same id. Raises Mistake."""


@contextmanager
def opened(stack: str, repository: str, outputs: Mapping[str, Any], paths: Paths) -> Iterator[Forge]:
    """The forge of the stack. Raises Mistake, also inside."""
    url, secret = (stack_outputs.one(dict(outputs), name, stack) for name in ("hooks_url", "webhook_secret"))
    if stack in STACKS:
        forge = Gitea.of(paths, Network(), Credentials.load_or_create(paths))
        yield GiteaDeliveries(database=forge.database, url=url, secret=secret)
        return
    if not repository:
        raise Mistake(f"REPO is missing: give REPO=OWNER/NAME, so that GitHub is asked (STACK={stack})")
    with webhook.opened(repository) as found:
        yield github_deliveries.GitHubDeliveries(found, url, secret)
