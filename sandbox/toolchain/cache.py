"""The user-level cache: finished things only, each in a folder named by what it was made from."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

from filelock import Timeout

from sandbox.toolchain.processes import ToolchainError
from toolkit.lock import kernel_lock

PARTIAL = ".partial"
POLL = 0.2  # seconds between two looks at a lock that somebody has


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

        def is_cancelled() -> bool:
            check()
            return False

        with kernel_lock(self._lock_file(entry)).acquire(poll_interval=POLL, cancel_check=is_cancelled):
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

    def clean(self, keep: frozenset[str] = frozenset()) -> list[str]:
        """Remove every entry but those to keep, and all leftovers; the names of the removed entries."""
        removed = []
        for path in sorted(self.folder.glob("*")) if self.folder.is_dir() else []:
            entry = path.name.removesuffix(PARTIAL)
            if not path.is_dir() or path.name in keep:
                continue
            try:
                with kernel_lock(self._lock_file(entry)).acquire(blocking=False):
                    shutil.rmtree(path)
                    self._lock_file(entry).unlink()
                removed.append(path.name)
            except Timeout:  # being made right now
                continue
        return removed

    def _lock_file(self, entry: str) -> Path:
        return self.folder / f".{entry}.lock"
