"""`make webhook`: a repository's webhook, made from a stack's outputs."""

import argparse
from collections.abc import Mapping
from typing import Any

from cli import stack_outputs
from cli.deliveries import webhook
from cli.options import add_repository, add_stack
from sandbox.credentials import Credentials
from sandbox.forge.database import Delivery
from sandbox.forge.forge import BRANCH, REPOSITORY, Forge
from sandbox.forge.webhook import ensure_webhook
from sandbox.network import Network
from sandbox.stack.environment import STACKS
from toolkit.errors import UserError
from toolkit.paths import Paths
from toolkit.polling import wait_for

SECONDS = 30.0  # Gitea delivers at once


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_stack(parser)
    add_repository(parser)


def main(options: argparse.Namespace, paths: Paths) -> int:
    return run(options.stack, options.repository, paths)


def run(stack: str, repository: str, paths: Paths) -> int:
    """Makes or corrects it, and waits until a test delivery was answered; 0. Raises UserError."""
    if stack in STACKS:
        forge = Forge.of(paths, Network(), Credentials.load_or_create(paths))
        return _forge(repository, _target(stack, paths), forge)
    if not repository:
        raise UserError("REPO is missing: `make webhook REPO=OWNER/NAME` says whose pushes are delivered")
    with webhook.open_repository(repository) as remote:
        target = _target(stack, paths)
        status = webhook.ping(remote, webhook.ensure(remote, target), target.url)
    print(f"{repository} delivers its pushes to {target.url}; GitHub's ping was answered with {status}")
    return 0


def _target(stack: str, paths: Paths) -> webhook.Webhook:
    outputs = stack_outputs.read(stack, paths)
    return webhook.Webhook(
        url=stack_outputs.require(outputs, "hooks_url", stack),
        secret=stack_outputs.require(outputs, "webhook_secret", stack),
    )


def _forge(repository: str, target: webhook.Webhook, forge: Forge) -> int:
    """The same at the sandbox's forge, which has no ping: it delivers its last push again."""
    name = f"{forge.account.username}/{REPOSITORY}"
    if repository not in {"", name}:
        raise UserError(f"REPO is {repository!r}, but the sandbox's forge has {name} alone")
    hook = ensure_webhook(forge, target.url, target.secret)
    branch: Mapping[str, Any] = forge.api.get(f"repos/{name}/branches/{BRANCH}")
    commit = branch["commit"]["id"]
    previous = forge.database.delivery(commit)
    forge.api.post(f"repos/{name}/hooks/{hook}/tests", {})

    def test_delivery() -> Delivery | str:
        delivery = forge.database.delivery(commit)
        if delivery is None or (previous and delivery.identity == previous.identity):
            return "it is not delivered yet"
        return delivery if delivery.is_complete else "nobody has answered yet"

    try:
        delivery = wait_for("the forge's test delivery", test_delivery, SECONDS)
    except TimeoutError as error:
        raise UserError(f"{error}; `make status` says what runs") from None
    if not delivery.succeeded:
        raise UserError(f"the forge did not reach {target.url}: {delivery.status} {delivery.answer[:200]}")
    print(f"{name} delivers its pushes to {target.url}; a test was answered with {delivery.status}")
    return 0
