"""Which builds the sandbox begins, and when its provider is waited for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.network import Network
from sandbox.sandbox import Sandbox
from sandbox.stack.stack import Stack
from toolkit.paths import Paths
from toolkit.progress import Progress

PROVIDER = "pulumi-kubernetes"


class Builds:
    """A toolchain that only writes down what it is asked for."""

    names = ("etcd", "pulumi")

    def __init__(self, ready: bool = False) -> None:
        self.ready = ready
        self.asked: list[Any] = []

    def is_ready(self, _name: str) -> bool:
        return self.ready

    def start(self, names: list[str]) -> None:
        self.asked.append(names)

    def wait(self, name: str, check: Callable[[], None]) -> None:
        check()
        self.asked.append(name)

    def program(self, name: str) -> Path:
        return Path("/nowhere", name)


def sandbox(folder: Path, builds: Builds) -> Sandbox:
    return Sandbox(Paths(state=folder), Network(), builds, Progress())  # type: ignore[arg-type]


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the provider can be downloaded."""
    answer = [False]
    monkeypatch.setattr(
        "sandbox.sandbox.to_build", lambda _home, wanted: [] if answer[0] else [one.tool for one in wanted]
    )
    monkeypatch.setattr(Stack, "install_provider", lambda _self, _build: None)
    return answer


def test_the_provider_is_built_with_the_rest_where_it_cannot_be_downloaded(
    tmp_path: Path, offered: list[bool]
) -> None:
    builds = Builds()
    sandbox(tmp_path, builds).begin_builds()
    sandbox(tmp_path, builds).begin_cli()
    assert builds.asked == [["etcd", "pulumi", PROVIDER], ["pulumi", PROVIDER]]


def test_the_start_says_which_releases_are_older_here(
    tmp_path: Path, offered: list[bool], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sandbox(tmp_path, Builds()).begin_builds()
    assert "are what can be made here; the project's lock has" in capsys.readouterr().out
    monkeypatch.setattr("sandbox.sandbox.version_differences", lambda _releases: "")
    sandbox(tmp_path, Builds()).begin_builds()
    assert capsys.readouterr().out == "", "nothing is older, so nothing is said"


@pytest.mark.parametrize("ready", [True, False])
def test_nothing_is_built_where_it_is_there_or_offered(
    tmp_path: Path, offered: list[bool], ready: bool
) -> None:
    offered[0] = not ready
    builds = Builds(ready)
    whole = sandbox(tmp_path, builds)
    whole.begin_builds()
    whole.install_provider()
    assert builds.asked == [["etcd", "pulumi"]]


def test_the_wait_for_the_provider_hears_of_errors_elsewhere(tmp_path: Path, offered: list[bool]) -> None:
    def fail() -> None:
        raise RuntimeError("elsewhere")

    with pytest.raises(RuntimeError, match="elsewhere"):
        sandbox(tmp_path, Builds()).install_provider(fail)
