"""`make mirror`: which images it copies, and where to."""

from pathlib import Path

import pytest

from cli.commands import mirror as mirror_command
from settings import Images, Settings, image_reference
from tests.support.manifests import served
from tests.support.program import config
from toolkit.errors import UserError
from toolkit.paths import Paths

MIRROR = "registry.example.com/mirror"
DIGEST = "@sha256:" + "5" * 64
PLAYED = """#!/bin/sh
printf '%s\\n' "$*" >>"{folder}/calls"
case $2 in *refused*) echo 'Error: first' >&2; echo 'Error: UNAUTHORIZED' >&2; exit 1 ;; esac
"""


@pytest.fixture
def crane(tmp_path: Path) -> Path:
    program = tmp_path / "crane"
    program.write_text(PLAYED.format(folder=tmp_path))
    program.chmod(0o755)
    return program


def calls(crane: Path) -> list[str]:
    return (crane.parent / "calls").read_text().splitlines()


def test_every_image_is_copied_under_its_whole_name_and_keeps_a_tag(crane: Path) -> None:
    pinned = f"ghcr.io/tektoncd/a:v1{DIGEST}"
    mirror_command.copy_all(crane, [pinned, f"cgr.dev/b{DIGEST}", "alpine:3"], MIRROR)
    assert calls(crane) == [
        f"copy {pinned} {MIRROR}/ghcr.io/tektoncd/a:v1",
        f"copy cgr.dev/b{DIGEST} {MIRROR}/cgr.dev/b{DIGEST}",
        f"copy alpine:3 {MIRROR}/docker.io/library/alpine:3",
    ]


def test_an_image_that_cannot_be_copied_is_named_when_the_others_are(crane: Path) -> None:
    with pytest.raises(UserError) as failed:
        mirror_command.copy_all(crane, ["a.example.com/refused:1", "a.example.com/taken:1"], MIRROR)
    assert str(failed.value) == "a.example.com/refused:1 is not copied: Error: UNAUTHORIZED"
    assert len(calls(crane)) == 2, "one that is missing is no reason to leave out the others"


def test_the_images_are_those_of_the_releases_and_the_stack_but_for_what_it_names_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    own = "registry.example.org/git:1"
    with served() as address:
        given = {
            **config(tmp_path / "kubeconfig"),
            "releaseMirror": address,
            "mirror": MIRROR,
            "images": {"git": own},
        }
        found = mirror_command.images(Settings.model_validate(given))
    assert own not in found, "whoever names an image means that one"
    assert Images().git not in found, "and not the default"
    assert {Images().buildkit, Images().kubectl, Images().traefik} <= set(found)
    assert not [one for one in found if one.startswith(MIRROR)], "they are copied from where they are public"


@pytest.mark.parametrize("stack", ["dev", "sandbox", "tke-sandbox"])
def test_the_settings_of_a_stack_are_its_files(stack: str) -> None:
    assert mirror_command.load_settings(stack).repositories


def test_a_sandbox_elsewhere_is_asked_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_NETWORK", "10.77.0.0/16")
    assert mirror_command.load_settings("sandbox").release_mirror == "http://10.77.0.2:8080"


def test_a_stack_without_a_file_and_a_place_that_is_none_are_one_sentence() -> None:
    with pytest.raises(UserError, match=r"the stack nobody has no file Pulumi\.nobody\.yaml"):
        mirror_command.run("nobody", MIRROR, Paths())
    with pytest.raises(UserError, match="TO is missing"):
        mirror_command.run("dev", "", Paths())
    with pytest.raises(UserError, match="TO is 'https://a', but must be empty, or HOST"):
        mirror_command.run("dev", "https://a", Paths())


def test_a_pull_by_digest_finds_what_was_pushed_by_tag() -> None:
    reference = image_reference.mirror_reference(f"ghcr.io/a/b:v1{DIGEST}", MIRROR)
    assert mirror_command.without_redundant_digest(reference) == f"{MIRROR}/ghcr.io/a/b:v1"
    assert mirror_command.without_redundant_digest(f"registry.example.com:5000/b{DIGEST}").endswith(DIGEST)
