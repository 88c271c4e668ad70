"""GitHub's API with webhooks that are really called: signed as GitHub signs, and answered by a listener."""

import json
import secrets
from typing import Any

import requests

from forges.signed_push import SECONDS, signature
from tests.docs.internet import Request, Response
from tests.support.github_server import GitHub, Json

API = "https://api.github.com"


class CallingGitHub(GitHub):
    """One repository. Secrets stay as they were given, and what was sent is kept as GitHub keeps it."""

    def __init__(self, repository: str) -> None:
        super().__init__(repository)
        self.url = API
        self.reachable = True
        """Whether GitHub reaches the listener."""

    def pinged(self, hook: Json) -> tuple[int, str]:
        return self._send(hook, "ping", secrets.token_hex(16), {"zen": "Keep it logically awesome."})[0]

    def push(self, branch: str, commit: str) -> int:
        """Delivers it to the first webhook; the status that it was answered with."""
        payload, identity = self._payload(branch, commit), secrets.token_hex(16)
        answer, headers = self._send(self.hooks[0], "push", identity, payload)
        self._add_delivery(identity, answer, {"headers": headers, "payload": payload})
        return answer[0]

    def lose(self, branch: str, commit: str) -> None:
        """Says that nobody has taken it: as when the listener was away."""
        payload, identity = self._payload(branch, commit), secrets.token_hex(16)
        _, headers = self._signed(self.hooks[0], "push", identity, payload)
        request = {"headers": headers, "payload": payload}
        self._add_delivery(identity, (502, "failed to connect to host"), request)

    def _payload(self, branch: str, commit: str) -> Json:
        return {
            "ref": f"refs/heads/{branch}",
            "before": "0" * 40,
            "after": commit,
            "commits": [],
            "repository": {
                "full_name": self.repository,
                "name": self.repository.partition("/")[2],
                "clone_url": f"https://github.com/{self.repository}.git",
            },
        }

    def _add_delivery(self, identity: str, answer: tuple[int, str], request: Json) -> None:
        self.deliver("push", *answer, guid=identity, request=request)

    def attempt(self, delivery: Json) -> None:
        answer, headers = self._send(
            self.hooks[0], delivery["event"], delivery["guid"], delivery["request"]["payload"]
        )
        identity = {key: delivery[key] for key in ("guid", "delivered_at")}
        request = {**delivery["request"], "headers": headers}
        self.deliver(delivery["event"], *answer, request=request, **identity)

    def _signed(self, hook: Json, event: str, identity: str, payload: Json) -> tuple[bytes, dict[str, str]]:
        """What GitHub sends, whether it arrives or not: the body and its headers."""
        body = json.dumps(payload, separators=(",", ":")).encode()
        return body, {
            "Content-Type": "application/json",
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": identity,
            "X-Hub-Signature-256": signature(hook["config"]["secret"], body),
        }

    def _send(
        self, hook: Json, event: str, identity: str, payload: Json
    ) -> tuple[tuple[int, str], dict[str, str]]:
        body, headers = self._signed(hook, event, identity, payload)
        if not self.reachable:
            return (502, "failed to connect to host"), headers
        with requests.Session() as session:
            session.trust_env = False
            try:
                answer = session.post(hook["config"]["url"], data=body, headers=headers, timeout=SECONDS)
            except requests.RequestException as error:
                return (502, type(error).__name__), headers
        return (answer.status_code, answer.reason), headers


class Api:
    """Everything below api.github.com: the repositories with webhooks, and what `pages` has by path."""

    def __init__(self, repositories: dict[str, CallingGitHub], pages: dict[str, Any]) -> None:
        self.repositories = repositories
        self.pages = pages

    def __call__(self, request: Request) -> Response:
        page = self.pages.get(request.path)
        if isinstance(page, bytes):
            return Response(body=page, headers={"Content-Type": "application/octet-stream"})
        status, content = (200, page) if page is not None else self._api_answer(request)
        body = b"" if content is None else json.dumps(content).encode()
        return Response(status=status, body=body, headers={"Content-Type": "application/json"})

    def _api_answer(self, request: Request) -> tuple[int, Any]:
        name = "/".join(request.path.split("/")[2:4])
        token = request.headers.get("authorization", "").rpartition(" ")[2]
        model = self.repositories.get(name) or next(iter(self.repositories.values()))
        return model.answer(request.method, request.path, token, json.loads(request.body or b"{}"))
