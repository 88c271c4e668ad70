"""Folders for what a command leaves in TMPDIR, such as the kubeconfigs of the Kubernetes provider."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PREFIX = "command-"


@dataclass(frozen=True, kw_only=True)
class Temporary:
    """`lock` is a file descriptor: as long as a process has it open, the folder is in use."""

    folder: Path
    lock: int


@contextmanager
def private_folder(parent: Path) -> Iterator[Temporary]:
    """A new folder below `parent`, for the owner alone; it goes with the block.

    The folders of killed processes go before. A process that should keep its folder when this one is killed
    must inherit the lock.
    """
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _descriptor(parent) as parent_lock:
        fcntl.flock(parent_lock, fcntl.LOCK_EX)  # a folder that has no lock yet must not pass for a leftover
        _remove_leftovers(parent)
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        lock = os.open(folder, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield Temporary(folder=folder, lock=lock)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _remove_leftovers(parent: Path) -> None:
    for folder in parent.glob(f"{PREFIX}*"):
        with _descriptor(folder) as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _descriptor(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
