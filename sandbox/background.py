"""Work beside the main thread, whose result or error reaches who waits for it."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")
POLL = 0.5  # seconds; a wait without an end would not see Ctrl-C


class Background(Generic[Result]):
    """Starts `work` at once, or when `after` has its result; an error of `after` is its own.

    It does not keep the process alive: an interrupted command ends without it.
    """

    def __init__(self, work: Callable[[], Result], *, after: "Background[Any] | None" = None) -> None:
        self._work = work
        self._after = after
        self._done = threading.Event()
        self._result: Result | None = None
        self._error: BaseException | None = None
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            if self._after:
                self._after.result()
            self._result = self._work()
        except BaseException as error:
            self._error = error
        finally:
            self._done.set()

    @property
    def failed(self) -> bool:
        """Whether it has ended with an error."""
        return self._error is not None

    def wait(self, seconds: float) -> bool:
        """Whether it has ended, at the latest after so long."""
        return self._done.wait(seconds)

    def result(self) -> Result:
        """Waits for the end; raises what the work raised."""
        while not self.wait(POLL):
            pass
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]


def raise_failure(works: Sequence[Background[Any]]) -> None:
    """Raises what the first of those works raised that have failed so far."""
    for work in works:
        if work.failed:
            work.result()


def wait_for_all(works: Sequence[Background[Any]]) -> None:
    """Waits for the end of all; raises a work's error as soon as it has failed."""
    for work in works:
        while not work.wait(POLL):
            raise_failure(works)
    raise_failure(works)
