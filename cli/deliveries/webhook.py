"""The webhook of a GitHub repository: it delivers signed pushes to a stack, and nothing else."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from github import Auth, BadCredentialsException, Github, GithubException
from github.Hook import Hook
from github.HookDelivery import HookDeliverySummary
from github.Repository import Repository

from toolkit.errors import UserError
from toolkit.polling import wait_for

API = "https://api.github.com"
SECONDS = 60.0  # GitHub makes a delivery within seconds, and waits 10 s for the answer
INTERVAL = 1.0  # its API is not for asking more often
TOKEN_PERMISSION = "a fine-grained token with the repository permission `Webhooks: read and write`"


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """The configuration that the repository's webhook should have."""

    url: str
    secret: str

    @property
    def config(self) -> dict[str, str]:
        """Configuration in the words of GitHub's API. A certificate is always verified."""
        return {"url": self.url, "content_type": "json", "secret": self.secret, "insecure_ssl": "0"}


@contextmanager
def open_repository(name: str, environment: Mapping[str, str] = os.environ) -> Iterator[Repository]:
    """The repository OWNER/NAME with the environment's token. Every refusal inside is a UserError."""
    if not re.fullmatch(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+", name):
        raise UserError(f"REPO is {name!r}, but must be OWNER/NAME")
    token = environment.get("GITHUB_TOKEN") or environment.get("GH_TOKEN")
    if not token:
        raise UserError(f"GITHUB_TOKEN is not set: it must hold {TOKEN_PERMISSION}")
    url = environment.get("GITHUB_API_URL") or API
    try:
        with Github(auth=Auth.Token(token), base_url=url, retry=None, seconds_between_writes=0) as client:
            yield client.get_repo(name)
    except BadCredentialsException:
        raise UserError(
            f"{url} does not know the token in GITHUB_TOKEN: it is wrong or has expired"
        ) from None
    except GithubException as error:
        raise UserError(_refusal(name, url, error)) from None
    except requests.RequestException as error:
        raise UserError(f"{url} cannot be reached: {type(error).__name__}") from None


def _refusal(name: str, url: str, error: GithubException) -> str:
    message = error.data.get("message") if isinstance(error.data, dict) else None
    if error.status == requests.codes.not_found:
        # It says so too of what the token may not see.
        return (
            f"{url} shows this token no repository or no webhooks of {name}: check the name, "
            f"and give {TOKEN_PERMISSION}"
        )
    if error.status == requests.codes.forbidden:
        return f"the token may not change the webhooks of {name} ({message}): give {TOKEN_PERMISSION}"
    return f"{url} refused a webhook of {name} with {error.status}: {message or 'no reason given'}"


def ensure(repository: Repository, webhook: Webhook) -> Hook:
    """Makes the webhook, or makes the one that is there right; others are left alone.

    GitHub shows nobody a webhook's secret, so one that is there gets it again each time.
    """
    if repository.archived:
        raise UserError(f"{repository.full_name} is archived: GitHub makes no webhook for it")
    hooks = hooks_for(repository, webhook.url)
    if not hooks:
        return repository.create_hook("web", webhook.config, events=["push"], active=True)
    hook, *duplicates = hooks
    hook.edit("web", webhook.config, events=["push"], active=True)
    for duplicate in duplicates:  # each would start a run of its own for the same push
        duplicate.delete()
    return hook


def hooks_for(repository: Repository, url: str) -> list[Hook]:
    """Its webhooks that lead to the listener at `url`."""
    return [hook for hook in repository.get_hooks() if _same_listener(hook.config.get("url", ""), url)]


def _same_listener(url: str, listener: str) -> bool:
    """True when both URLs lead to the same listener; http may have become https."""
    hook_parts, listener_parts = urlsplit(url), urlsplit(listener)
    return (hook_parts.hostname, hook_parts.path) == (listener_parts.hostname, listener_parts.path)


def ping(repository: Repository, hook: Hook, url: str, *, seconds: float = SECONDS) -> int:
    """Has GitHub call the webhook; the status that it was answered with. Raises UserError when it was not."""
    earlier = {delivery.id for delivery in repository.get_hook_deliveries(hook.id)}
    hook.ping()

    def newest_ping() -> list[HookDeliverySummary] | str:
        pings = [
            delivery
            for delivery in repository.get_hook_deliveries(hook.id)
            if delivery.event == "ping" and delivery.id not in earlier
        ]
        return pings[:1] or "GitHub has not called yet"

    try:
        (delivery,) = wait_for("GitHub's ping", newest_ping, seconds, interval=INTERVAL)
    except TimeoutError as error:
        raise UserError(
            f"{error}; the webhook is made, and GitHub's page on it shows its deliveries"
        ) from None
    if not 200 <= delivery.status_code < 300:
        raise UserError(
            f"GitHub's ping did not reach {url}: {delivery.status} ({delivery.status_code}); the webhook is "
            "made, and works once GitHub can reach that address"
        )
    return int(delivery.status_code)
