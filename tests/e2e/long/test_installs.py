"""Twenty installs in a row: none fails, or leaves something to do."""

import os
from pathlib import Path

import pytest

from sandbox.network import Network
from sandbox.stack.stack import Stack
from toolkit.paths import Paths

INSTALLS = int(os.environ.get("INSTALLS", "20"))

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(INSTALLS * 300)]


def summary(log: Path) -> list[str]:
    """The words of `pulumi up`'s last lines, as ["+", "184", "created"]."""
    return log.read_text().partition("Resources:")[2].split("Duration")[0].split()


@pytest.mark.parametrize("parallel", ["", "4"], ids=["the CLI's own parallelism", "four at a time"])
def test_no_install_of_many_fails(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parallel: str
) -> None:
    if parallel:
        monkeypatch.setenv("PULUMI_OPTION_PARALLEL", parallel)
    stack = Stack(paths, Network(), paths.state / "bin" / "pulumi")
    for number in range(INSTALLS):
        down, up, second_up = (tmp_path / f"{number}-{command}.log" for command in ("destroy", "up", "again"))
        assert stack.destroy(down) == 0, f"destroy {number}: {down.read_text()}"
        assert stack.up(up) == 0, f"install {number}: {up.read_text()}"
        assert stack.up(second_up) == 0, f"up after install {number}: {second_up.read_text()}"
        assert summary(second_up)[1:] == ["unchanged"], (
            f"install {number} left something: {second_up.read_text()}"
        )
