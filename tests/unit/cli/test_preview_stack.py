"""What is previewed for somebody who is logged in to no backend."""

import json
from pathlib import Path

import pytest
import yaml

from cli import preview_stack
from toolkit.paths import CHECKOUT, Paths
from toolkit.pulumi_cli import Pulumi

# Writes down where it was called and with what.
FAKE = """#!/bin/sh
{ pwd; echo "$@"; echo "$PULUMI_BACKEND_URL"; } >>"$CALLS"
"""


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    monkeypatch.setattr("cli.preview_stack.fill_home", lambda *_arguments: [])
    (tmp_path / "pulumi").write_text(FAKE)
    (tmp_path / "pulumi").chmod(0o755)
    return tmp_path / "calls"


def prepare(stack: str, folder: Path) -> dict[str, str]:
    """With the CLI of the fixture, and nothing to build."""
    paths = Paths(state=folder / "state")
    cli = Pulumi(program=folder / "pulumi", temporary=paths.temporary)
    return preview_stack.prepare(stack, paths, cli, lambda _tool: folder)


@pytest.mark.parametrize(
    ("environment", "file", "expected"),
    [
        ({}, None, False),
        ({"PULUMI_BACKEND_URL": "file:///state"}, None, True),
        ({"PULUMI_ACCESS_TOKEN": "pul-x"}, None, True),
        ({}, {"current": "s3://bucket"}, True),
        ({}, {"current": ""}, False),
        ({}, [], False),
    ],
)
def test_who_is_logged_in_is_left_alone(
    tmp_path: Path, environment: dict[str, str], file: object, expected: bool
) -> None:
    if file is not None:
        (tmp_path / "credentials.json").write_text(json.dumps(file))
    assert preview_stack.is_logged_in(environment, tmp_path) == expected


def test_the_stack_is_made_beside_the_project_and_with_its_settings(tmp_path: Path, calls: Path) -> None:
    before = (CHECKOUT / "Pulumi.dev.yaml").read_text()
    environment = prepare("dev", tmp_path)
    folder, arguments, backend = calls.read_text().splitlines()
    assert Path(folder) == tmp_path / "state/preview-stack", "`stack init` writes where it is called"
    assert arguments == "stack init dev --no-select --non-interactive"
    assert backend.startswith(f"file://{tmp_path}"), "nobody else's backend"
    settings = yaml.safe_load(Path(environment["PULUMI_OPTION_CONFIG_FILE"]).read_text())
    assert settings["config"] == yaml.safe_load(before)["config"]
    assert (CHECKOUT / "Pulumi.dev.yaml").read_text() == before, "the tracked file stays as it is"


def test_a_secret_that_nobody_can_read_stays_out(
    tmp_path: Path, calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.preview_stack.CHECKOUT", tmp_path)
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  p:a: b\n  p:c:\n    secure: v1:x\n")
    environment = prepare("dev", tmp_path)
    assert yaml.safe_load(Path(environment["PULUMI_OPTION_CONFIG_FILE"]).read_text()) == {
        "config": {"p:a": "b"}
    }


def test_a_stack_without_a_file_previews_what_is_missing(tmp_path: Path, calls: Path) -> None:
    prepare("nowhere", tmp_path)
    assert "stack init nowhere" in calls.read_text()
