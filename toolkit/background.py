"""Work in another thread; its result or its error reaches the thread that waits for it."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")
POLL = 0.5  # seconds; a wait without an end would not see Ctrl-C


class Background(Generic[Result]):
    """Starts `work` at once, or when `dependency` has its result; an error of `dependency` becomes its own.

    It does not keep the process alive: an interrupted command ends without it. The threads of
    concurrent.futures are waited for at the end of the process, also after Ctrl-C.
    """

    def __init__(self, work: Callable[[], Result], *, dependency: "Background[Any] | None" = None) -> None:
        self._work = work
        self._dependency = dependency
        self._end = threading.Event()
        self._result: Result | None = None
        self._error: BaseException | None = None
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            if self._dependency:
                self._dependency.result()
            self._result = self._work()
        except BaseException as error:
            self._error = error
        finally:
            self._end.set()

    @property
    def has_failed(self) -> bool:
        """True when it has ended with an error."""
        return self._error is not None

    def wait(self, seconds: float) -> bool:
        """Waits for the end for at most so many seconds; True when it has ended."""
        return self._end.wait(seconds)

    def result(self) -> Result:
        """Waits for the end; raises what the work raised."""
        while not self.wait(POLL):
            pass
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]


def raise_failure(works: Sequence[Background[Any]]) -> None:
    """Raises the error of the first work that has failed so far; returns when none has."""
    for work in works:
        if work.has_failed:
            work.result()


def wait_for_all(works: Sequence[Background[Any]]) -> None:
    """Waits for the end of all; raises a work's error as soon as it has failed."""
    for work in works:
        while not work.wait(POLL):
            raise_failure(works)
    raise_failure(works)
