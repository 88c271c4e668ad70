"""Starts one plugin as Pulumi's engine expects it: quiet at its end, and gone when the engine is gone."""

import os
import runpy
import signal
import sys
import threading
from types import FrameType

CHECKOUT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PARENT_CHECK_SECONDS = 2.0  # seconds


def _end(_signal: int, _frame: FrameType | None) -> None:
    # No clean-up runs: a plugin keeps nothing but what it has answered. One that does sets its own handler.
    os._exit(0)


def _end_with_the_engine() -> None:
    """Ends this process once its parent has died: a killed `pulumi` leaves no plugin behind."""
    parent = os.getppid()
    never = threading.Event()
    while os.getppid() == parent:
        never.wait(PARENT_CHECK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Runs the package `plugins.<first argument>` as a program; the other arguments are the engine's."""
    signal.signal(signal.SIGINT, _end)
    signal.signal(signal.SIGTERM, _end)
    threading.Thread(target=_end_with_the_engine, daemon=True).start()
    plugin = sys.argv.pop(1)
    sys.path.insert(0, CHECKOUT)
    runpy.run_module(f"plugins.{plugin}", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
