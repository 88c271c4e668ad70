"""The commands: one sentence for what a user can put right, 130 for Ctrl-C, one at a time."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli import main as cli
from cli import real_stack
from cli.commands import status, up
from sandbox.network import Network
from sandbox.stack.stack import Stack
from toolkit.lock import BusyError, state_lock
from toolkit.paths import CHECKOUT, Paths
from toolkit.pulumi_cli import PulumiError


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    paths = Paths(state=tmp_path / ".sandbox", cache=tmp_path / "cache")
    monkeypatch.setattr(cli, "Paths", lambda: paths)
    return paths


@pytest.mark.parametrize("error", [PulumiError("the disk is full"), OSError(28, "the disk is full")])
def test_an_error_is_one_sentence_without_a_traceback(
    error: Exception, paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> int:
        raise error

    monkeypatch.setattr(up, "main", fail)
    assert cli.main(["up"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert "the disk is full" in said
    assert "Traceback" not in said


def test_an_interruption_says_how_to_go_on(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(10)
        return 0

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(up, "main", interrupted)
    try:
        assert cli.main(["up"]) == 130, "as a shell reports it; SIGTERM ends a command as Ctrl-C does"
    finally:
        signal.signal(signal.SIGTERM, before)
    assert "`make up` goes on" in capsys.readouterr().err


def test_a_mistake_of_ours_keeps_its_traceback(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: object) -> int:
        raise AttributeError("ours")

    monkeypatch.setattr(status, "main", wrong)
    with pytest.raises(AttributeError):
        cli.main(["status"])


def test_the_make_targets_are_commands() -> None:
    makefile = (CHECKOUT / "Makefile").read_text()
    text = cli.parser().format_help()
    for name in {*cli.COMMANDS} - {"env"}:
        assert re.search(rf"^    {name}\s", text, re.MULTILINE), f"make {name} would call nothing"
        assert f"make {name} " in makefile, f"make help does not tell of {name}"


def test_a_second_command_is_refused_and_the_first_named(tmp_path: Path) -> None:
    with state_lock(tmp_path):
        code = f"""
import pathlib
from toolkit.lock import BusyError, state_lock
try:
    with state_lock(pathlib.Path({str(tmp_path)!r})):
        print("both at once")
except BusyError as busy:
    print(busy)
"""
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True
        )
        assert f"process {os.getpid()} is at work" in done.stdout
    with state_lock(tmp_path):
        pass  # free again


def test_the_lock_of_a_killed_command_is_free(tmp_path: Path) -> None:
    code = f"""
import os, pathlib, signal
from toolkit.lock import state_lock
with state_lock(pathlib.Path({str(tmp_path)!r})):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=False)
    try:
        with state_lock(tmp_path):
            pass
    except BusyError:
        pytest.fail("a killed command must not lock the sandbox for ever")


def test_down_without_a_sandbox_does_nothing(paths: Paths) -> None:
    assert cli.main(["down"]) == 0
    assert not paths.state.exists(), "and leaves nothing"


def test_another_stack_keeps_the_users_backend_and_secrets(tmp_path: Path) -> None:
    paths = Paths(state=tmp_path / ".sandbox")
    users = {"PATH": "/bin", "PULUMI_BACKEND_URL": "s3://theirs", "PULUMI_CONFIG_PASSPHRASE": "theirs"}
    env = real_stack.environment(paths, users)
    assert env == {**users, "PATH": f"{tmp_path}/.sandbox/plugins:{tmp_path}/.sandbox/bin:/bin"}


def test_another_stack_is_meant_even_when_the_sandboxs_env_file_is_sourced(tmp_path: Path) -> None:
    paths = Paths(state=tmp_path / ".sandbox")
    sourced = {**Stack(paths, Network(), tmp_path / "pulumi").variables, "PATH": "/bin", "HOME": "/h"}
    env = real_stack.environment(paths, sourced)
    assert sorted(env) == ["HOME", "PATH"], "nothing of the sandbox's stack reaches the other one"


def test_a_shell_whose_tmpdir_went_with_the_last_sandbox_can_start_another(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "gone"))
    assert cli.main(["down"]) == 0
    assert "TMPDIR" not in os.environ, "no compiler starts without its folder"


def test_pulumi_asks_before_it_changes_another_stack() -> None:
    assert "--yes" not in real_stack.command("dev", "up"), "the sandbox's stack alone is ours"
