"""A machine without Pulumi, a CLI that installs plugins, and a toolchain that builds one."""

from pathlib import Path

import pytest

from sandbox.toolchain.plugin_folders import Build
from sandbox.toolchain.tool import RECORD_FILE
from tests.unit.sandbox.toolchain.pulumi_plugins.places import KUBERNETES, put
from toolkit.pulumi_cli import Pulumi


@pytest.fixture(autouse=True)
def nothing_official(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine and a user without Pulumi."""
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "users"))


@pytest.fixture
def pulumi(tmp_path: Path) -> Pulumi:
    """A CLI that installs what it is asked to, as the official one does."""
    folder = tmp_path / "cli"
    folder.mkdir()
    program = folder / "pulumi"
    program.write_text(
        f"#!/bin/sh\nfolder={tmp_path}/home/plugins/$3-$4-$5\n"
        '/bin/mkdir -p "$folder" && echo official >"$folder/pulumi-$3-$4"\n'
    )
    program.chmod(0o755)
    return Pulumi(program=program, project=tmp_path, temporary=tmp_path / "tmp")


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """A toolchain that has built the provider."""
    folder = tmp_path / "cache" / "pulumi-kubernetes-0123"
    put(folder / "bin" / KUBERNETES.program)
    (folder / RECORD_FILE).touch()
    return {KUBERNETES.tool: folder}.__getitem__
