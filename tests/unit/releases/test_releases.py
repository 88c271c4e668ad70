"""Release manifests: where they come from, what is refused, and what happens without a network."""

import hashlib
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from releases import download
from releases import source as releases
from releases.release import Release, ReleaseError
from tests.support.manifests import PATHS, Answer, pages, served
from tests.support.recorded import Recording, record

TEXT = "apiVersion: v1\nkind: Namespace\nmetadata: {name: here, annotations: {since: 2021-01-01}}\n"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def closed() -> str:
    """An address that refuses connections."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}"


def release(*bases: str) -> Release:
    return Release(
        name="tekton-pipelines", version="v1.15.0", urls=[f"{base}/release.yaml" for base in bases]
    )


def fetch(what: Release, cache: Path, *, preview: bool = False) -> tuple[Any, Recording]:
    found: list[Any] = []
    recording = record(lambda: found.append(releases.fetch_all([what], cache)[what.name]), preview=preview)
    return found[0], recording


def says(status: int = 200, body: str = TEXT, **headers: str) -> Callable[[str], Answer]:
    return lambda path: (status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def test_a_file_with_another_digest_is_refused_with_both_and_its_address(cache: Path) -> None:
    with served(says()) as base:
        wanted = replace(release(base), sha256="0" * 64)
        with pytest.raises(ReleaseError) as refused:
            fetch(wanted, cache)
    sentence = str(refused.value)
    for words in (base, "0" * 64, hashlib.sha256(TEXT.encode()).hexdigest()):
        assert words in sentence, "where it came from, what is known, and what came"
    with served(says()) as base:
        right = replace(release(base), sha256=hashlib.sha256(TEXT.encode()).hexdigest())
        assert fetch(right, cache)[0], "the file whose digest is known is taken"


def test_a_copy_that_somebody_changed_is_refused_too(cache: Path, closed: str) -> None:
    with served(says()) as base:
        wanted = replace(release(base), sha256=hashlib.sha256(TEXT.encode()).hexdigest())
        fetch(wanted, cache)
    for copy in cache.iterdir():
        copy.write_text(copy.read_text() + "# changed\n")
    with pytest.raises(ReleaseError, match="the copy of"):
        fetch(wanted, cache)


def test_a_changed_digest_stops_a_preview_and_no_other_address_hides_it(cache: Path) -> None:
    right = hashlib.sha256(TEXT.encode()).hexdigest()
    with (
        served(says(body=TEXT + "# changed\n")) as bad,
        served(says()) as good,
        pytest.raises(ReleaseError, match=f"^{bad}/release.yaml is not tekton-pipelines"),
    ):
        fetch(replace(release(bad, good), sha256=right), cache, preview=True)
    assert not list(cache.glob("*")), "what was refused is not kept"


def test_a_file_whose_digest_is_known_is_taken_from_the_copy_without_a_network(cache: Path) -> None:
    with served(says()) as base:
        wanted = replace(release(base), sha256=hashlib.sha256(TEXT.encode()).hexdigest())
        fetch(wanted, cache)
    (found, recording) = fetch(wanted, cache)
    assert len(found) == 1
    assert recording.logged == [], "nothing is uncertain about it"


def test_a_copy_that_is_not_the_locks_gives_way_to_the_file_that_is(cache: Path) -> None:
    with served(says()) as base:
        wanted = replace(release(base), sha256=hashlib.sha256(TEXT.encode()).hexdigest())
        fetch(wanted, cache)
        (copy,) = cache.iterdir()
        copy.write_text("half")
        fetch(wanted, cache)
        assert copy.read_text() == TEXT


def test_a_server_that_drips_is_given_up_in_time(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "SECONDS", 0)
    with served(says()) as base, pytest.raises(ReleaseError, match="it was not whole after 0 s"):
        fetch(release(base), cache)


def test_a_server_that_is_silent_is_given_up_in_time(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "TIMEOUT", (1, 0.1))
    monkeypatch.setattr(download, "RETRIES", 0)
    over = threading.Event()

    def silent(_: str) -> Answer:
        over.wait(20)
        return (200, {}, TEXT)

    with served(silent) as base:
        try:
            with pytest.raises(ReleaseError, match="cannot be fetched: no answer in time"):
                fetch(release(base), cache)
        finally:
            over.set()


def test_a_manifest_is_fetched_and_its_dates_stay_text(cache: Path) -> None:
    with served(says()) as base:
        ((one,), recording) = fetch(release(base), cache)
    assert one["metadata"]["annotations"] == {"since": "2021-01-01"}, "JSON, and so Kubernetes, has no dates"
    assert recording.logged == []


def test_the_second_address_is_tried_when_the_first_fails(cache: Path, closed: str) -> None:
    with served(says()) as base:
        (found, _) = fetch(release(closed, base), cache)
    assert len(found) == 1


REFUSED = {
    "an error": (says(status=404, body="no"), "answers 404 Not Found"),
    "a server that stays down": (says(status=503, body=""), "answers 503 Service Unavailable"),
    "a login page": (says(body="<html><body>Sign in</body></html>"), "is no Kubernetes manifest: it holds"),
    "half a file": (says(body=TEXT[:-5]), "is no Kubernetes manifest: bad YAML at line"),
    "an empty file": (says(body=""), "is no Kubernetes manifest: it is empty"),
    "a cut answer": (says(Content_Length="100000"), "cannot be fetched"),
    "a list without kinds": (says(body="- a\n- b\n"), "is no Kubernetes manifest: it holds"),
    "a circle": (says(status=302, Location="/release.yaml"), "it redirects in a circle"),
}


@pytest.mark.parametrize(("answer", "why"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_manifest_is_refused_with_its_url(
    cache: Path, answer: Callable[[str], Answer], why: str
) -> None:
    with served(answer) as base, pytest.raises(ReleaseError) as error:
        fetch(release(base), cache)
    message = str(error.value)
    assert f"{base}/release.yaml" in message, "the reader must see which address failed"
    assert why in message
    assert "\n" not in message, "one sentence"


def test_what_was_refused_is_not_kept(cache: Path) -> None:
    with served(says(body="<html/>")) as base, pytest.raises(ReleaseError):
        fetch(release(base), cache)
    assert not list(cache.glob("*")), "a bad answer must not become the copy that an offline preview uses"


def test_a_server_that_stumbles_is_asked_again(cache: Path) -> None:
    answers = iter([(503, {}, ""), (503, {}, ""), (200, {}, TEXT)])
    with served(lambda _: next(answers)) as base:
        (found, _) = fetch(release(base), cache)
    assert len(found) == 1


def test_without_a_network_the_copy_of_the_last_time_is_used_and_said_so(cache: Path) -> None:
    with served(says()) as base:
        fetch(release(base), cache)
    (found, recording) = fetch(release(base), cache)
    assert len(found) == 1
    (warning,) = recording.logged
    assert f"{base}/release.yaml cannot be fetched: Connection refused" in warning
    assert "using the copy from the last time" in warning


def test_a_mirror_that_was_rebuilt_gives_the_new_manifest(cache: Path) -> None:
    bodies = iter([TEXT, TEXT.replace("here", "there")])
    with served(lambda _: (200, {}, next(bodies))) as base:
        fetch(release(base), cache)
        ((one,), _) = fetch(release(base), cache)
    assert one["metadata"]["name"] == "there"


def test_without_network_and_copy_an_up_fails_and_names_every_address(cache: Path, closed: str) -> None:
    with pytest.raises(ReleaseError, match=rf"tekton-pipelines v1.15.0 cannot be had: {closed}/release.yaml"):
        fetch(release(closed), cache)


def test_without_network_and_copy_a_preview_says_what_it_cannot_show(cache: Path, closed: str) -> None:
    (found, recording) = fetch(release(closed), cache, preview=True)
    assert found is None
    (warning,) = recording.logged
    assert warning.startswith("tekton-pipelines v1.15.0 is not shown in this preview: ")


def test_a_preview_waits_for_a_dead_mirror_once_and_not_once_a_release(cache: Path) -> None:
    asked: list[str] = []
    alone = threading.Barrier(len(PATHS), timeout=20)

    def answer(path: str) -> Answer:
        asked.append(path)
        alone.wait()
        return (503, {}, "")

    with served(answer) as mirror:
        wanted = [replace(release(mirror), urls=[f"{mirror}{path}"]) for path in PATHS.values()]
        record(lambda: releases.fetch_all(wanted, cache), preview=True)
    assert sorted(asked) == sorted(PATHS.values()), "all at once, and none a second time"


def test_all_releases_are_loaded_by_name_and_a_preview_leaves_out_the_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    known = pages()
    del known[PATHS["tekton-triggers"]]
    found: list[dict[str, Any]] = []

    def answer(path: str) -> Answer:
        return (200, {}, known[path]) if path in known else (404, {}, "")

    with served(answer) as mirror:
        source = releases.ReleaseSource(release_mirror=mirror)
        record(lambda: found.append(releases.load(source, list(PATHS))), preview=True)
    assert set(found[0]) == set(PATHS) - {"tekton-triggers"}


def test_a_folder_that_cannot_be_written_only_costs_the_copy(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with served(says()) as base:
        (found, recording) = fetch(release(base), blocked / "cache")
    assert len(found) == 1
    assert "cannot keep release manifests for later" in recording.logged[0]
