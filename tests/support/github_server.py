"""A server that speaks as much of GitHub's REST API as a webhook takes, in its documented shapes."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

TOKEN = "github-to-ken"
REPOSITORY = "example/shop"
Json = dict[str, Any]


class GitHub:
    """What GitHub has, and how it behaves.

    `ping`: status and words of the next ping; None: it never comes.
    """

    def __init__(self, repository: str = REPOSITORY) -> None:
        self.repository = repository
        self.url = ""
        self.hooks: list[Json] = []
        self.deliveries: list[Json] = []
        self.redelivered: list[str] = []
        self.asked: list[tuple[str, str]] = []
        self.ping: tuple[int, str] | None = (202, "Accepted")
        self.refusal: tuple[int, str] | None = None
        self.archived = False

    def answer(self, method: str, path: str, token: str, body: Json) -> tuple[int, Any]:
        self.asked.append((method, path))
        if token != TOKEN:
            return 401, {"message": "Bad credentials"}
        if path == f"/repos/{self.repository}":
            return 200, {
                "id": 1,
                "name": self.repository.partition("/")[2],
                "full_name": self.repository,
                "archived": self.archived,
                "url": f"{self.url}{path}",
            }
        found = re.fullmatch(rf"/repos/{self.repository}/hooks(?:/(\d+)(/[\w/]+)?)?", path)
        if not found:
            return 404, {"message": "Not Found"}
        if self.refusal:
            return self.refusal[0], {"message": self.refusal[1]}
        return self._hooks(method, found.group(1), found.group(2) or "", body)

    def _hooks(self, method: str, number: str | None, action: str, body: Json) -> tuple[int, Any]:
        if number is None:
            return (200, [_shown(one) for one in self.hooks]) if method == "GET" else (201, self.add(**body))
        hook = next(one for one in self.hooks if one["id"] == int(number))
        if action == "/deliveries":
            return 200, self.deliveries
        if attempt := re.fullmatch(r"/deliveries/(\d+)(/attempts)?", action):
            return self._attempt(int(attempt.group(1)), again=bool(attempt.group(2)))
        if action == "/pings":
            if answer := self.pinged(hook):
                self.deliver("ping", *answer)
            return 204, None
        if method == "PATCH":
            hook |= body
            return 200, _shown(hook)
        self.hooks.remove(hook)
        return 204, None

    def _attempt(self, number: int, *, again: bool) -> tuple[int, Any]:
        one = next(one for one in self.deliveries if one["id"] == number)
        if again:
            self.redelivered.append(one["guid"])
            self.attempt(one)
        return (202, {}) if again else (200, one)

    def pinged(self, _hook: Json) -> tuple[int, str] | None:
        """How the listener answers."""
        return self.ping

    def attempt(self, _delivery: Json) -> None:
        """Sends a delivery once more; here nobody listens."""

    def add(self, **body: Any) -> Json:
        number = len(self.asked) + 100
        url = f"{self.url}/repos/{self.repository}/hooks/{number}"
        hook = {"id": number, "type": "Repository", "url": url}
        hook["ping_url"] = f"{hook['url']}/pings"
        self.hooks.append({**hook, **body})
        return _shown(self.hooks[-1])

    def deliver(self, event: str, code: int, status: str, **more: Any) -> None:
        """The newest comes first. `more`: guid, delivered_at, and the request with headers and payload."""
        one = {
            "id": len(self.deliveries) + 1,
            "guid": str(uuid4()),
            "delivered_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "event": event,
            "status": status,
            "status_code": code,
        }
        self.deliveries.insert(0, one | more)


def _shown(hook: Json) -> Json:
    """As GitHub shows it: with stars for the secret."""
    return {**hook, "config": {**hook["config"], "secret": "********"}}


@contextmanager
def github() -> Iterator[GitHub]:
    """One on loopback."""
    model = GitHub()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or "{}")
            token = self.headers.get("Authorization", "").rpartition(" ")[2]
            path = self.path.partition("?")[0]
            status, content = model.answer(self.command, path, token, body)
            text = b"" if content is None else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PATCH = do_DELETE = _any

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    model.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield model
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
