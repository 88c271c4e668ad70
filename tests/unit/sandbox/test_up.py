"""The order of `make up`, with every step replaced by one that only writes down that it ran."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.up import up
from toolkit.background import Background, wait_for_all


class Recorded:
    """Steps that record their names; `fails` maps a name to what it raises, `waits` to what it waits for.

    A step that may look at the others while it waits does so, as the real ones do.
    """

    def __init__(self, fails: dict[str, BaseException] | None = None) -> None:
        self.ran: list[str] = []
        self.threads: dict[str, threading.Thread] = {}
        self.fails = fails or {}
        self.waits: dict[str, threading.Event] = {}
        self.begun: dict[str, threading.Event] = {}
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        def step(check: Callable[[], None] = lambda: None) -> None:
            if name in self.begun:
                self.begun[name].set()
            if name in self.waits:
                began = time.monotonic()
                while not self.waits[name].wait(0.01):
                    check()
                    assert time.monotonic() - began < 10, f"{name} waited in vain"
            with self._lock:
                self.ran.append(name)
                self.threads[name] = threading.current_thread()
            if name in self.fails:
                raise self.fails[name]

        return step


def test_everything_runs_once_and_after_what_it_needs() -> None:
    steps = Recorded()
    up(steps)
    at = {name: position for position, name in enumerate(steps.ran)}
    assert len(steps.ran) == len(at) == 11, "each step once"
    needs = [
        ("check", "begin_builds"),
        ("begin_builds", "start_node"),
        ("begin_builds", "prepare_stack"),
        ("prepare_stack", "install_provider"),
        ("install_provider", "preview"),
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


@pytest.mark.parametrize("name", ["fill_node", "start_forge"])
def test_the_sandbox_gets_ready_while_the_provider_is_built(name: str) -> None:
    steps = Recorded()
    steps.begun[name] = steps.waits["install_provider"] = threading.Event()
    up(steps)
    assert steps.ran.index("install_provider") < steps.ran.index("preview"), "the first that needs it"


@pytest.mark.parametrize("name", ["start_node", "fill_node", "start_forge"])
@pytest.mark.parametrize("waiting", ["prepare_stack", "install_provider"])
def test_an_error_elsewhere_ends_the_wait_for_a_build(name: str, waiting: str) -> None:
    steps = Recorded({name: RuntimeError(f"{name} failed")})
    steps.waits[waiting] = threading.Event()
    with pytest.raises(RuntimeError, match=f"{name} failed"):
        up(steps)
    assert "preview" not in steps.ran, "twenty minutes later would be too late"


def test_the_steps_that_run_the_cli_are_in_the_main_thread() -> None:
    steps = Recorded()
    up(steps)
    main = {name for name, thread in steps.threads.items() if thread is threading.main_thread()}
    assert main == set(steps.ran) - {"start_node", "fill_node", "start_forge"}, "only there Ctrl-C comes"


def test_an_error_reaches_who_waits_for_several_while_another_still_runs() -> None:
    never = threading.Event()

    def fail() -> None:
        raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        wait_for_all([Background(never.wait), Background(fail)])
    never.set()


def test_work_after_other_work_begins_with_its_result_or_not_at_all() -> None:
    ran: list[str] = []
    first = Background(lambda: ran.append("first"))
    Background(lambda: ran.append("second"), dependency=first).result()
    assert ran == ["first", "second"]

    def fail() -> None:
        raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        Background(lambda: ran.append("third"), dependency=Background(fail)).result()
    assert "third" not in ran


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
    assert work.has_failed
