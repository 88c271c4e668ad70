"""The order of `make up`, with every step replaced by one that only writes down that it ran."""

import threading
from typing import Any

import pytest

from sandbox.background import Background
from sandbox.up import up


class Recorded:
    """Steps that record their names; `fails` maps a name to what it raises, `waits` to what it waits for."""

    def __init__(self, fails: dict[str, BaseException] | None = None) -> None:
        self.ran: list[str] = []
        self.fails = fails or {}
        self.waits: dict[str, threading.Event] = {}
        self.begun: dict[str, threading.Event] = {}
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        def step() -> None:
            if name in self.begun:
                self.begun[name].set()
            if name in self.waits:
                assert self.waits[name].wait(10), f"{name} waited in vain"
            with self._lock:
                self.ran.append(name)
            if name in self.fails:
                raise self.fails[name]

        return step


def test_everything_runs_once_and_after_what_it_needs() -> None:
    steps = Recorded()
    up(steps)
    at = {name: position for position, name in enumerate(steps.ran)}
    assert len(steps.ran) == len(at) == 10, "each step once"
    needs = [
        ("check", "begin_builds"),
        ("begin_builds", "start_node"),
        ("begin_builds", "prepare_stack"),
        ("prepare_stack", "preview"),
        ("start_node", "fill_node"),
        ("start_node", "start_forge"),
        ("fill_node", "deploy"),
        ("preview", "deploy"),
        ("deploy", "connect_forge"),
        ("start_forge", "connect_forge"),
        ("connect_forge", "finish"),
    ]
    for before, after in needs:
        assert at[before] < at[after], f"{after} needs what {before} makes"


def test_the_preview_is_shown_while_the_node_starts() -> None:
    steps = Recorded()
    steps.begun["preview"] = steps.waits["start_node"] = threading.Event()
    up(steps)
    assert steps.ran.index("preview") < steps.ran.index("start_node"), "it needs the CLI alone"


def test_the_forge_starts_while_the_registry_is_filled() -> None:
    steps = Recorded()
    steps.begun["fill_node"] = steps.waits["start_forge"] = threading.Event()
    up(steps)
    assert steps.ran.index("fill_node") < steps.ran.index("start_forge"), "neither needs the other"
    assert steps.ran.index("start_forge") < steps.ran.index("deploy"), (
        "the stack holds a token of the forge's"
    )


def test_a_machine_that_cannot_is_told_before_anything_begins() -> None:
    steps = Recorded({"check": ValueError("no root")})
    with pytest.raises(ValueError, match="no root"):
        up(steps)
    assert steps.ran == ["check"]


@pytest.mark.parametrize(
    "name", ["start_node", "prepare_stack", "fill_node", "deploy", "start_forge", "preview"]
)
def test_a_failed_step_ends_it_with_the_steps_own_error(name: str) -> None:
    steps = Recorded({name: RuntimeError(f"{name} failed")})
    with pytest.raises(RuntimeError, match=f"{name} failed"):
        up(steps)
    assert "connect_forge" not in steps.ran, "what comes after it does not run"


def test_an_interruption_ends_it_although_a_step_still_runs() -> None:
    steps = Recorded({"prepare_stack": KeyboardInterrupt()})
    steps.waits["start_node"] = threading.Event()
    with pytest.raises(KeyboardInterrupt):
        up(steps)
    steps.waits["start_node"].set()


def test_work_in_the_background_gives_its_result_or_its_error() -> None:
    assert Background(lambda: 5).result() == 5

    def fail() -> None:
        raise ValueError("inside")

    work = Background(fail)
    with pytest.raises(ValueError, match="inside"):
        work.result()
    assert work.failed
