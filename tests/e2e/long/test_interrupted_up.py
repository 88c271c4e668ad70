"""An `up` that is cut off at each of its stages: the next one goes on from there."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from sandbox.network import Network
from sandbox.stack.stack import Stack
from tests.e2e.long.test_installs import summary
from toolkit.paths import CHECKOUT, Paths
from toolkit.polling import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

SECONDS = 240.0
STAGES = (
    "tekton-foundations",
    "tekton-plain",
    "tekton-workloads",
    "tekton-webhooks",
    "builds-pipeline",
    "webhook-listener",
    "hooks",
)


@pytest.fixture
def stack(paths: Paths) -> Iterator[Stack]:
    """The stack with nothing in it; afterwards it is there again."""
    stack = Stack(paths, Network(), paths.state / "bin" / "pulumi")
    assert stack.destroy(paths.logs / "pulumi-destroy.log") == 0
    yield stack
    assert subprocess.run(["make", "up"], cwd=CHECKOUT, check=False).returncode == 0


@contextmanager
def making_up() -> Iterator["subprocess.Popen[bytes]"]:
    """`make up` in a group of its own, which can be interrupted as by Ctrl-C in a terminal."""
    with subprocess.Popen(
        ["make", "up"],
        cwd=CHECKOUT,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        yield process


def family(pid: int) -> list[int]:
    """The process and all below it, parents first; the CLI has a session of its own."""
    children = (file.read_text().split() for file in Path(f"/proc/{pid}/task").glob("*/children"))
    return [pid, *(member for line in children for child in line for member in family(int(child)))]


def cut_off(paths: Paths, stage: str, end_signal: signal.Signals) -> None:
    """Ends `make up` as soon as it makes something of the stage."""
    log, began = paths.logs / "pulumi-up.log", time.time()

    def reached() -> bool | str:
        assert process.poll() is None, f"`make up` ended before {stage}: {log.read_text()}"
        text = log.read_text() if log.exists() and log.stat().st_mtime >= began else ""
        return bool(re.search(rf" {stage}\S* creating", text)) or text[-300:]

    with making_up() as process:
        wait_for(f"the stage {stage}", reached, SECONDS, interval=0.05)
        if end_signal is signal.SIGKILL:  # as when the machine is gone: nobody records anything
            for member in family(process.pid):
                with suppress(ProcessLookupError):
                    os.kill(member, signal.SIGKILL)
        else:
            os.killpg(process.pid, end_signal)
        process.wait(SECONDS)


@pytest.mark.parametrize(
    "end_signal", [signal.SIGINT, signal.SIGKILL], ids=lambda end_signal: end_signal.name
)
def test_an_up_that_is_cut_off_at_every_stage_is_healed_by_the_next(
    stack: Stack, paths: Paths, end_signal: signal.Signals
) -> None:
    for stage in STAGES:
        cut_off(paths, stage, end_signal)
    assert subprocess.run(["make", "up"], cwd=CHECKOUT, check=False).returncode == 0
    log = paths.logs / "pulumi-again.log"
    assert stack.up(log) == 0, log.read_text()
    assert summary(log)[1:] == ["unchanged"], f"something was left: {log.read_text()}"
    assert subprocess.run(["make", "push"], cwd=CHECKOUT, check=False).returncode == 0
