"""`make lock`: the digests that the lock does not have yet, fetched and recorded."""

import os
import re
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from components import download
from components.release import Release, ReleaseError, digest, listed
from sandbox.mistake import Mistake
from supply import lock_file

VERSION = re.compile(r"([a-z-]+-)?v\d+\.\d+\.\d+")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one URL gave: the file's digest, or why there is none."""

    release: Release
    url: str
    sha256: str = ""
    why: str = ""
    unreachable: bool = False


def run(lock: Path, upgrades: Sequence[str]) -> None:
    """Writes the lock whole, or leaves it as it was and raises Mistake with a sentence for each reason."""
    listed(lock)
    before = text = lock.read_text(encoding="utf-8")
    for upgrade in upgrades:
        name, _, version = upgrade.partition("=")
        if not VERSION.fullmatch(version):
            raise Mistake(f"UPGRADE is {upgrade!r}, but must be NAME=VERSION, as tekton-pipelines=v1.15.3")
        text = lock_file.moved(text, name, version)
    with tempfile.TemporaryDirectory() as folder:
        changed = Path(folder) / lock.name
        changed.write_text(text, encoding="utf-8")
        unlocked = [one for one in listed(changed) if not one.sha256]
    found = _agreed(_fetched(unlocked))
    for release in unlocked:
        text = lock_file.recorded(text, release.name, found[release.name])
        print(f"{release.name} {release.version}: {found[release.name]}")
    if text == before:
        print(f"{lock.name} has the digest of every release")
        return
    _write(lock, text)
    print(f"{lock.name} has them now; commit it")


def _fetched(releases: Sequence[Release]) -> list[Answer]:
    asked = [(release, url) for release in releases for url in release.urls]
    with ThreadPoolExecutor(max(len(asked), 1)) as pool:
        return list(pool.map(lambda one: _answer(*one), asked))


def _answer(release: Release, url: str) -> Answer:
    try:
        body = download.body(url)
        release.verified(body, url)
    except download.DownloadError as error:
        return Answer(release=release, url=url, why=str(error), unreachable="cannot be fetched" in str(error))
    except ReleaseError as error:
        return Answer(release=release, url=url, why=str(error))
    return Answer(release=release, url=url, sha256=digest(body))


def _agreed(answers: Sequence[Answer]) -> dict[str, str]:
    """The one digest of each release. Raises Mistake: one sentence for a host that does not answer."""
    found: dict[str, str] = {}
    reasons: dict[str, str] = {}
    for one in answers:
        if one.unreachable:
            host = urlsplit(one.url).netloc
            reasons.setdefault(f"host {host}", f"{host} does not answer: {one.why}")
        elif one.why:
            reasons.setdefault(one.url, f"{one.release.name} {one.release.version}: {one.why}")
        elif found.setdefault(one.release.name, one.sha256) != one.sha256:
            reasons.setdefault(
                one.url,
                f"{one.release.name} {one.release.version} is two files: {one.url} has the sha256 "
                f"{one.sha256}, and {one.release.urls[0]} has {found[one.release.name]}",
            )
    if reasons:
        raise Mistake("\n".join([*reasons.values(), "the lock stays as it was"]))
    return found


def _write(lock: Path, text: str) -> None:
    """In one step, with the rights that the file has."""
    with tempfile.NamedTemporaryFile("w", dir=lock.parent, delete=False, encoding="utf-8") as file:
        file.write(text)
    try:
        os.chmod(file.name, lock.stat().st_mode)
        Path(file.name).replace(lock)
    except OSError:
        Path(file.name).unlink()
        raise
