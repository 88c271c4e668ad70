"""Official downloads, where their hosts answer at once, checked against their published checksums."""

import hashlib
import os
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import requests

from sandbox.toolchain.processes import ToolchainError
from sandbox.toolchain.tool import ARCHITECTURE, Download, Tool
from toolkit.http import world_session

MIRROR = (
    "TEKTON_BUILDS_DOWNLOADS"  # http://host: stands before HOST/PATH of every download; for tests and mirrors
)
CONNECT_SECONDS = 2
READ_SECONDS = 30
CHUNK = 1 << 20


class RefusedError(ToolchainError):
    """A download that is not what its host says it is, or is not there: the tool is built instead."""


class Downloads:
    """Asks every host once a run whether it answers."""

    def __init__(self, check: Callable[[], None] = lambda: None) -> None:
        self._check = check  # raises when the work was called off
        self._lock = threading.Lock()
        self._answers: dict[str, bool] = {}
        self._session = world_session()

    def is_available(self, tool: Tool) -> bool:
        """Tells whether there are downloads for this machine and all their hosts answer."""
        if not tool.downloads or any(ARCHITECTURE not in item.arch for item in tool.downloads):
            return False
        return all(self._reachable(url) for item in tool.downloads for url in _urls(item))

    def fetch(self, tool: Tool, folder: Path) -> None:
        """Put the tool's programs into `folder/bin`. Raises RefusedError."""
        programs = folder / "bin"
        programs.mkdir()
        for item in tool.downloads:
            url, checksums = _urls(item)
            target = folder / "download"
            try:
                expected = _checksum(self._text(checksums), PurePosixPath(urlsplit(url).path).name, checksums)
                actual = self._save(url, target)
                if actual != expected:
                    raise RefusedError(f"{url} has sha256 {actual}, but {checksums} says {expected}")
                _unpack(item, target, programs)
            except requests.RequestException as error:
                raise RefusedError(f"{url} cannot be fetched: {error}") from error
            finally:
                target.unlink(missing_ok=True)

    def _reachable(self, url: str) -> bool:
        host = urlsplit(url).netloc
        with self._lock:
            if host not in self._answers:
                try:
                    self._session.head(url, timeout=(CONNECT_SECONDS, CONNECT_SECONDS))
                    self._answers[host] = True
                except requests.RequestException:
                    self._answers[host] = False
            return self._answers[host]

    def _text(self, url: str) -> str:
        answer = self._session.get(url, timeout=(CONNECT_SECONDS, READ_SECONDS))
        answer.raise_for_status()
        return answer.text

    def _save(self, url: str, target: Path) -> str:
        digest = hashlib.sha256()
        with (
            self._session.get(url, timeout=(CONNECT_SECONDS, READ_SECONDS), stream=True) as answer,
            target.open("wb") as file,
        ):
            answer.raise_for_status()
            for chunk in answer.iter_content(CHUNK):
                self._check()
                digest.update(chunk)
                file.write(chunk)
        return digest.hexdigest()


def _urls(item: Download) -> tuple[str, str]:
    """The file's and its checksums' URL, on the mirror when one is set."""
    mirror = os.environ.get(MIRROR, "").rstrip("/")
    arch = item.arch[ARCHITECTURE]
    urls = [url.replace("{arch}", arch) for url in (item.url, item.checksums)]
    if mirror:
        urls = [f"{mirror}/{urlsplit(url).netloc}{urlsplit(url).path}" for url in urls]
    return urls[0], urls[1]


def _checksum(text: str, name: str, url: str) -> str:
    """The sha256 of one file in a checksum list ("HEX  NAME" lines), or of the only file ("HEX")."""
    for line in text.splitlines():
        words = line.split()
        if len(words) == 2 and PurePosixPath(words[1].lstrip("*")).name == name:
            return words[0].lower()
        if len(words) == 1 and len(text.split()) == 1:
            return words[0].lower()
    raise RefusedError(f"{url} has no checksum of {name}")


def _unpack(item: Download, archive: Path, programs: Path) -> None:
    if not item.members:
        (program,) = item.programs
        archive.rename(programs / program)
        (programs / program).chmod(0o755)
        return
    try:
        with tarfile.open(archive) as tar:
            for program, member in item.members.items():
                content = tar.extractfile(member.replace("{arch}", item.arch[ARCHITECTURE]))
                if content is None:
                    raise RefusedError(f"{item.url} has no program {member}")
                with content, (programs / program).open("wb") as file:
                    while chunk := content.read(CHUNK):
                        file.write(chunk)
                (programs / program).chmod(0o755)
    except (tarfile.TarError, KeyError) as error:
        members = ", ".join(item.members.values())
        raise RefusedError(f"{item.url} is no archive with {members}: {error}") from error
