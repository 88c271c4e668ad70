"""`make lock`: what it writes, and that it writes the whole of it or nothing."""

import hashlib
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli import main as cli
from releases import download
from releases.lock_file import LockFile
from releases.release import LOCK as OURS
from releases.release import read_lock
from tests.support.manifests import Answer, served

TEXT = "apiVersion: v1\nkind: Namespace\nmetadata: {name: here}\n"
DIGEST = hashlib.sha256(TEXT.encode()).hexdigest()
OLD = "a" * 64
LOCK = """# Whoever reads this should know why.
pipelines:
  version: v1.15.0  # the LTS
  urls:
    - BASE/one/v1.15.0/release.yaml  # first
    - BASE/two/previous/v1.15.0/release.yaml

# The one that is locked.
triggers:
  version: v0.37.0
  urls: [BASE/triggers/v0.37.0/release.yaml]
  sha256: OLD
"""


@pytest.fixture
def pages() -> dict[str, Answer]:
    """What is served: a test puts in what its server has."""
    return {
        "/one/v1.15.0/release.yaml": (200, {}, TEXT),
        "/two/previous/v1.15.0/release.yaml": (200, {}, TEXT),
    }


@pytest.fixture
def base(pages: dict[str, Answer]) -> Iterator[str]:
    with served(lambda path: pages.get(path, (404, {}, ""))) as address:
        yield address


@pytest.fixture
def lock(tmp_path: Path, base: str) -> Path:
    file = tmp_path / "releases.yaml"
    file.write_text(LOCK.replace("BASE", base).replace("OLD", OLD))
    file.chmod(0o640)
    return file


def make_lock(lock: Path, upgrade: str = "") -> int:
    return cli.main(["lock", "--lock", str(lock), "--upgrade", upgrade])


def test_what_has_no_digest_gets_it_and_the_rest_of_the_text_stays(
    lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = lock.read_text()
    assert make_lock(lock) == 0, capsys.readouterr().err
    second = "/two/previous/v1.15.0/release.yaml\n"
    assert lock.read_text() == before.replace(second, f"{second}  sha256: {DIGEST}\n")
    assert stat.S_IMODE(lock.stat().st_mode) == 0o640, "whoever could read it still can"
    assert list(lock.parent.iterdir()) == [lock]
    assert f"pipelines v1.15.0: {DIGEST}" in capsys.readouterr().out
    assert make_lock(lock) == 0, "a second time there is nothing to do"
    assert "has the digest of every release" in capsys.readouterr().out


def test_an_upgrade_moves_version_and_urls_and_replaces_the_digest(
    lock: Path, pages: dict[str, Answer]
) -> None:
    pages["/triggers/v0.37.1/release.yaml"] = (200, {}, TEXT)
    before = lock.read_text()
    assert make_lock(lock, "triggers=v0.37.1") == 0
    after = before.replace("v0.37.0", "v0.37.1").replace(OLD, DIGEST)
    second = "/two/previous/v1.15.0/release.yaml\n"
    assert lock.read_text() == after.replace(second, f"{second}  sha256: {DIGEST}\n")


def test_several_move_at_once(lock: Path, pages: dict[str, Answer]) -> None:
    for path in list(pages):
        pages[path.replace("v1.15.0", "v1.15.3")] = (200, {}, TEXT)
    pages["/triggers/v0.37.1/release.yaml"] = (200, {}, TEXT)
    assert make_lock(lock, "pipelines=v1.15.3 triggers=v0.37.1") == 0
    assert [(one.version, one.sha256) for one in read_lock(lock)] == [
        ("v1.15.3", DIGEST),
        ("v0.37.1", DIGEST),
    ]
    assert "# the LTS" in lock.read_text()


def _page(path: str, answer: Answer) -> Callable[[dict[str, Answer]], None]:
    return lambda pages: pages.update({path: answer})


ONE, TWO = "/one/v1.15.0/release.yaml", "/two/previous/v1.15.0/release.yaml"
REFUSED = {
    "an address with another file": (
        _page(TWO, (200, {}, TEXT.replace("here", "there"))),
        "",
        "pipelines v1.15.0 is two files: ",
    ),
    "an address without one": (_page(ONE, (404, {}, "")), "", f"{ONE} answers 404 Not Found"),
    "a login page": (_page(ONE, (200, {}, "<html>")), "", "is no Kubernetes manifest"),
    "a version that is nowhere": (lambda _: None, "triggers=v9.9.9", "release.yaml answers 404 Not Found"),
    "a release that is none": (
        lambda _: None,
        "dashboard=v1.0.0",
        "the lock has no dashboard; it has pipelines, triggers",
    ),
    "a version that is none": (
        lambda _: None,
        "triggers=latest",
        "UPGRADE is 'triggers=latest', but must be NAME=VERSION, as tekton-pipelines=v1.15.3",
    ),
}


@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED)
def test_what_is_refused_leaves_the_lock_as_it_was(
    lock: Path,
    pages: dict[str, Answer],
    capsys: pytest.CaptureFixture[str],
    refused: tuple[Callable[[dict[str, Answer]], None], str, str],
) -> None:
    change, upgrade, why = refused
    change(pages)
    before = lock.read_bytes()
    assert make_lock(lock, upgrade) == 1
    assert why in capsys.readouterr().err
    assert lock.read_bytes() == before
    assert list(lock.parent.iterdir()) == [lock], "nothing half-written stays"


def test_a_host_that_does_not_answer_is_one_sentence_for_all_its_releases(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "TIMEOUT", (1, 1))
    lock = tmp_path / "releases.yaml"
    lock.write_text(LOCK.replace("BASE", "http://127.0.0.1:9").replace("  sha256: OLD\n", ""))
    assert make_lock(lock) == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2, f"one host, and what becomes of the lock: {said}"
    assert said[0].startswith("error: 127.0.0.1:9 does not answer: ")
    assert said[1] == "error: the lock stays as it was"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (LOCK.replace("/one/v1.15.0", "/one/latest"), "has no v1.15.0 in it"),
        (LOCK.replace("\n  ", "\n   ").replace("   version: v1", "  version: v1"), "is no YAML"),
        (f"{LOCK}more:\n   version: v1\n   urls: [BASE/c/v1]\n", "would lose its layout"),
        (
            "pipelines:\n  version: v1.15.0\n  urls: &urls [BASE/one/v1.15.0/release.yaml]\n"
            "triggers:\n  version: v1.15.0\n  urls: *urls\n",
            "triggers shares lines with another release",
        ),
    ],
)
def test_a_text_that_cannot_be_changed_safely_is_refused(
    lock: Path, base: str, capsys: pytest.CaptureFixture[str], text: str, why: str
) -> None:
    text = text.replace("BASE", base).replace("OLD", OLD)
    lock.write_text(text)
    assert make_lock(lock, "pipelines=v1.15.3") == 1
    assert why in capsys.readouterr().err
    assert lock.read_text() == text


LAYOUTS = {
    "flow": "pipelines: {version: v1.15.0, urls: [a/v1.15.0/b]}\n",
    "a flow list with a comment": "pipelines:\n  version: v1.15.0\n  urls: [a/v1.15.0/b]  # why\n",
    "dashes below the key": "pipelines:\n  version: v1.15.0\n  urls:\n  - 'a/v1.15.0/b'  # why\n",
    "four columns": "pipelines:\n    version: v1.15.0\n    urls:\n      - a/v1.15.0/b\n",
    "the version last": "pipelines:\n  urls:\n    - a/v1.15.0/b\n  version: v1.15.0  # why\n",
    "a start mark": "---\npipelines:\n  version: v1.15.0\n  urls:\n    - a/v1.15.0/b\n",
}


@pytest.mark.parametrize("rest", ["", "\n# The next one.\nother:\n  version: v1\n  urls: [c/v1]\n"])
@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
def test_layout_and_comments_stay_whatever_they_are(text: str, rest: str) -> None:
    rest = rest.replace("  ", "    ") if "    version" in text else rest
    file = LockFile(text + rest)
    file.record("pipelines", DIGEST)
    locked = file.text
    digest = locked.removesuffix(rest)
    assert locked == digest + rest, "what follows the release follows it still"
    assert digest.replace(f", sha256: {DIGEST}", "") == text or digest.startswith(text)
    assert digest.count(DIGEST) == 1
    again = LockFile(locked)
    again.move("pipelines", "v1.15.10")
    again.record("pipelines", OLD)
    assert again.text == locked.replace("v1.15.0", "v1.15.10").replace(DIGEST, OLD)


def test_the_projects_own_lock_can_be_moved_and_recorded() -> None:
    file = LockFile(OURS.read_text(encoding="utf-8"))
    for one in read_lock(OURS):
        file.move(one.name, "v9.9.9")
        file.record(one.name, DIGEST)
    text = file.text
    assert text.count("v9.9.9") == sum(1 + len(one.urls) for one in read_lock(OURS))
    assert text.count("#") == OURS.read_text(encoding="utf-8").count("#"), "comments stay"
