"""Waiting for a condition, with a deadline."""

import time
from collections.abc import Callable
from typing import Any


def wait_for(subject: str, condition: Callable[[], Any], seconds: float, interval: float = 0.2) -> Any:
    """Polls `condition` until it is truthy and no string; a string is the state seen last."""
    deadline = time.monotonic() + seconds
    while True:
        state = condition()
        if state and not isinstance(state, str):
            return state
        if time.monotonic() >= deadline:
            raise TimeoutError(f"{subject}: not within {seconds} s; last seen: {state}")
        time.sleep(interval)
