"""The lock: what stands in it, what a stack may ask of it, and two programs at once."""

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from releases import source as releases
from releases.release import LOCK, ReleaseError, read_lock
from releases.source import ReleaseSource
from sandbox.images.tekton import PIPELINES, TRIGGERS
from sandbox.registry.releases import path_of
from tests.support.manifests import PATHS, pages, served
from tests.support.program import ROOT
from tests.support.recorded import Recording, record

NGINX = "502fddca66b09c20dd48b6d0a792a9671cd663a3a0d2a8bda5ae990d13b6c5b2"


def load(source: ReleaseSource, *wanted: str, preview: bool = False) -> Recording:
    found: list[Any] = []
    recording = record(lambda: found.append(releases.load(source, wanted)), preview=preview)
    assert found[0].keys() == set(wanted), "what is wanted is there"
    return recording


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "tekton-builds" / "releases"


def lock_of(folder: Path, **digests: str) -> Path:
    """A lock of one's own, at the paths that the test's mirror serves."""
    entries = {
        name: {
            "version": "v1.0.0",
            "urls": [f"https://example.com{path}"],
            **({"sha256": digests[name.replace("-", "_")]} if name.replace("-", "_") in digests else {}),
        }
        for name, path in PATHS.items()
    }
    lock = folder / "lock.yaml"
    lock.write_text(yaml.safe_dump(entries))
    return lock


def test_the_lock_names_exact_versions_at_github_first_and_at_tektons_own_server() -> None:
    for one in read_lock(LOCK):
        assert all(one.version in url for url in one.urls), f"{one.name}: version and URLs disagree"
        if one.name in PATHS:
            github, infra = one.urls
            assert github.startswith("https://github.com/tektoncd/"), "where Tekton itself takes them from"
            assert github.rpartition("/")[2] == infra.rpartition("/")[2], f"{one.name} is two files"
            assert infra == f"https://infra.tekton.dev{PATHS[one.name]}"
    assert {one.name: one.sha256 for one in read_lock(LOCK)}["ingress-nginx"] == NGINX


def test_a_mirror_replaces_scheme_and_host_and_nothing_else() -> None:
    for one in read_lock(LOCK):
        paths = [urlsplit(url).path for url in one.urls]
        mirrored = one.mirrored("http://mirror.example.com:8080")
        assert list(mirrored.urls) == [f"http://mirror.example.com:8080{path}" for path in paths]


def test_the_sandboxs_lock_has_what_the_sandbox_made_and_no_digest() -> None:
    lock = {one.name: one for one in read_lock(ROOT / "sandbox" / "releases.yaml")}
    made = {
        "tekton-pipelines": (PIPELINES, "release.yaml"),
        "tekton-triggers": (TRIGGERS, "release.yaml"),
        "tekton-interceptors": (TRIGGERS, "interceptors.yaml"),
    }
    assert lock.keys() == made.keys()
    for name, (release, file) in made.items():
        assert lock[name].version == release.version
        assert list(lock[name].urls) == [f"https://infra.tekton.dev/{path_of(release, file)}"]
        assert lock[name].sha256 == "", "another network's sandbox has another file"


def test_what_is_unlocked_is_said_at_every_preview(tmp_path: Path) -> None:
    text = pages()[PATHS["tekton-triggers"]]
    lock = lock_of(tmp_path, tekton_triggers=hashlib.sha256(text.encode()).hexdigest())
    with served() as mirror:
        source = ReleaseSource(lock=lock, release_mirror=mirror)
        for _ in range(2):
            recording = load(source, "tekton-pipelines", "tekton-triggers", preview=True)
            (said,) = recording.logged
            assert said.startswith("unlocked: tekton-pipelines v1.0.0; "), "and not the one that is locked"


def test_a_stack_that_must_be_locked_is_refused_with_what_is_not(tmp_path: Path) -> None:
    text = pages()[PATHS["tekton-triggers"]]
    lock = lock_of(tmp_path, tekton_triggers=hashlib.sha256(text.encode()).hexdigest())
    with served() as mirror:
        source = ReleaseSource(lock=lock, release_mirror=mirror, require_locked=True)
        assert load(source, "tekton-triggers", preview=True).logged == []
        with pytest.raises(ReleaseError) as refused:
            load(source, "tekton-triggers", "tekton-pipelines", preview=True)
    assert "has no sha256 of tekton-pipelines v1.0.0: `make lock`" in str(refused.value)


def test_preview_and_up_never_write_the_lock(tmp_path: Path) -> None:
    lock = lock_of(tmp_path)
    before = lock.read_bytes()
    with served() as mirror:
        for preview in (True, False):
            load(ReleaseSource(lock=lock, release_mirror=mirror), *PATHS, preview=preview)
    assert lock.read_bytes() == before


@pytest.mark.parametrize("preview", [True, False])
def test_preview_and_up_work_offline_from_what_another_checkout_has_fetched(
    tmp_path: Path, preview: bool
) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    with served() as mirror:
        load(ReleaseSource(lock=lock_of(tmp_path / "one"), release_mirror=mirror), *PATHS)
    recording = load(
        ReleaseSource(lock=lock_of(tmp_path / "two"), release_mirror=mirror), *PATHS, preview=preview
    )
    assert sum("using the copy from the last time" in line for line in recording.logged) == len(PATHS)


MISTAKES = {
    "no file": (None, "cannot be read: No such file or directory"),
    "no YAML": ("a: [", "is no YAML"),
    "empty": ("", "must have an entry per release, and has none"),
    "an unknown key": ("a: {version: v1, urls: ['https://a'], sha: b}", ": a must have a version, urls that"),
    "no URL": ("a: {version: v1, urls: []}", ": a must have a version, urls that"),
    "half a digest": ("a: {version: v1, urls: ['https://a'], sha256: abc}", "a sha256 of 64 digits"),
    "another release": ("a: {version: v1, urls: ['https://a']}", "has no tekton-pipelines, which this stack"),
}


@pytest.mark.parametrize(("text", "why"), MISTAKES.values(), ids=MISTAKES)
def test_a_lock_that_is_none_is_one_sentence_with_its_path(
    tmp_path: Path, text: str | None, why: str
) -> None:
    lock = tmp_path / "mine.yaml"
    if text is not None:
        lock.write_text(text)
    with pytest.raises(ReleaseError) as refused:
        ReleaseSource(lock=lock).releases(["tekton-pipelines"])
    assert why in str(refused.value)
    assert str(lock) in str(refused.value)
    assert "\n" not in str(refused.value)


PROGRAM = """
import sys
from pathlib import Path
from releases.source import _cache_path, _read_cache, _write_cache
body = (sys.argv[2] * 200_000).encode()
for _ in range(100):
    _write_cache(_cache_path("https://example.com/release.yaml", Path(sys.argv[1])), body)
    found = _read_cache(_cache_path("https://example.com/release.yaml", Path(sys.argv[1])))
    assert len(found) == 200_000 and len(set(found)) == 1, "a copy was half one's and half another's"
"""


def test_two_programs_at_once_leave_whole_copies(cache: Path) -> None:
    running = [
        subprocess.Popen([sys.executable, "-c", PROGRAM, str(cache), letter], cwd=ROOT) for letter in "ab"
    ]
    assert [one.wait(timeout=120) for one in running] == [0, 0]
    (copy,) = cache.iterdir()
    assert len(copy.read_bytes()) == 200_000, "and nothing else stays"
