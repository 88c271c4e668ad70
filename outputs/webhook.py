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

from sandbox.mistake import Mistake
from sandbox.waiting import wait_for

API = "https://api.github.com"
SECONDS = 60.0  # GitHub makes a delivery within seconds, and waits 10 s for the answer
INTERVAL = 1.0  # its API is not for asking more often
RIGHT = "a fine-grained token with the repository permission `Webhooks: read and write`"


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """What the repository's webhook is to be."""

    url: str
    secret: str

    @property
    def config(self) -> dict[str, str]:
        """As GitHub's API calls it. A certificate is always verified."""
        return {"url": self.url, "content_type": "json", "secret": self.secret, "insecure_ssl": "0"}


@contextmanager
def opened(name: str, environment: Mapping[str, str] = os.environ) -> Iterator[Repository]:
    """The repository OWNER/NAME with the environment's token. Every refusal inside is a Mistake."""
    if not re.fullmatch(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+", name):
        raise Mistake(f"REPO is {name!r}, but must be OWNER/NAME")
    token = environment.get("GITHUB_TOKEN") or environment.get("GH_TOKEN")
    if not token:
        raise Mistake(f"GITHUB_TOKEN is not set: it must hold {RIGHT}")
    url = environment.get("GITHUB_API_URL") or API
    try:
        with Github(auth=Auth.Token(token), base_url=url, retry=None, seconds_between_writes=0) as client:
            yield client.get_repo(name)
    except BadCredentialsException:
        raise Mistake(f"{url} does not know the token in GITHUB_TOKEN: it is wrong or has expired") from None
    except GithubException as error:
        raise Mistake(_refusal(name, url, error)) from None
    except requests.RequestException as error:
        raise Mistake(f"{url} cannot be reached: {type(error).__name__}") from None


def _refusal(name: str, url: str, error: GithubException) -> str:
    said = error.data.get("message") if isinstance(error.data, dict) else None
    if error.status == requests.codes.not_found:
        # It says so too of what the token may not see.
        return (
            f"{url} shows this token no repository or no webhooks of {name}: check the name, and give {RIGHT}"
        )
    if error.status == requests.codes.forbidden:
        return f"the token may not change the webhooks of {name} ({said}): give {RIGHT}"
    return f"{url} refused a webhook of {name} with {error.status}: {said or 'no reason given'}"


def ensure(repository: Repository, wanted: Webhook) -> Hook:
    """Makes the webhook, or makes the one that is there right; others are left alone.

    GitHub shows nobody a webhook's secret, so one that is there gets it again each time.
    """
    if repository.archived:
        raise Mistake(f"{repository.full_name} is archived: GitHub makes no webhook for it")
    there = ours(repository, wanted.url)
    if not there:
        return repository.create_hook("web", wanted.config, events=["push"], active=True)
    first, *others = there
    first.edit("web", wanted.config, events=["push"], active=True)
    for other in others:  # each would start a run of its own for the same push
        other.delete()
    return first


def ours(repository: Repository, url: str) -> list[Hook]:
    """Its webhooks that lead to the listener at `url`."""
    return [hook for hook in repository.get_hooks() if _same(hook.config.get("url", ""), url)]


def _same(there: str, ours: str) -> bool:
    """Whether both lead to the same listener; http may have become https."""
    one, other = urlsplit(there), urlsplit(ours)
    return (one.hostname, one.path) == (other.hostname, other.path)


def ping(repository: Repository, hook: Hook, url: str, *, seconds: float = SECONDS) -> int:
    """Has GitHub call the webhook; the status that it was answered with. Raises Mistake when it was not."""
    before = {delivery.id for delivery in repository.get_hook_deliveries(hook.id)}
    hook.ping()

    def answered() -> list[HookDeliverySummary] | str:
        new = [
            one
            for one in repository.get_hook_deliveries(hook.id)
            if one.event == "ping" and one.id not in before
        ]
        return new[:1] or "GitHub has not called yet"

    try:
        (delivery,) = wait_for("GitHub's ping", answered, seconds, interval=INTERVAL)
    except TimeoutError as error:
        raise Mistake(f"{error}; the webhook is made, and GitHub's page on it shows its deliveries") from None
    if not 200 <= delivery.status_code < 300:
        raise Mistake(
            f"GitHub's ping did not reach {url}: {delivery.status} ({delivery.status_code}); the webhook is "
            "made, and works once GitHub can reach that address"
        )
    return delivery.status_code
