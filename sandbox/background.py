"""Work beside the main thread, whose result or error reaches who waits for it."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Background(Generic[Result]):
    """Starts `work` at once. It does not keep the process alive: an interrupted command ends without it."""

    def __init__(self, work: Callable[[], Result]) -> None:
        self._work = work
        self._done = threading.Event()
        self._result: Result | None = None
        self._error: BaseException | None = None
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        try:
            self._result = self._work()
        except BaseException as error:
            self._error = error
        finally:
            self._done.set()

    @property
    def failed(self) -> bool:
        """Whether it has ended with an error."""
        return self._error is not None

    def result(self) -> Result:
        """Waits for the end; raises what the work raised."""
        while not self._done.wait(0.5):  # a wait without an end would not see Ctrl-C
            pass
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]
