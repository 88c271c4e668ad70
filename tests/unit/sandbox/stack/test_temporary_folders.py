"""What a `pulumi` leaves in TMPDIR, such as an administrator's kubeconfig, goes with the command."""

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from toolkit.paths import CHECKOUT
from toolkit.pulumi_cli import Pulumi
from toolkit.temporary import private_folder

# Leaves a kubeconfig as the Kubernetes provider does, and tells what it found.
LEAVES = """#!/bin/sh
echo secret >"$TMPDIR/kubeconfig"
stat -c %a "$TMPDIR"
if [ "$1" = hang ]; then
    trap 'exit 7' TERM
    touch "$2"
    while :; do sleep 0.05; done
fi
if [ -t 0 ]; then echo interactive; fi
exit ${1#exit}
"""


@pytest.fixture
def cli(tmp_path: Path) -> Pulumi:
    program = tmp_path / "pulumi"
    program.write_text(LEAVES)
    program.chmod(0o755)
    return Pulumi(program=program, project=tmp_path, temporary=tmp_path / "tmp")


def left(cli: Pulumi) -> list[str]:
    return [path.name for path in cli.temporary.rglob("*")]


def elsewhere(cli: Pulumi, method: str, *arguments: str) -> str:
    """A program that runs a command of this CLI."""
    fields = [
        f"{name}=pathlib.Path({str(getattr(cli, name))!r})" for name in ("program", "project", "temporary")
    ]
    return (
        "import pathlib, sys; from toolkit.pulumi_cli import Pulumi; "
        f"sys.exit(Pulumi({', '.join(fields)}).{method}(*{arguments!r}))"
    )


def wait_until_there(file: Path) -> None:
    end = time.monotonic() + 20
    while not file.exists():
        assert time.monotonic() < end, f"{file} never came"
        time.sleep(0.02)


def test_every_command_has_a_folder_for_its_owner_alone_and_leaves_nothing(cli: Pulumi) -> None:
    assert cli.run("exit0").split() == ["700"]
    log = cli.project / "log"
    assert cli.show("exit3", log=log) == 3
    assert log.read_text().split() == ["700"]
    assert cli.temporary.stat().st_mode & 0o777 == 0o700
    assert left(cli) == []


def test_two_commands_have_a_folder_each(tmp_path: Path) -> None:
    with private_folder(tmp_path) as one, private_folder(tmp_path) as other:
        assert one.folder != other.folder
        assert one.folder.is_dir(), "the other took it for a leftover"


def test_what_a_killed_command_left_goes_with_the_next(cli: Pulumi, tmp_path: Path) -> None:
    there = tmp_path / "there"
    code = elsewhere(cli, "show", "hang", str(there))
    killed = subprocess.Popen(
        [sys.executable, "-c", code], cwd=CHECKOUT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait_until_there(there)
    (child,) = Path(f"/proc/{killed.pid}/task/{killed.pid}/children").read_text().split()
    killed.kill()
    killed.wait()
    try:
        cli.run("exit0")
        assert "kubeconfig" in left(cli), "the CLI still works, and needs its folder"
    finally:
        os.kill(int(child), signal.SIGKILL)
    end = time.monotonic() + 20
    while "kubeconfig" in left(cli):
        assert time.monotonic() < end, "an administrator's kubeconfig stays for ever"
        cli.run("exit0")


def test_a_command_with_the_terminal_can_ask_and_its_exit_code_is_passed_on(cli: Pulumi) -> None:
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(CHECKOUT)
        os.execv(sys.executable, [sys.executable, "-c", elsewhere(cli, "hand_over", "exit4")])
    said = b""
    try:
        while part := os.read(terminal, 1000):
            said += part
    except OSError:  # how a terminal says that nobody is there any more
        pass
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 4
    assert said.split() == [b"700", b"interactive"]
    assert left(cli) == []


def test_ctrl_c_is_the_commands_to_answer_and_sigterm_is_passed_on(cli: Pulumi, tmp_path: Path) -> None:
    there = tmp_path / "there"
    command = subprocess.Popen(
        [sys.executable, "-c", elsewhere(cli, "hand_over", "hang", str(there))],
        cwd=CHECKOUT,
        stdout=subprocess.DEVNULL,
    )
    wait_until_there(there)
    command.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        command.wait(0.3)
    command.terminate()
    assert command.wait(20) == 7, "the command's own answer to SIGTERM"
    assert left(cli) == []
