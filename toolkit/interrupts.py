"""Ctrl-C and SIGTERM, put off while something must not be cut in two."""

import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def defer_signals() -> Iterator[None]:
    """Signals that come during the block take effect at its end; only the main thread gets any."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        received.append(number)

    handlers = {number: signal.signal(number, note) for number in SIGNALS}
    try:
        yield
    finally:
        for signal_number, handler in handlers.items():
            signal.signal(signal_number, handler)
        for number in received:
            signal.raise_signal(number)


def wait_in_foreground(start: "Callable[[], subprocess.Popen[bytes]]") -> int:
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

    handlers = {number: signal.signal(number, pass_on) for number in SIGNALS}
    try:
        process = start()
        if ended:  # by a signal that came too early to be passed on
            process.terminate()
        return process.wait()
    finally:
        for signal_number, handler in handlers.items():
            signal.signal(signal_number, handler)
