"""Long work says what it does, for how long, and where its log is."""

import io
import threading
from pathlib import Path

import pytest
from rich.console import Console

from toolkit.polling import wait_for
from toolkit.progress import Progress, clock


class Screen:
    def __init__(self, *, terminal: bool, heartbeat: float = 30) -> None:
        self._out = io.StringIO()
        console = Console(file=self._out, force_terminal=terminal, width=100, soft_wrap=True, highlight=False)
        self.progress = Progress(console, heartbeat)

    @property
    def text(self) -> str:
        return self._out.getvalue()


def test_elsewhere_than_on_a_terminal_a_step_says_when_it_starts_and_ends() -> None:
    screen = Screen(terminal=False)
    with screen.progress.step("Build etcd", log=Path("/state/build-etcd.log")):
        assert "Build etcd ... log: /state/build-etcd.log" in screen.text
    assert "done Build etcd in 0:00" in screen.text


def test_elsewhere_than_on_a_terminal_a_long_step_gives_signs_of_life() -> None:
    screen = Screen(terminal=False, heartbeat=0.01)
    with screen.progress.step("Build etcd", log=Path("/state/build-etcd.log")):
        wait_for(
            "a heartbeat",
            lambda: "still: Build etcd, 0:00 log: /state/build-etcd.log" in screen.text,
            10,
            0.01,
        )


def test_on_a_terminal_every_running_step_is_shown_with_its_log() -> None:
    screen = Screen(terminal=True)
    with (
        screen.progress.step("Build etcd", log=Path("/a.log")),
        screen.progress.step("Pack image", log=Path("/b.log")),
    ):
        wait_for("both steps", lambda: "Pack image" in screen.text and "/b.log" in screen.text, 10, 0.05)
        assert "/a.log" in screen.text


def test_a_failed_step_stays_on_screen_with_its_log() -> None:
    screen = Screen(terminal=False)
    with pytest.raises(OSError, match="full"), screen.progress.step("Build etcd", log=Path("/a.log")):
        raise OSError("full")
    assert "failed Build etcd after 0:00 log: /a.log" in screen.text


def test_steps_of_several_threads_do_not_disturb_each_other() -> None:
    screen = Screen(terminal=False)

    def work(number: int) -> None:
        for _ in range(20):
            with screen.progress.step(f"step {number}"):
                screen.progress.note(f"note {number}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert screen.text.count("done step") == 80
    assert all(screen.text.count(f"note {number}\n") == 20 for number in range(4))


def test_text_that_looks_like_markup_is_shown_as_it_is() -> None:
    screen = Screen(terminal=False)
    screen.progress.note("[red] is a word")
    assert "[red] is a word" in screen.text


def test_the_summary_lists_what_was_done_and_the_whole() -> None:
    screen = Screen(terminal=False)
    with screen.progress.step("Build etcd"):
        pass
    screen.progress.summary()
    assert "Build etcd" in screen.text.split("step", 1)[1]
    assert "in all" in screen.text


def test_a_clock_shows_minutes_and_seconds() -> None:
    assert [clock(0), clock(65.9), clock(3600)] == ["0:00", "1:05", "60:00"]
