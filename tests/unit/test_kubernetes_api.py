"""How the kubernetes plugin asks an API server that is busy, restarting or gone: again, within bounds."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from plugins.kubernetes.api import Api
from plugins.kubernetes.errors import ApiError, Cancelled, Unreachable
from plugins.kubernetes.kubeconfig import new_client
from plugins.kubernetes.requests import ATTEMPTS

CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "namespace": "default"}}
KINDS = {"resources": [{"name": "configmaps", "kind": "ConfigMap", "namespaced": True, "verbs": []}]}


class _Server(BaseHTTPRequestHandler):
    """Answers discovery, and everything else with the next of `answers`: a status, or None to hang up."""

    answers: ClassVar[list[int | None]] = []
    asked: ClassVar[list[str]] = []

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        if self.path == "/api/v1":
            self._send(200, KINDS)
            return
        self.asked.append(f"{self.command} {self.path}")
        status = self.answers.pop(0) if self.answers else 200
        if status is None:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        self._send(status, CONFIG_MAP if status < 300 else {"reason": "Busy", "message": "not now"})

    do_GET = do_POST = do_PATCH = _answer

    def _send(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        if status == 429:
            self.send_header("Retry-After", "0.01")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def api() -> Iterator[Api]:
    _Server.answers, _Server.asked = [], []
    with ThreadingHTTPServer(("127.0.0.1", 0), _Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Api(new_client(kubeconfig(server.server_port)))
        server.shutdown()


def kubeconfig(port: int) -> dict[str, Any]:
    return {
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "u", "user": {"token": "t"}}],
        "contexts": [{"name": "main", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "main",
    }


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_is_busy_is_asked_again(api: Api, status: int) -> None:
    _Server.answers = [status, status]
    assert api.create(CONFIG_MAP, field_manager="test") == CONFIG_MAP
    assert len(_Server.asked) == 3, "neither is a refusal, so even a create may go again"
    assert len(set(_Server.asked)) == 1, "each time the same question"


def test_asking_again_has_an_end(api: Api) -> None:
    _Server.answers = [429] * 50
    with pytest.raises(ApiError, match="not now"):
        api.get("v1", "ConfigMap", "default", "x")
    assert len(_Server.asked) == ATTEMPTS


def test_a_refusal_is_no_reason_to_ask_again(api: Api) -> None:
    _Server.answers = [403]
    with pytest.raises(ApiError) as refusal:
        api.get("v1", "ConfigMap", "default", "x")
    assert (refusal.value.status, refusal.value.reason) == (403, "Busy"), "with the server's own words"
    assert len(_Server.asked) == 1


def test_a_broken_connection_is_made_anew_for_what_is_harmless_twice(api: Api) -> None:
    _Server.answers = [None]
    assert api.get("v1", "ConfigMap", "default", "x") == CONFIG_MAP
    _Server.answers = [None]
    assert api.apply(CONFIG_MAP, field_manager="test") == CONFIG_MAP


def test_a_create_whose_answer_was_lost_is_not_sent_twice(api: Api) -> None:
    _Server.answers = [None]
    with pytest.raises(Unreachable):
        api.create(CONFIG_MAP, field_manager="test")
    assert len(_Server.asked) == 1, (
        "the second would fail with AlreadyExists, and hide that the first arrived"
    )


def test_nobody_there_is_one_sentence() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answer = r"http://127.0.0.1:\d+ does not answer: .*Connection refused"
    with pytest.raises(Unreachable, match=answer) as error:
        Api(new_client(kubeconfig(port))).version()
    assert "0x" not in str(error.value), "no Python object in a message for people"


def test_cancel_ends_the_pause_between_two_attempts(api: Api) -> None:
    _Server.answers = [503] * 50
    threading.Timer(0.2, api.cancel).start()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        api.get("v1", "ConfigMap", "default", "x")
    assert time.monotonic() - began < 2, "five attempts would take three seconds"
