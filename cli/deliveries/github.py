"""The deliveries of a repository's webhook at GitHub, which keeps them for three days."""

import hmac
import json
from collections.abc import Iterator

from github.HookDelivery import HookDeliverySummary
from github.Repository import Repository

from cli.deliveries import webhook
from cli.deliveries.delivery import Delivery
from forges.signed_push import signature
from toolkit.errors import UserError


class GitHubDeliveries:
    """Raises UserError when the repository has no webhook for `url`."""

    def __init__(self, repository: Repository, url: str, secret: str) -> None:
        hooks = webhook.hooks_for(repository, url)
        if not hooks:
            raise UserError(
                f"{repository.full_name} has no webhook for {url}; "
                f"`make webhook REPO={repository.full_name}` makes it"
            )
        self._repository, self._hook, self._secret = repository, hooks[0], secret
        self._attempts: dict[str, list[HookDeliverySummary]] = {}

    def deliveries(self) -> Iterator[Delivery]:
        self._attempts = {}
        for attempt in self._repository.get_hook_deliveries(self._hook.id):
            self._attempts.setdefault(str(attempt.guid), []).append(attempt)
        for attempts in self._attempts.values():
            yield self._delivery(attempts)

    def _delivery(self, attempts: list[HookDeliverySummary]) -> Delivery:
        newest, oldest = attempts[0], attempts[-1]
        assert newest.id is not None, "GitHub's API gives every delivery an id and a time"
        assert oldest.delivered_at is not None, "as above"
        request = self._repository.get_hook_delivery(self._hook.id, newest.id).request
        payload = request.payload if request and request.payload else {}
        return Delivery(
            identity=str(newest.guid),
            event=str(newest.event),
            at=oldest.delivered_at,
            status=newest.status_code or 0,
            reason=str(newest.status),
            payload=payload,
            signed=_is_signed(payload, (request.headers if request else None) or {}, self._secret),
        )

    def redeliver(self, delivery: Delivery) -> None:
        """PyGithub has no method for it."""
        newest = self._attempts[delivery.identity][0]
        self._repository.requester.requestJsonAndCheck(
            "POST", f"{self._repository.url}/hooks/{self._hook.id}/deliveries/{newest.id}/attempts"
        )


def _is_signed(payload: object, headers: dict[str, str], secret: str) -> bool | None:
    """GitHub shows what it has sent as data, and signs text: only that it is right can be certain."""
    text = json.dumps(payload, separators=(",", ":"), ensure_ascii=False)
    header = {name.lower(): value for name, value in headers.items()}.get("x-hub-signature-256")
    if header is None:
        return False
    return True if hmac.compare_digest(header, signature(secret, text.encode())) else None
