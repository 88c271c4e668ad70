"""The sandbox stack around a CLI that is a script."""

import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.network import Network
from sandbox.stack.stack import Stack
from tests.unit.sandbox.stack.fake_cli import FAKE
from toolkit.paths import Paths


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    paths = Paths(state=tmp_path / "the state" / ".sandbox", cache=tmp_path / "cache")
    paths.logs.mkdir(parents=True)
    return paths


@pytest.fixture
def program(tmp_path: Path) -> Path:
    program, script = tmp_path / "pulumi", tmp_path / "pulumi.py"
    script.write_text(FAKE.format(record=str(tmp_path / "calls")))
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(script))} "$@"\n')
    program.chmod(0o755)
    return program


@pytest.fixture
def calls(tmp_path: Path) -> Callable[[], list[dict[str, object]]]:
    """What the CLI was asked, in order."""
    return lambda: [json.loads(line) for line in (tmp_path / "calls").read_text().splitlines()]


@pytest.fixture
def stack(paths: Paths, program: Path, monkeypatch: pytest.MonkeyPatch) -> Stack:
    monkeypatch.setattr(
        "sandbox.stack.stack.fill_home", lambda _home, _cli, _plugins: ["pulumi-resource-random"]
    )
    return Stack(paths, Network("10.250.0.0/16"), program)
