"""The display of running steps, their time and their logs: live on a terminal, elsewhere line by line."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

HEARTBEAT = 30.0  # seconds between two lines where nothing can be redrawn


def clock(seconds: float) -> str:
    """M:SS."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


@dataclass(eq=False)
class Step:
    """One piece of work, under way or done."""

    text: str
    log: Path | None
    began: float = field(default_factory=time.monotonic)
    ended: float | None = None
    failed: bool = False

    @property
    def seconds(self) -> float:
        """Duration in seconds; of a running step up to now."""
        return (time.monotonic() if self.ended is None else self.ended) - self.began

    @property
    def log_remark(self) -> str:
        """The log as a remark, or nothing."""
        return f"log: {self.log}" if self.log else ""


class Progress:
    """The steps of one command; `step` and `note` may be used from several threads.

    On a terminal every running step is a line that counts; finished ones scroll up. Elsewhere (CI) a line
    says that a step starts, one that it ended, and one each `heartbeat` seconds that it still runs.

    Not rich.progress: without a terminal it prints nothing before the end. With one it would need other
    columns (hours, bars) and another row (the time in all), over the same rich.live as here.
    """

    def __init__(self, console: Console | None = None, heartbeat: float = HEARTBEAT) -> None:
        self._console = console or Console(highlight=False, soft_wrap=True)
        self._heartbeat = heartbeat
        self._lock = threading.RLock()
        self._running: list[Step] = []
        self._complete: list[Step] = []
        self._live: Live | None = None
        self._idle = threading.Event()
        self._began = time.monotonic()

    @contextmanager
    def step(self, text: str, *, log: Path | None = None) -> Iterator[Step]:
        """Show `text` as under way while the block runs; its end, or its failure, stays on screen."""
        step = Step(text, log)
        self._start(step)
        try:
            yield step
        except BaseException:
            step.failed = True
            raise
        finally:
            self._end(step)

    def note(self, text: str) -> None:
        """A line that stays, above what is under way."""
        self._print(escape(text))

    def summary(self) -> None:
        """A table of everything done and how long it took, in the order in which it began."""
        with self._lock:
            steps = sorted(self._complete, key=lambda step: step.began)
        table = Table("step", "took", box=None, pad_edge=False)
        for step in steps:
            table.add_row(escape(step.text) + (" (failed)" if step.failed else ""), clock(step.seconds))
        table.add_row("in all", clock(time.monotonic() - self._began))
        self._console.print(table)

    def _start(self, step: Step) -> None:
        with self._lock:
            self._running.append(step)
            if not self._console.is_terminal:
                self._print(f"{escape(step.text)} ... {escape(step.log_remark)}".rstrip())
            if len(self._running) > 1:
                return
            if self._console.is_terminal:
                self._live = Live(
                    get_renderable=self._table, console=self._console, transient=True, refresh_per_second=2
                )
                self._live.start()
            else:
                self._idle = threading.Event()
                threading.Thread(target=self._beat, args=(self._idle,), daemon=True).start()

    def _end(self, step: Step) -> None:
        with self._lock:
            step.ended = time.monotonic()
            self._running.remove(step)
            self._complete.append(step)
            live = None if self._running else self._live
            if not self._running:
                self._live = None
                self._idle.set()
        if live:  # outside the lock: its own thread draws with it
            live.stop()
        if step.failed:
            self._print(
                f"[red]failed[/red] {escape(step.text)} after {clock(step.seconds)} {escape(step.log_remark)}"
            )
        else:
            self._print(f"[green]done[/green] {escape(step.text)} in {clock(step.seconds)}")

    def _print(self, markup: str) -> None:
        stamp = "" if self._console.is_terminal else f"\\[{clock(time.monotonic() - self._began)}] "
        self._console.print(stamp + markup)

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2))
        with self._lock:
            for step in self._running:
                table.add_row(clock(step.seconds), escape(step.text), f"[dim]{escape(step.log_remark)}[/dim]")
            table.add_row(clock(time.monotonic() - self._began), "in all", "", style="dim")
        return table

    def _beat(self, idle: threading.Event) -> None:
        while not idle.wait(self._heartbeat):
            with self._lock:
                steps = list(self._running)
            for step in steps:
                self._print(
                    f"still: {escape(step.text)}, {clock(step.seconds)} {escape(step.log_remark)}".rstrip()
                )
