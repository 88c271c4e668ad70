"""What a `pulumi` command finds in its environment."""

from pathlib import Path

import pytest

from toolkit.pulumi_cli import Pulumi


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """It prints its backend; the user has sourced the sandbox's env file."""
    monkeypatch.setenv("PULUMI_BACKEND_URL", "file:///the/sandbox")
    file = tmp_path / "pulumi"
    file.write_text('#!/bin/sh\necho "${PULUMI_BACKEND_URL-none}"\n')
    file.chmod(0o755)
    return file


def test_a_stack_of_the_sandbox_has_its_own_variables_beside_the_users(program: Path, tmp_path: Path) -> None:
    assert Pulumi(program=program, project=tmp_path).run("whoami") == "file:///the/sandbox\n"
    chosen = Pulumi(program=program, project=tmp_path, environment={"PULUMI_BACKEND_URL": "file:///own"})
    assert chosen.run("whoami") == "file:///own\n"


def test_what_is_taken_out_for_a_users_stack_does_not_come_back(program: Path, tmp_path: Path) -> None:
    cli = Pulumi(program=program, project=tmp_path, base={"PATH": "/usr/bin:/bin"})
    assert cli.run("whoami") == "none\n", "else `make rotate STACK=dev` would change the sandbox's stack"
