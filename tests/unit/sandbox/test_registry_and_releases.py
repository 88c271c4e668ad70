"""What the registry's storage holds and what the release server serves."""

from pathlib import Path

import pytest
import yaml

from sandbox.credentials import Account
from sandbox.images.tekton import CURRENT, PIPELINES, PLACEHOLDER, TRIGGERS
from sandbox.registry.registry import Registry
from sandbox.registry.releases import Releases, path_of, tekton, version_differences

V2 = "docker/registry/v2"
TAG = f"{V2}/repositories/sandbox/busybox/_manifests/tags/1.35/current/link"
BLOB = f"{V2}/blobs/sha256/ab/abcd/data"


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "storage", "127.0.0.1:1", Account(username="builder", password="p"))


def test_trees_are_merged(tmp_path: Path, registry: Registry) -> None:
    one = write(tmp_path / "one", {BLOB: "layer", TAG: "sha256:one"})
    two = write(tmp_path / "two", {BLOB.replace("abcd", "abce"): "other", "images.json": "{}"})
    registry.load([one, two])
    found = {
        str(path.relative_to(registry.storage)) for path in registry.storage.rglob("*") if path.is_file()
    }
    assert found == {BLOB, TAG, BLOB.replace("abcd", "abce")}, "storage only, nothing half-written"


def test_blobs_take_no_room_twice_and_names_are_never_shared(tmp_path: Path, registry: Registry) -> None:
    tree = write(tmp_path / "one", {BLOB: "layer", TAG: "sha256:one"})
    registry.load([tree])
    assert (registry.storage / BLOB).samefile(tree / BLOB)
    (registry.storage / TAG).write_text("sha256:pushed")  # as the registry does it: in place
    assert (tree / TAG).read_text() == "sha256:one", "a push must not change the cache"


def test_a_tag_that_moved_moves_in_the_storage(tmp_path: Path, registry: Registry) -> None:
    registry.load([write(tmp_path / "one", {TAG: "sha256:one"})])
    registry.load([write(tmp_path / "two", {TAG: "sha256:two"})])
    assert (registry.storage / TAG).read_text() == "sha256:two"


def test_a_registry_that_does_not_answer_is_said_to(registry: Registry) -> None:
    assert "does not answer" in registry.problem()


def test_manifests_lie_under_the_official_paths() -> None:
    assert path_of(PIPELINES, "release.yaml") == "tekton-releases/pipeline/previous/v1.15.1/release.yaml"
    assert path_of(TRIGGERS, "interceptors.yaml") == (
        "tekton-releases/triggers/previous/v0.37.0/interceptors.yaml"
    )


def test_manifests_name_the_real_registry(tmp_path: Path) -> None:
    manifest = f"image: {PLACEHOLDER}/tekton/pipelines/cmd/controller@sha256:00\n"
    for name in ("tekton-pipelines/release", "tekton-triggers/release", "tekton-triggers/interceptors"):
        write(tmp_path, {f"{name}.yaml": manifest})
    releases = Releases(tmp_path / "served", "http://10.201.0.2:8080", "10.201.0.2:5000")
    urls = releases.render(tekton(CURRENT, tmp_path.joinpath))
    assert len(urls) == 3
    for url in urls:
        text = (tmp_path / "served" / url.removeprefix("http://10.201.0.2:8080/")).read_text()
        assert text.startswith("image: 10.201.0.2:5000/tekton/"), "a pull must find it"


def test_what_is_made_older_than_the_lock_has_it_is_one_sentence(tmp_path: Path) -> None:
    lock = tmp_path / "releases.yaml"
    entries = {release.part: {"version": release.version} for release in CURRENT}
    lock.write_text(yaml.safe_dump(entries))
    assert version_differences(CURRENT, lock) == "", "there is nothing to say"
    entries[TRIGGERS.part]["version"] = "v9.9.9"
    lock.write_text(yaml.safe_dump(entries))
    assert version_differences(CURRENT, lock).startswith(
        f"Tekton Triggers {TRIGGERS.version} are what can be made here; the project's lock has v9.9.9, "
    )
    entries[PIPELINES.part]["version"] = "v8.8.8"
    lock.write_text(yaml.safe_dump(entries))
    assert f"Pipelines {PIPELINES.version} and Triggers {TRIGGERS.version}" in version_differences(
        CURRENT, lock
    )
    assert "v8.8.8 and v9.9.9" in version_differences(CURRENT, lock)
