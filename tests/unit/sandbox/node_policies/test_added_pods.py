"""Whose address is whose, and what a CNI plugin is told."""

from __future__ import annotations

import json
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sandbox.node_policies import added_pods, plugin
from sandbox.node_policies.added_pods import AddedPod, Addresses, serve
from sandbox.node_policies.plugin import NotInstalledError, request_rules

FIRST, SECOND = "10.244.0.5", "10.244.0.6"


@pytest.fixture
def addresses(tmp_path: Path) -> Addresses:
    return Addresses(tmp_path / "addresses.json")


def pod(name: str, address: str = "", uid: str = "") -> dict[str, Any]:
    metadata = {"name": name, "namespace": "builds", "uid": uid or name}
    return {"metadata": metadata, "status": {"podIP": address} if address else {}}


def reported(pods: list[dict[str, Any]]) -> dict[str, str]:
    return {item["metadata"]["name"]: item["status"].get("podIP") or "" for item in pods}


def test_a_plugin_knows_better_than_the_status(addresses: Addresses) -> None:
    assert reported(addresses.complete([pod("a")], [AddedPod("builds", "a", FIRST)])) == {"a": FIRST}
    assert reported(addresses.complete([pod("a", SECOND)], [])) == {"a": FIRST}, "of an earlier sandbox"
    assert reported(addresses.complete([pod("a")], [AddedPod("builds", "a", SECOND)])) == {"a": SECOND}
    both = addresses.complete([pod("a"), pod("b", FIRST)], [])
    assert reported(both) == {"a": SECOND, "b": FIRST}, "the address that it had is another's to have"


def test_an_address_belongs_to_the_pod_that_got_it_last(addresses: Addresses) -> None:
    pods = [pod("old", FIRST), pod("new")]
    assert reported(addresses.complete(pods, [AddedPod("builds", "new", FIRST)])) == {"old": "", "new": FIRST}
    swapped = [AddedPod("builds", "old", FIRST), AddedPod("builds", "new", SECOND)]
    assert reported(addresses.complete(pods, swapped)) == {"old": FIRST, "new": SECOND}


def test_nothing_is_remembered_of_a_pod_that_is_gone(addresses: Addresses) -> None:
    addresses.complete([pod("a")], [AddedPod("builds", "a", FIRST)])
    assert reported(addresses.complete([pod("a", uid="its successor")], [])) == {"a": ""}
    assert reported(addresses.complete([pod("b", FIRST)], [])) == {"b": FIRST}


def test_the_next_process_knows_them_too(addresses: Addresses, tmp_path: Path) -> None:
    addresses.complete([pod("a")], [AddedPod("builds", "a", FIRST)])
    restarted = Addresses(tmp_path / "addresses.json")
    assert reported(restarted.complete([pod("a")], [])) == {"a": FIRST}, "the API has not heard of it yet"


def test_a_pod_that_the_api_server_does_not_have_is_an_error(addresses: Addresses) -> None:
    added = AddedPod("builds", "a", FIRST)
    addresses.complete([pod("b")], [added])
    assert "builds/a" in added.error


@contextmanager
def served(path: Path, add: Callable[[AddedPod], None]) -> Iterator[Path]:
    server = serve(path, add)
    try:
        yield path
    finally:
        server.shutdown()
        server.server_close()


def test_add_ends_when_the_rules_are_in_force(tmp_path: Path) -> None:
    with served(tmp_path / "socket", lambda pod: pod.answer.put("")) as path:
        request_rules(path, "builds", "a", FIRST)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, "root's alone"


def test_a_socket_that_an_ended_process_left_is_replaced(tmp_path: Path) -> None:
    for _ in range(2):
        with served(tmp_path / "socket", lambda pod: pod.answer.put("")) as path:
            request_rules(path, "builds", "a", FIRST)


@pytest.mark.parametrize(
    ("add", "words"),
    [
        (lambda pod: pod.answer.put("no such pod"), "no such pod"),
        (lambda pod: None, "no rules within"),
    ],
)
def test_a_pod_without_rules_must_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, add: Callable[[AddedPod], None], words: str
) -> None:
    monkeypatch.setattr(added_pods, "ADD_SECONDS", 0.1)
    with served(tmp_path / "socket", add) as path, pytest.raises(NotInstalledError, match=words):
        request_rules(path, "builds", "a", FIRST, seconds=30)


def test_an_enforcer_that_starts_late_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, tried = tmp_path / "socket", threading.Event()

    class Clock:
        monotonic = staticmethod(time.monotonic)

        @staticmethod
        def sleep(seconds: float) -> None:
            tried.set()
            time.sleep(seconds)

    monkeypatch.setattr(plugin, "time", Clock)
    with ThreadPoolExecutor() as pool:
        request = pool.submit(request_rules, path, "builds", "a", FIRST, 30)
        assert tried.wait(10), "it has failed once, and not given up"
        with served(path, lambda pod: pod.answer.put("")):
            request.result(timeout=30)


def test_an_enforcer_that_is_away_or_silent_lets_no_pod_run(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with pytest.raises(NotInstalledError, match="builds/a"):
        request_rules(path, "builds", "a", FIRST, seconds=0.1)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(path))
        silent.listen()
        with pytest.raises(NotInstalledError, match="timed out"):
            request_rules(path, "builds", "a", FIRST, seconds=0.1)


@pytest.mark.parametrize(
    "line", ["", "nonsense", "[]", "{}", '{"namespace": "builds", "name": "a", "address": "10.0.0.1 }"}']
)
def test_what_is_no_request_adds_no_pod(tmp_path: Path, line: str) -> None:
    added: list[AddedPod] = []
    with served(tmp_path / "socket", added.append) as path, socket.socket(socket.AF_UNIX) as client:
        client.settimeout(30)
        client.connect(str(path))
        client.sendall(line.encode() + b"\n")
        with client.makefile() as answer:
            assert "not a pod" in json.loads(answer.readline())["error"]
    assert added == []
