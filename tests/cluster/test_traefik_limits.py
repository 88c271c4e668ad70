"""The webhook's routes in Traefik itself, before a listener that counts."""

import json
import subprocess
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import requests

from components.ingress.hooks_limits import Hooks, traefik_configuration
from pipelines.body_sizes import BODY_BYTES, SIZES
from tests.cluster.api_server import binary, free_port
from tests.support.loopback import serving
from toolkit.polling import wait_for

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

SIGNED = {"X-Hub-Signature-256": "sha256=" + "0" * 64}
MB = 1_000_000
SECONDS = 60


@dataclass
class Listener:
    """Records what reaches the listener: sizes, and the header by which Traefik counts."""

    bodies: list[tuple[int, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def handler(self) -> type[BaseHTTPRequestHandler]:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                remaining = size = int(self.headers["Content-Length"])
                while remaining:
                    remaining -= len(self.rfile.read(min(remaining, MB)))
                with listener.lock:
                    listener.bodies.append((size, self.headers["X-Body-Size"]))
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Logs nothing: a failing test shows what it asserts."""

        return Handler


@dataclass(frozen=True, kw_only=True)
class Edge:
    url: str
    listener: Listener

    def post(self, body: Any, headers: dict[str, str] = SIGNED) -> int:
        """The status that it is answered with."""
        with requests.Session() as session:
            session.trust_env = False
            return session.post(f"{self.url}/hooks", data=body, headers=headers, timeout=SECONDS).status_code

    def post_all(self, bodies: Sequence[bytes]) -> list[int]:
        """All at once."""
        with ThreadPoolExecutor(len(bodies)) as pool:
            return list(pool.map(self.post, bodies))


@contextmanager
def started(folder: Path, **hooks: Any) -> Iterator[Edge]:
    listener, port = Listener(), free_port()
    with serving(listener.handler()) as target:
        complete = Hooks(**{"path": "/hooks", "host": "", "tls": False, "source_ranges": (), **hooks})
        file = folder / "hooks.yaml"
        file.write_text(json.dumps(traefik_configuration(complete, target, "web")))
        command = [
            binary("traefik"),
            "--global.checknewversion=false",
            f"--entrypoints.web.address=127.0.0.1:{port}",
            f"--providers.file.filename={file}",
            "--providers.file.watch=false",
        ]
        edge = Edge(url=f"http://127.0.0.1:{port}", listener=listener)
        with (folder / "traefik.log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_for("Traefik's routes", lambda: _knows(edge), SECONDS)
            yield edge
        finally:
            process.kill()
            process.wait()


def _knows(edge: Edge) -> bool | str:
    try:
        status = edge.post(b"", {})
    except requests.RequestException as error:
        return type(error).__name__
    return status != 404 or "404"


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[Edge]:
    with started(tmp_path) as edge:
        yield edge


def test_each_body_is_counted_by_what_its_length_says(edge: Edge) -> None:
    sizes = {39_999: "small", 40_000: "medium", 999_999: "medium", MB: "large"}
    spoofed = {**SIGNED, "X-Body-Size": "mine"}
    assert [edge.post(b"x" * size, spoofed) for size in sizes] == [202] * len(sizes)
    assert edge.listener.bodies == list(sizes.items()), "a sender has no allowance of his own"
    assert edge.post(iter([b"x"])) == 202
    assert edge.listener.bodies[-1] == (1, "large"), "who does not say how large it is may send the largest"


def test_nothing_without_the_form_of_a_signature_reaches_the_listener(edge: Edge) -> None:
    for headers in ({}, {"X-Hub-Signature-256": "sha256=0"}, {"X-Hub-Signature": "sha1=" + "0" * 40}):
        assert edge.post(b"{}", headers) == 401
    assert edge.listener.bodies == []


def test_a_body_of_githubs_limit_passes_and_a_larger_one_does_not(edge: Edge) -> None:
    assert edge.post(b"x" * 25 * MB) == 202
    assert edge.post(b"x" * (BODY_BYTES + 1)) == 413
    assert edge.post(b"x" * MB for _ in range(28)) == 413, "chunked"
    assert [size for size, _ in edge.listener.bodies] == [25 * MB]


def test_a_storm_of_small_pushes_passes(edge: Edge) -> None:
    assert set(edge.post_all([b"x" * 8000] * 150)) == {202}, "those beyond the burst wait for their turn"


def test_large_bodies_go_one_by_one_whoever_sends_them(edge: Edge) -> None:
    large = SIZES[-1]
    answers = edge.post_all([b"x" * 2 * MB] * 12)
    accepted = answers.count(202)
    assert set(answers) == {202, 429}
    assert 1 <= accepted <= large.in_work, "more than the listener's memory is made for"
    assert edge.post(b"x" * 100) == 202, "a small push waits for none of them"


def test_a_caller_from_elsewhere_is_refused(tmp_path: Path) -> None:
    with started(tmp_path, source_ranges=("10.0.0.0/8",)) as edge:
        assert edge.post(b"{}") == 403
    assert edge.listener.bodies == []
