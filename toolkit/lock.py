"""Locks between processes, and the one that lets one command at a time change a sandbox."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


class BusyError(Exception):
    """Raised while another command holds the lock; names the command."""


def kernel_lock(file: Path) -> FileLock:
    """A lock that goes with its process, however that ends, so that there is no stale one; the file stays."""
    return FileLock(file, preserve_lock_file=True)


@contextmanager
def state_lock(state: Path) -> Iterator[None]:
    """Holds the sandbox while the block runs. Raises BusyError, naming the process that has it."""
    state.mkdir(parents=True, exist_ok=True)
    file = state / "lock"
    lock = kernel_lock(file)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        holder = file.read_text().strip() or "unknown"
        raise BusyError(f"process {holder} is at work on this sandbox; wait for it, or end it") from None
    try:
        file.write_text(f"{os.getpid()}\n")
        yield
    finally:
        lock.release()
