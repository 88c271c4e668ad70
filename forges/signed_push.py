"""A webhook's delivery made by hand, as the forge makes it."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from toolkit.http import local_session

SECONDS = 20


def commit_that_is_none() -> str:
    """A SHA that no other delivery has: a run for it can have one reason only."""
    return secrets.token_hex(20)


def signature(secret: str, body: bytes) -> str:
    """The header X-Hub-Signature-256 of a delivery."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@dataclass(frozen=True, kw_only=True)
class SignedPush:
    """A push of `after` to `ref` of `repository` (as the forge's API describes it), ready to send."""

    url: str
    secret: str
    repository: dict[str, Any]
    after: str = field(default_factory=commit_that_is_none)
    before: str = "0" * 40
    ref: str = "refs/heads/main"
    event: str = "push"
    identity: str = field(default_factory=lambda: secrets.token_hex(16))
    """The forge's id of the delivery; a header, which is not signed."""
    extra_fields: Mapping[str, Any] = field(default_factory=dict)
    """Payload fields that are added or replaced."""

    @property
    def body(self) -> bytes:
        payload = {
            "ref": self.ref,
            "before": self.before,
            "after": self.after,
            "commits": [],
            "repository": self.repository,
            **self.extra_fields,
        }
        return json.dumps(payload).encode()

    @property
    def signature(self) -> str:
        return signature(self.secret, self.body)

    def send(self, *, signed: bool = True) -> requests.Response:
        headers = {
            "Content-Type": "application/json",
            "X-GitHub-Event": self.event,
            "X-GitHub-Delivery": self.identity,
        }
        if signed:
            headers["X-Hub-Signature-256"] = self.signature
        with local_session() as session:
            return session.post(self.url, data=self.body, headers=headers, timeout=SECONDS)
