"""One layer of an image: a tar that depends on its content alone."""

import hashlib
import io
import os
import stat
import tarfile
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Self

# Fixed, so that the same files make the same digest. Not 0: some tools take that for "unset".
MODIFIED = 1_700_000_000
CAPABILITY = "security.capability"  # file capabilities live in this extended attribute


class _Hashing(io.RawIOBase):
    """Writes through to a file and hashes what passes, so that a layer is read once only."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        view = memoryview(data)  # type: ignore[arg-type]
        self.digest.update(view)
        self.size += view.nbytes
        return self._file.write(view)


class Layer:
    """Writes an uncompressed tar to `path`: nobody waits for small images, everybody for a compressor.

    Use as a context manager; `digest` ("sha256:...") and `size` (bytes) are right after it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.digest = ""
        self.size = 0
        self._folders: set[str] = set()

    def __enter__(self) -> Self:
        self._file = self.path.open("wb")
        self._hashing = _Hashing(self._file)
        self._tar = tarfile.open(fileobj=self._hashing, mode="w|", format=tarfile.PAX_FORMAT)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._tar.close()
        finally:
            self._file.close()
        self.digest = f"sha256:{self._hashing.digest.hexdigest()}"
        self.size = self._hashing.size

    def folder(self, name: str, mode: int = 0o755, owner: int = 0) -> None:
        """A folder; its parents appear with it."""
        self._entry(name, tarfile.DIRTYPE, mode, owner)

    def link(self, name: str, target: str) -> None:
        """A symbolic link."""
        entry = self._info(name, tarfile.SYMTYPE, 0o777, 0)
        entry.linkname = target
        self._tar.addfile(entry)

    def text(self, name: str, content: str, mode: int = 0o644, owner: int = 0) -> None:
        """A small file."""
        entry = self._info(name, tarfile.REGTYPE, mode, owner)
        data = content.encode()
        entry.size = len(data)
        self._tar.addfile(entry, io.BytesIO(data))

    def file(self, name: str, source: Path, mode: int = 0o755, owner: int = 0) -> None:
        """A copy of a file, with its file capabilities when it has any."""
        entry = self._info(name, tarfile.REGTYPE, mode, owner)
        entry.size = source.stat().st_size
        entry.pax_headers = _capabilities(source)
        with source.open("rb") as content:
            self._tar.addfile(entry, content)

    def tree(self, root: Path, skip: Callable[[str], bool] = lambda _: False) -> None:
        """Adds all under `root`: owners, modes, links, file capabilities. `skip` gets paths like usr/bin/x.

        Devices, sockets and pipes are left out: a container gets its own /dev.
        """
        names: dict[tuple[int, int], str] = {}
        for path in _sorted_walk(root):
            name = str(path.relative_to(root))
            if skip(name):
                continue
            status = path.lstat()
            first = names.setdefault((status.st_dev, status.st_ino), name)
            if first != name:
                entry = self._info(
                    name, tarfile.LNKTYPE, stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid
                )
                entry.linkname = first
                self._tar.addfile(entry)
            elif stat.S_ISLNK(status.st_mode):
                self.link(name, str(path.readlink()))
            elif stat.S_ISDIR(status.st_mode):
                self._entry(name, tarfile.DIRTYPE, stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)
            elif stat.S_ISREG(status.st_mode):
                entry = self._info(
                    name, tarfile.REGTYPE, stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid
                )
                entry.size = status.st_size
                entry.pax_headers = _capabilities(path)
                with path.open("rb") as content:
                    self._tar.addfile(entry, content)

    def _entry(self, name: str, kind: bytes, mode: int, owner: int, group: int | None = None) -> None:
        name = name.strip("/")
        if name in self._folders:
            return
        self._tar.addfile(self._info(name, kind, mode, owner, group))
        self._folders.add(name)

    def _info(
        self, name: str, kind: bytes, mode: int, owner: int, group: int | None = None
    ) -> tarfile.TarInfo:
        name = name.strip("/")
        for parent in reversed(Path(name).parents):
            if parent != Path() and str(parent) not in self._folders:
                self._folders.add(str(parent))
                self._tar.addfile(_info(str(parent), tarfile.DIRTYPE, 0o755, 0, 0))
        return _info(name, kind, mode, owner, owner if group is None else group)


def _info(name: str, kind: bytes, mode: int, owner: int, group: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type = kind
    entry.mode = mode
    entry.uid, entry.gid = owner, group
    entry.mtime = MODIFIED
    return entry


def _capabilities(path: Path) -> dict[str, str]:
    try:
        value = os.getxattr(path, CAPABILITY)
    except OSError:  # none, or a file system without any
        return {}
    # Bytes, which tarfile writes as they are when they come in this disguise.
    return {f"SCHILY.xattr.{CAPABILITY}": value.decode("utf-8", "surrogateescape")}


def _sorted_walk(root: Path) -> Iterable[Path]:
    for path in sorted(root.iterdir()):
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from _sorted_walk(path)
