"""`make lock`: the digests that the lock does not have yet, fetched and recorded."""

import argparse
import re
import stat
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from releases import download
from releases.lock_file import LockFile
from releases.release import LOCK, Release, ReleaseError, digest, read_lock
from toolkit.errors import UserError
from toolkit.files import write_atomic
from toolkit.paths import Paths

VERSION = re.compile(r"([a-z-]+-)?v\d+\.\d+\.\d+")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer of one URL: the file's digest, or the reason why there is none."""

    release: Release
    url: str
    sha256: str = ""
    reason: str = ""
    unreachable: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lock", default="", metavar="PATH")
    parser.add_argument("--upgrade", default="", metavar="NAME=VERSION ...")


def main(options: argparse.Namespace, paths: Paths) -> int:
    run(Path(options.lock) if options.lock else LOCK, options.upgrade.split())
    return 0


def run(lock: Path, upgrades: Sequence[str]) -> None:
    """Writes the lock whole, or leaves it as it was and raises UserError with a sentence for each reason."""
    is_complete = all(release.sha256 for release in read_lock(lock))
    if is_complete and not upgrades:
        print(f"{lock.name} has the digest of every release")
        return
    original = lock.read_text(encoding="utf-8")
    file = LockFile(original)
    for upgrade in upgrades:
        name, _, version = upgrade.partition("=")
        if not VERSION.fullmatch(version):
            raise UserError(f"UPGRADE is {upgrade!r}, but must be NAME=VERSION, as tekton-pipelines=v1.15.3")
        file.move(name, version)
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / lock.name
        draft.write_text(file.text, encoding="utf-8")
        unlocked = [release for release in read_lock(draft) if not release.sha256]
    digests = _common_digests(_fetch_all(unlocked))
    for release in unlocked:
        file.record(release.name, digests[release.name])
        print(f"{release.name} {release.version}: {digests[release.name]}")
    text = file.text
    if text == original:
        print(f"{lock.name} has the digest of every release")
        return
    write_atomic(lock, text, mode=stat.S_IMODE(lock.stat().st_mode))
    print(f"{lock.name} has them now; commit it")


def _fetch_all(releases: Sequence[Release]) -> list[Answer]:
    downloads = [(release, url) for release in releases for url in release.urls]
    with ThreadPoolExecutor(max(len(downloads), 1)) as pool:
        return list(pool.map(lambda download: _answer(*download), downloads))


def _answer(release: Release, url: str) -> Answer:
    try:
        body = download.fetch(url)
        release.parse_verified(body, url)
    except download.DownloadError as error:
        return Answer(
            release=release, url=url, reason=str(error), unreachable="cannot be fetched" in str(error)
        )
    except ReleaseError as error:
        return Answer(release=release, url=url, reason=str(error))
    return Answer(release=release, url=url, sha256=digest(body))


def _common_digests(answers: Sequence[Answer]) -> dict[str, str]:
    """The one digest of each release. Raises UserError: one sentence for a host that does not answer."""
    digests: dict[str, str] = {}
    reasons: dict[str, str] = {}
    for answer in answers:
        if answer.unreachable:
            host = urlsplit(answer.url).netloc
            reasons.setdefault(f"host {host}", f"{host} does not answer: {answer.reason}")
        elif answer.reason:
            reasons.setdefault(answer.url, f"{answer.release.name} {answer.release.version}: {answer.reason}")
        elif digests.setdefault(answer.release.name, answer.sha256) != answer.sha256:
            reasons.setdefault(
                answer.url,
                f"{answer.release.name} {answer.release.version} is two files: {answer.url} has the sha256 "
                f"{answer.sha256}, and {answer.release.urls[0]} has {digests[answer.release.name]}",
            )
    if reasons:
        raise UserError("\n".join([*reasons.values(), "the lock stays as it was"]))
    return digests
