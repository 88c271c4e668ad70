"""Release manifests: listed in a lock, fetched from their official addresses or a mirror, kept for later.

A file whose digest the lock has is taken from the kept copy. Of any other the network is asked first, as it
may have changed; the kept copy is for when the network fails, so that a preview works on a train.
"""

import hashlib
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pulumi

from releases import download, image_mirror
from releases.manifest import Object
from releases.release import LOCK, Release, ReleaseError, TamperedError, digest, read_lock
from settings import Settings
from toolkit.files import PRIVATE, write_atomic
from toolkit.paths import user_cache


@dataclass(frozen=True, kw_only=True)
class ReleaseSource:
    """Lock file and mirrors of a stack's releases."""

    lock: Path = LOCK
    release_mirror: str = ""
    """Scheme and host in place of every URL's own; empty: the official ones."""
    mirror: str = ""
    """Registry in which the images are that the manifests name; empty: where they are published."""
    require_locked: bool = False

    @classmethod
    def of(cls, settings: Settings) -> "ReleaseSource":
        """Creates the source that the settings name."""
        return cls(
            lock=Path(settings.release_lock).expanduser() if settings.release_lock else LOCK,
            release_mirror=settings.release_mirror,
            mirror=settings.mirror,
            require_locked=settings.require_locked,
        )

    def releases(self, names: Collection[str]) -> list[Release]:
        """These entries of the lock, at the mirror if there is one. Raises ReleaseError."""
        releases = [
            release.mirrored(self.release_mirror) for release in read_lock(self.lock) if release.name in names
        ]
        if missing := sorted(set(names) - {release.name for release in releases}):
            raise ReleaseError(f"the lock {self.lock} has no {', '.join(missing)}, which this stack installs")
        return releases


def load(source: ReleaseSource, names: Collection[str]) -> dict[str, list[Object]]:
    """The objects of the releases `names`, by name. A preview leaves out what cannot be had.

    Raises ReleaseError.
    """
    releases = source.releases(names)
    _say_unlocked(source, [f"{release.name} {release.version}" for release in releases if not release.sha256])
    return {
        name: image_mirror.mirror_manifest_images(objects, source.mirror)
        for name, objects in fetch_all(releases, cache_folder()).items()
        if objects is not None
    }


def _say_unlocked(source: ReleaseSource, unlocked: Sequence[str]) -> None:
    if not unlocked:
        return
    names = ", ".join(unlocked)
    if source.require_locked:
        raise ReleaseError(
            f"requireLocked is true, and the lock {source.lock} has no sha256 of {names}: `make lock` "
            "fetches and records what is missing, where their addresses answer"
        )
    pulumi.log.warn(f"unlocked: {names}; nothing tells whether these files are upstream's; see `make lock`")


def fetch_all(releases: Sequence[Release], cache: Path) -> dict[str, list[Object] | None]:
    """The objects of each release, by its name. Raises ReleaseError.

    They are the kept copy of the lock's digest, else fetched, else a copy in `cache`. None for one that a
    preview can have neither way. That is the preview of a machine on which nothing runs yet: it says what it
    cannot show, and shows the rest. What came and is not the lock's stops a preview too.
    """
    # Where a look will do, a dead network should cost one attempt; and all releases wait for it together.
    retries = 0 if pulumi.runtime.is_dry_run() else download.RETRIES
    with ThreadPoolExecutor(max(len(releases), 1)) as pool:
        answers = list(pool.map(lambda release: _fetch(release, retries, cache), releases))
    return {
        release.name: _select(release, answer, cache)
        for release, answer in zip(releases, answers, strict=True)
    }


def _select(release: Release, answer: "_Answer", cache: Path) -> list[Object] | None:
    if answer.objects is not None:
        if answer.fetched:
            _write_cache(_cache_path(answer.url, cache), answer.body)
        return answer.objects
    for url in release.urls:
        if (copy := _cache_path(url, cache)).exists():
            objects = release.parse_verified(copy.read_bytes(), f"the copy of {url}")
            pulumi.log.warn(
                f"{release.name} {release.version}: {answer.why}; using the copy from the last time"
            )
            return objects
    if pulumi.runtime.is_dry_run():
        pulumi.log.warn(f"{release.name} {release.version} is not shown in this preview: {answer.why}")
        return None
    raise ReleaseError(f"{release.name} {release.version} cannot be had: {answer.why}")


def cache_folder() -> Path:
    """Cache folder for manifests, shared by all checkouts of a user."""
    return user_cache() / "releases"


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """A manifest from `url`, or `why` there is none."""

    objects: list[Object] | None = None
    body: bytes = b""
    url: str = ""
    fetched: bool = True
    why: str = ""


def _fetch(release: Release, retries: int, cache: Path) -> _Answer:
    """Looks into the cache and tries the addresses, in order.

    It runs in a thread, so it neither logs nor asks Pulumi anything. Raises TamperedError: another address
    would only hide that something is wrong.
    """
    for url in release.urls if release.sha256 else ():
        if (body := _read_cache(_cache_path(url, cache))) and digest(body) == release.sha256:
            return _Answer(objects=release.parse_verified(body, url), fetched=False)
    failures = []
    for url in release.urls:
        try:
            body = download.fetch(url, retries)
            return _Answer(objects=release.parse_verified(body, url), body=body, url=url)
        except TamperedError:
            raise
        except (download.DownloadError, ReleaseError) as error:
            failures.append(str(error))
    return _Answer(why="; ".join(failures))


def _cache_path(url: str, cache: Path) -> Path:
    return cache / f"{hashlib.sha256(url.encode()).hexdigest()[:16]}.yaml"


def _read_cache(copy: Path) -> bytes:
    try:
        return copy.read_bytes()
    except OSError:
        return b""


def _write_cache(copy: Path, body: bytes) -> None:
    """Replaces the copy in one step: two programs at once, or one that is killed, leave a whole file."""
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(copy, body, mode=PRIVATE)
    except OSError as error:
        pulumi.log.warn(f"{copy.parent} cannot keep release manifests for later: {error}")
