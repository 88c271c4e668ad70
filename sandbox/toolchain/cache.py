"""The user-level cache: finished things only, each in a folder named by what it was made from."""

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.toolchain.processes import ToolchainError

PARTIAL = ".partial"


def key(*parts: str | bytes) -> str:
    """12 hex digits that change when any part changes, or when a border between two parts moves."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(f"{len(data)}:".encode())
        digest.update(data)
    return digest.hexdigest()[:12]


class Cache:
    """`<folder>/<name>-<key>/`. An entry is made in `<entry>.partial` and renamed: whole, or not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, entry: str) -> Path:
        return self.folder / entry

    def has(self, entry: str) -> bool:
        return self.path(entry).is_dir()

    def make(
        self, entry: str, build: Callable[[Path], None], check: Callable[[], None] = lambda: None
    ) -> Path:
        """The entry's folder; `build(folder)` fills it when it is not there yet.

        Two processes that want one entry build it once: the second waits, and `check` may raise meanwhile.
        """
        final = self.path(entry)
        if final.is_dir():
            return final
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._lock(entry, check):
            if final.is_dir():
                return final
            partial = self.folder / f"{entry}{PARTIAL}"
            shutil.rmtree(partial, ignore_errors=True)
            try:
                partial.mkdir()
                build(partial)
                check()
                partial.rename(final)
            except OSError as error:
                raise ToolchainError(f"{self.folder} cannot take {entry}: {error}") from error
            finally:
                shutil.rmtree(partial, ignore_errors=True)
        return final

    @contextmanager
    def _lock(self, entry: str, check: Callable[[], None]) -> Iterator[None]:
        # A kernel lock: it goes with its process, however that ends, so there is no stale one.
        descriptor = os.open(self._lock_file(entry), os.O_RDWR | os.O_CREAT, 0o644)
        try:
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    check()
                    time.sleep(0.2)
            yield
        finally:
            os.close(descriptor)

    def clean(self, keep: frozenset[str] = frozenset()) -> list[str]:
        """Remove every entry but those to keep, and all leftovers; the names of the removed entries."""
        removed = []
        for path in sorted(self.folder.glob("*")) if self.folder.is_dir() else []:
            entry = path.name.removesuffix(PARTIAL)
            if not path.is_dir() or path.name in keep:
                continue
            try:
                with self._lock(entry, _do_not_wait):
                    shutil.rmtree(path)
                    self._lock_file(entry).unlink()
                removed.append(path.name)
            except BlockingIOError:  # being made right now
                continue
        return removed

    def _lock_file(self, entry: str) -> Path:
        return self.folder / f".{entry}.lock"


def _do_not_wait() -> None:
    raise BlockingIOError
