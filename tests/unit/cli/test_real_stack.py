"""`make up STACK=dev`: the user's own stack, with what is missing from here, and nothing left behind."""

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from cli import real_stack
from sandbox.toolchain.pulumi_plugins import Plugin
from toolkit.paths import Paths
from toolkit.progress import Progress

# Leaves a file in TMPDIR, and tells how it was called and where it finds programs.
FAKE = """#!/bin/sh
echo secret >"$TMPDIR/kubeconfig"
{ echo "$@"; echo "$PATH"; } >"$RECORD"
exit 3
"""


class Builds:
    """A toolchain that has built everything, and writes down what it is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []

    def start(self, names: list[str]) -> None:
        self.asked += names

    def wait(self, _name: str, _check: Callable[[], None] = lambda: None) -> Path:
        return self.folder

    def program(self, name: str) -> Path:
        return self.folder / name


@pytest.fixture
def builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builds:
    """On a machine where no plugin can be had officially, with a user who is logged in."""
    program = tmp_path / "pulumi"
    program.write_text(FAKE)
    program.chmod(0o755)
    made = Builds(tmp_path)

    def nobody(_plugin: Plugin) -> bool:
        return False

    monkeypatch.setattr(real_stack, "Toolchain", lambda *_arguments: nullcontext(made))
    monkeypatch.setattr("sandbox.toolchain.plugin_folders.on_path", nobody)
    for function in (real_stack.fill_path, real_stack.to_build):
        monkeypatch.setitem(function.__kwdefaults__, "is_offered", nobody)
    monkeypatch.setenv("RECORD", str(tmp_path / "record"))
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "users"))
    monkeypatch.setenv("PULUMI_BACKEND_URL", "file:///theirs")
    return made


def test_it_gives_the_exit_code_and_leaves_nothing(tmp_path: Path, builds: Builds) -> None:
    paths = Paths(state=tmp_path / "state")
    assert real_stack.run("dev", "up", paths, Progress()) == 3
    arguments, path = (tmp_path / "record").read_text().splitlines()
    assert arguments == "up --stack dev"
    assert path.startswith(f"{paths.state}/plugins:")
    assert list(paths.temporary.iterdir()) == [], "an administrator's kubeconfig"


def test_the_provider_is_built_beside_the_cli_and_is_called_no_stand_in(
    tmp_path: Path, builds: Builds, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = Paths(state=tmp_path / "state")
    real_stack.run("dev", "up", paths, Progress())
    assert builds.asked == ["pulumi", "pulumi-kubernetes"]
    program = paths.state / "plugins" / "pulumi-resource-kubernetes"
    assert program.readlink() == tmp_path / "bin" / "pulumi-resource-kubernetes"
    said = capsys.readouterr().out
    assert "pulumi-resource-random" in said, "that one stands in"
    assert "kubernetes" not in said


def test_a_preview_of_a_stack_in_the_users_backend_is_the_users_with_the_model_of_the_cloud(
    tmp_path: Path, builds: Builds
) -> None:
    paths = Paths(state=tmp_path / "state")
    assert real_stack.run("dev", "preview", paths, Progress()) == 3
    assert (tmp_path / "record").read_text().startswith("preview --policy-pack ")
    assert (paths.state / "plugins" / "pulumi-resource-tencentcloud").exists(), "a preview needs no account"
