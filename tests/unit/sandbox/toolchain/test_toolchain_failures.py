"""A build that fails, that is called off, or that cannot begin: one sentence, and nothing half-made."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.toolchain import debian
from sandbox.toolchain.processes import ToolchainError
from tests.support.fake_go import Machine
from toolkit.paths import CHECKOUT
from toolkit.polling import wait_for


# Writes what it is called with, and a program for every -o.
@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def test_a_build_that_is_called_off_leaves_no_file_and_no_process(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = machine.folder / "pid"
    monkeypatch.setenv("FAKE_GO_HANGS", str(marker))
    toolchain = machine.toolchain()
    toolchain.start(["etcd"])
    wait_for("the build", lambda: marker.exists() and marker.read_text().strip() != "", 10, 0.02)
    toolchain.close()
    left = [path.name for path in (machine.folder / "cache/tools").iterdir() if path.is_dir()]
    assert left == [], "a half-made tool must not be taken for one"
    wait_for("the end of its processes", lambda: not _group_lives(int(marker.read_text())), 10, 0.02)


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


BUILD_ETCD = """
import sys
from pathlib import Path
from toolkit.paths import Paths
from sandbox.toolchain.toolchain import Toolchain

folder = Path(sys.argv[1])
with Toolchain(Paths(state=folder / "state", cache=folder / "cache")) as toolchain:
    toolchain.ensure("etcd")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_however_a_command_ends_its_builds_end_with_it(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    marker = machine.folder / "pid"
    monkeypatch.setenv("FAKE_GO_HANGS", str(marker))
    command = subprocess.Popen(
        [sys.executable, "-c", BUILD_ETCD, machine.folder], cwd=CHECKOUT, stderr=subprocess.DEVNULL
    )
    wait_for("the build", lambda: marker.exists() and marker.read_text().strip() != "", 30, 0.02)
    command.send_signal(number)
    assert command.wait(30) == -number
    pid = int(marker.read_text())
    wait_for("the end of the compiler", lambda: not _runs(pid), 10, 0.02)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_failing_build_names_its_log_and_what_the_compiler_said(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_GO_FAILS", "main.go:7: undefined: pin")
    with machine.toolchain() as toolchain:
        with pytest.raises(ToolchainError, match="undefined: pin") as caught:
            toolchain.ensure("etcd")
        assert str(toolchain.log("etcd")) in str(caught.value)
        assert not toolchain.is_ready("etcd")


def test_an_image_fails_with_the_error_of_the_tool_it_needs(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(debian, "missing", list)
    monkeypatch.setenv("FAKE_GO_FAILS", "main.go:7: undefined: pin")
    with machine.toolchain() as toolchain, pytest.raises(ToolchainError, match=r"build-.*\.log"):
        toolchain.ensure("control-plane")


def test_without_go_one_sentence_says_what_to_install(machine: Machine) -> None:
    (machine.folder / "programs/go").unlink()
    with (
        machine.toolchain() as toolchain,
        pytest.raises(ToolchainError, match=r"Go is not installed.*install Go"),
    ):
        toolchain.ensure("etcd")


def test_a_server_of_modules_that_refuses_is_told_with_what_to_do(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_GO_FAILS", 'm@v1: Get "https://proxy.example.com": dial tcp: connection refused')
    with machine.toolchain() as toolchain, pytest.raises(ToolchainError) as caught:
        toolchain.ensure("etcd")
    sentence = str(caught.value)
    assert "the Go modules of etcd cannot be fetched" in sentence, "what is wrong comes first"
    assert "connection refused" in sentence, "then why"
    assert "GOPROXY" in sentence, "and what to do about it"


def test_after_a_failure_nothing_else_begins_and_everybody_hears_of_it(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_GO_FAILS", "main.go:7: undefined: pin")
    with machine.toolchain() as toolchain:
        toolchain.start(["etcd", "gitea"])
        for name in ("etcd", "gitea"):
            with pytest.raises(ToolchainError, match="build-etcd"):
                toolchain.wait(name)
    assert [line for line in machine.builds if "gitea" in line] == [], "it would compile for nothing"
