"""Lines on the screen, each with the seconds since the start; on a terminal also what goes on."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.text import Text


class Stopwatch:
    """Runs from its creation; use it as a context manager. `show_status` does nothing without a terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started = time.monotonic()
        self._status = console.status("") if console.is_terminal else None

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    def line(self, text: str) -> None:
        """Something that happened, with its time."""
        self._console.print(Text(f"{self.seconds:6.1f} s  {text}"), soft_wrap=True)

    def show_status(self, text: str) -> None:
        """Shows the current work until the next line."""
        if self._status:
            self._status.update(Text(text))

    def __enter__(self) -> Self:
        if self._status:
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status:
            self._status.stop()
