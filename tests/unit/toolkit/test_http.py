"""Whom a session asks, how often, and whom it trusts."""

import ssl
from collections.abc import Iterator
from itertools import count

import pytest
import requests

from tests.support.manifests import served
from toolkit.http import local_session, probe, problem_of, world_session


@pytest.fixture
def overloaded() -> Iterator[tuple[str, "count[int]"]]:
    """A server that answers 503 twice and then 200; the counter is at the number of its requests."""
    requests_so_far = count()
    with served(lambda _: (503 if next(requests_so_far) < 2 else 200, {}, "text")) as url:
        yield url, requests_so_far


def test_a_proxy_of_the_environment_is_asked_for_the_world_and_not_for_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with served(lambda _: (200, {}, "direct")) as url, served(lambda _: (418, {}, "proxy")) as proxy:
        monkeypatch.setenv("http_proxy", proxy)
        with local_session() as local, world_session() as world:
            assert local.get(url, timeout=5).status_code == 200
            assert world.get(url, timeout=5).status_code == 418
        assert probe(url) == 200


def test_a_status_of_the_list_is_asked_again_and_the_last_answer_counts(
    overloaded: tuple[str, "count[int]"],
) -> None:
    url, requests_so_far = overloaded
    with world_session(retries=1, statuses=(503,)) as session:
        assert session.get(url, timeout=5).status_code == 503, "the second of three answers"
    with world_session(retries=1, statuses=(503,)) as session:
        assert session.get(url, timeout=5).status_code == 200
    assert next(requests_so_far) == 3


def test_without_retries_a_status_is_taken_as_it_comes(overloaded: tuple[str, "count[int]"]) -> None:
    url, _ = overloaded
    with world_session(statuses=(503,)) as session:
        assert session.get(url, timeout=5).status_code == 503


def test_an_authority_that_is_none_is_refused() -> None:
    with pytest.raises(ssl.SSLError):
        world_session(authority="no PEM")


def test_a_probe_says_what_is_wrong() -> None:
    with served(lambda path: (200 if path == "/ready" else 404, {}, "")) as url:
        assert [problem_of(probe(f"{url}/{path}")) for path in ("ready", "other")] == [
            "",
            "answers with status 404",
        ]
    assert problem_of(probe("http://127.0.0.1:9")) == f"does not answer ({requests.ConnectionError.__name__})"
