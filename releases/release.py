"""One release of the lock: a name, an exact version, the addresses of its file, and the file's digest."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pulumi
import yaml

from releases import manifest

LOCK = Path(__file__).with_name("releases.yaml")
KEYS = {"version", "urls", "sha256"}


class ReleaseError(pulumi.RunError):
    """A release that cannot be had, or is not what it should be; one sentence."""


class TamperedError(ReleaseError):
    """A manifest with another digest than the lock's; one sentence with both and its address."""


@dataclass(frozen=True, kw_only=True)
class Release:
    """One entry of the lock."""

    name: str
    version: str
    urls: Sequence[str]
    """Tried in order; they have one file."""
    sha256: str = ""
    """The file's digest; empty: unlocked, nobody has recorded it yet."""

    def mirrored(self, mirror: str) -> "Release":
        """The same release with scheme and host of every URL replaced; unchanged when `mirror` is empty."""
        if not mirror:
            return self
        scheme, host, *_ = urlsplit(mirror)
        urls = [urlunsplit((scheme, host, *urlsplit(url)[2:])) for url in self.urls]
        return replace(self, urls=list(dict.fromkeys(urls)))

    def parse_verified(self, body: bytes, whence: str) -> list[manifest.Object]:
        """The objects in the file.

        Raises ReleaseError for what is no manifest, a login page as a captive portal sends it, and
        TamperedError for a manifest that is another than the lock's.
        """
        try:
            objects = manifest.parsed(body)
        except manifest.ManifestError as error:
            raise ReleaseError(f"{whence} is no Kubernetes manifest: {error}") from None
        if self.sha256 and (actual := digest(body)) != self.sha256:
            raise TamperedError(
                f"{whence} is not {self.name} {self.version}: its sha256 is {actual}, and the lock has "
                f"{self.sha256}"
            )
        return objects


def digest(body: bytes) -> str:
    """Digest in hexadecimal, as sha256sum prints it."""
    return hashlib.sha256(body).hexdigest()


def read_lock(lock: Path) -> list[Release]:
    """Every release of a lock. Raises ReleaseError when the file is none."""
    try:
        entries: Any = yaml.safe_load(lock.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReleaseError(f"the lock {lock} cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise ReleaseError(f"the lock {lock} is no YAML") from None
    if not isinstance(entries, dict) or not entries:
        raise ReleaseError(f"the lock {lock} must have an entry per release, and has none")
    return [_entry(lock, str(name), entry) for name, entry in entries.items()]


def _entry(lock: Path, name: str, entry: object) -> Release:
    if not (
        isinstance(entry, Mapping)
        and entry.keys() <= KEYS
        and isinstance(entry.get("version"), str)
        and isinstance(urls := entry.get("urls"), list)
        and urls
        and all(isinstance(url, str) and url.startswith(("http://", "https://")) for url in urls)
        and isinstance(entry.get("sha256", ""), str)
        and len(entry.get("sha256", "")) in {0, 64}
    ):
        raise ReleaseError(
            f"the lock {lock}: {name} must have a version, urls that begin with http:// or https://, and at "
            "most a sha256 of 64 digits beside them"
        )
    return Release(name=name, **entry)
