"""Ctrl-C and SIGTERM, put off while something must not be cut in two."""

import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def put_off() -> Iterator[None]:
    """Signals that come during the block take effect at its end; only the main thread gets any."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        came.append(number)

    before = {number: signal.signal(number, note) for number in SIGNALS}
    try:
        yield
    finally:
        for put_back, handler in before.items():
            signal.signal(put_back, handler)
        for number in came:
            signal.raise_signal(number)


def wait_in_front(start: "Callable[[], subprocess.Popen[bytes]]") -> int:
    """Starts a process that has the terminal, and waits for it; its return code. For the main thread alone.

    The terminal's Ctrl-C reaches that process by itself, which decides what to do; SIGTERM is passed on.
    """
    process = None
    ended = False

    def pass_on(number: int, _frame: FrameType | None) -> None:
        nonlocal ended
        ended = ended or number == signal.SIGTERM
        if process and number == signal.SIGTERM:
            process.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in SIGNALS}
    try:
        process = start()
        if ended:  # by a signal that came too early to be passed on
            process.terminate()
        return process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
