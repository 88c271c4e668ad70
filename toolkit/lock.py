"""The lock that lets one command at a time change a sandbox."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class BusyError(Exception):
    """Another command is at work; says which."""


@contextmanager
def state_lock(state: Path) -> Iterator[None]:
    """Holds the sandbox while the block runs. Raises BusyError, naming the process, when another one has it.

    A kernel lock: it goes with its process, however that ends.
    """
    state.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(state / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 20).decode().strip() or "unknown"
            raise BusyError(f"process {holder} is at work on this sandbox; wait for it, or end it") from None
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
