"""`make webhook`: a repository's webhook, made from a stack's outputs."""

from collections.abc import Mapping
from typing import Any

from outputs import stack_outputs, webhook
from sandbox.credentials import Credentials
from sandbox.forge import BRANCH, REPOSITORY, Forge
from sandbox.gitea_database import Delivery
from sandbox.mistake import Mistake
from sandbox.network import Network
from sandbox.paths import Paths
from sandbox.stack_environment import STACKS
from sandbox.waiting import wait_for
from sandbox.webhook import ensure_webhook

SECONDS = 30.0  # Gitea delivers at once


def run(stack: str, repository: str, paths: Paths) -> int:
    """Makes or corrects it, and waits until a test delivery was answered; 0. Raises Mistake."""
    if stack in STACKS:
        forge = Forge.of(paths, Network(), Credentials.load_or_create(paths))
        return _forge(repository, _wanted(stack, paths), forge)
    if not repository:
        raise Mistake("REPO is missing: `make webhook REPO=OWNER/NAME` says whose pushes are delivered")
    with webhook.opened(repository) as found:
        wanted = _wanted(stack, paths)
        status = webhook.ping(found, webhook.ensure(found, wanted), wanted.url)
    print(f"{repository} delivers its pushes to {wanted.url}; GitHub's ping was answered with {status}")
    return 0


def _wanted(stack: str, paths: Paths) -> webhook.Webhook:
    outputs = stack_outputs.read(stack, paths)
    return webhook.Webhook(
        url=stack_outputs.one(outputs, "hooks_url", stack),
        secret=stack_outputs.one(outputs, "webhook_secret", stack),
    )


def _forge(repository: str, wanted: webhook.Webhook, forge: Forge) -> int:
    """The same at the sandbox's forge, which has no ping: it delivers its last push again."""
    name = f"{forge.account.username}/{REPOSITORY}"
    if repository not in {"", name}:
        raise Mistake(f"REPO is {repository!r}, but the sandbox's forge has {name} alone")
    hook = ensure_webhook(forge, wanted.url, wanted.secret)
    branch: Mapping[str, Any] = forge.api.get(f"repos/{name}/branches/{BRANCH}")
    commit = branch["commit"]["id"]
    before = forge.database.delivery(commit)
    forge.api.post(f"repos/{name}/hooks/{hook}/tests", {})

    def answered() -> Delivery | str:
        found = forge.database.delivery(commit)
        if found is None or (before and found.identity == before.identity):
            return "it is not delivered yet"
        return found if found.done else "nobody has answered yet"

    try:
        delivery = wait_for("the forge's test delivery", answered, SECONDS)
    except TimeoutError as error:
        raise Mistake(f"{error}; `make status` says what runs") from None
    if not delivery.succeeded:
        raise Mistake(f"the forge did not reach {wanted.url}: {delivery.status} {delivery.answer[:200]}")
    print(f"{name} delivers its pushes to {wanted.url}; a test was answered with {delivery.status}")
    return 0
