"""A tool on PATH is used when it is good enough, and passed over when it is not."""

import shutil
from pathlib import Path

import pytest

from sandbox.toolchain import on_path
from sandbox.toolchain.pins import BY_NAME

PULUMI = BY_NAME["pulumi"]


NEW_ENOUGH = f"v{PULUMI.version.removesuffix('0')}1"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def _install(folder: Path, name: str, says: str, status: int = 0) -> Path:
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{says}'\nexit {status}\n")
    program.chmod(0o755)
    return program


def test_a_new_enough_program_is_found(programs: Path) -> None:
    program = _install(programs, "pulumi", NEW_ENOUGH)
    assert on_path.find(PULUMI, ()) == {"pulumi": program}


@pytest.mark.parametrize("says", ["v3.275.9", "v2.999.0", "v4.0.0", "dev build"])
def test_a_program_of_another_version_is_passed_over(programs: Path, says: str) -> None:
    _install(programs, "pulumi", says)
    assert on_path.find(PULUMI, ()) is None


def test_a_program_that_fails_is_passed_over(programs: Path) -> None:
    _install(programs, "pulumi", NEW_ENOUGH, status=1)
    assert on_path.find(PULUMI, ()) is None


def test_our_own_links_are_no_find(programs: Path) -> None:
    _install(programs, "pulumi", NEW_ENOUGH)
    assert on_path.find(PULUMI, (programs,)) is None, "after `make up` our own folder stands first on PATH"


def test_half_of_kubernetes_is_not_kubernetes(programs: Path) -> None:
    _install(programs, "kubectl", "v1.34.4")
    assert on_path.find(BY_NAME["kubernetes"], ()) is None


def test_a_program_that_needs_a_loader_is_not_put_into_an_image(programs: Path) -> None:
    shutil.copy("/bin/ls", programs / "etcd")
    assert not on_path.is_static(programs / "etcd")
    assert on_path.find(BY_NAME["etcd"], ()) is None


def test_the_identity_changes_when_the_program_is_replaced(programs: Path) -> None:
    program = _install(programs, "pulumi", NEW_ENOUGH)
    before = on_path.identity({"pulumi": program})
    _install(programs, "pulumi", f"{NEW_ENOUGH}0")
    assert on_path.identity({"pulumi": program}) != before
