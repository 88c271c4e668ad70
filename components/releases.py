"""Release manifests: listed in releases.yaml, fetched from their official addresses or a mirror, kept for
later.

The network comes first, because nothing pins a manifest's digest yet and a mirror may have been rebuilt; the
kept copy is for when the network fails, so that a preview works on a train.
"""

import hashlib
import os
import tempfile
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pulumi
import requests
import yaml
from urllib3.util.retry import Retry

LIST = Path(__file__).with_name("releases.yaml")
TIMEOUT = (4, 30)  # seconds to connect, and between two pieces of the answer
RETRIES = 2
MAX_BYTES = 20_000_000  # Tekton's largest is 2 MB; anything like this is no release manifest

Object = dict[str, Any]


class ReleaseError(pulumi.RunError):
    """A release manifest that cannot be had, or is none; one sentence with its URL."""


@dataclass(frozen=True, kw_only=True)
class Release:
    """One entry of releases.yaml."""

    name: str
    version: str
    urls: Sequence[str]
    sha256: str = ""
    """The file's digest; empty where it is not known."""

    def mirrored(self, mirror: str) -> "Release":
        """The same release with scheme and host of every URL replaced; unchanged when `mirror` is empty."""
        if not mirror:
            return self
        scheme, host, *_ = urlsplit(mirror)
        urls = [urlunsplit((scheme, host, *urlsplit(url)[2:])) for url in self.urls]
        return replace(self, urls=list(dict.fromkeys(urls)))


def load(mirror: str, wanted: Collection[str]) -> dict[str, list[Object]]:
    """The objects of the listed releases that are wanted, by name. A preview leaves out what cannot be had.

    Raises ReleaseError.
    """
    found = chosen([one for one in listed(mirror) if one.name in wanted], cache_folder())
    return {name: manifest for name, manifest in found.items() if manifest is not None}


def listed(mirror: str = "") -> list[Release]:
    """Every release of releases.yaml, at the mirror if there is one."""
    entries: Mapping[str, Any] = yaml.safe_load(LIST.read_text(encoding="utf-8"))
    return [Release(name=name, **entry).mirrored(mirror) for name, entry in entries.items()]


def chosen(releases: Sequence[Release], cache: Path) -> dict[str, list[Object] | None]:
    """The objects of each release, by its name: fetched, else from the copy in `cache`. Raises ReleaseError.

    None for one that a preview can have neither way. That is the preview of a machine on which nothing runs
    yet: it says what it cannot show, and shows the rest.
    """
    # Where a look will do, a dead network should cost one attempt; and all releases wait for it together.
    preview = pulumi.runtime.is_dry_run()
    with ThreadPoolExecutor(max(len(releases), 1)) as pool:
        answers = list(pool.map(lambda release: _fetched(release, 0 if preview else RETRIES), releases))
    return {
        release.name: _best(release, answer, cache) for release, answer in zip(releases, answers, strict=True)
    }


def _best(release: Release, answer: "_Answer", cache: Path) -> list[Object] | None:
    if answer.objects is not None:
        _keep(_copy(answer.url, cache), answer.text)
        return answer.objects
    for url in release.urls:
        if (copy := _copy(url, cache)).exists():
            pulumi.log.warn(
                f"{release.name} {release.version}: {answer.why}; using the copy from the last time"
            )
            text = copy.read_text(encoding="utf-8")
            _verify(release, text, f"the copy of {url}")
            return parsed(text, url)
    if pulumi.runtime.is_dry_run():
        pulumi.log.warn(f"{release.name} {release.version} is not shown in this preview: {answer.why}")
        return None
    raise ReleaseError(f"{release.name} {release.version} cannot be had: {answer.why}")


def parsed(text: str, url: str) -> list[Object]:
    """The objects in a manifest. Raises ReleaseError when it is none: a login page, half a file, nothing."""
    try:
        documents = [document for document in yaml.load_all(text, Loader=_Loader) if document is not None]
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        at = f" at line {where.line + 1}" if where else ""
        raise ReleaseError(f"{url} is no Kubernetes manifest: bad YAML{at}") from None
    for document in documents:
        if not (
            isinstance(document, dict)
            and isinstance(document.get("apiVersion"), str)
            and isinstance(document.get("kind"), str)
            and isinstance(document.get("metadata"), dict)
        ):
            raise ReleaseError(f"{url} is no Kubernetes manifest: it holds {str(document)[:60]!r}")
    if not documents:
        raise ReleaseError(f"{url} is no Kubernetes manifest: it is empty")
    return documents


def cache_folder() -> Path:
    """Where manifests are kept for later, shared by all checkouts of a user."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "tekton-builds" / "releases"


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """A manifest from `url`, or `why` there is none."""

    objects: list[Object] | None = None
    text: str = ""
    url: str = ""
    why: str = ""


def _fetched(release: Release, retries: int) -> _Answer:
    """Tries the addresses in order. It runs in a thread, so it neither logs nor asks Pulumi anything."""
    failures = []
    for url in release.urls:
        try:
            text = _text(url, retries)
            _verify(release, text, url)
            return _Answer(objects=parsed(text, url), text=text, url=url)
        except ReleaseError as error:
            failures.append(str(error))
    return _Answer(why="; ".join(failures))


def _verify(release: Release, text: str, whence: str) -> None:
    """Raises ReleaseError when the file is not the one whose digest is known."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    if release.sha256 and digest != release.sha256:
        raise ReleaseError(
            f"{whence} is not {release.name} {release.version}: its sha256 is {digest}, and releases.yaml "
            f"has {release.sha256}"
        )


def _text(url: str, retries: int) -> str:
    again = (429, 500, 502, 503, 504)
    retry = Retry(retries, backoff_factor=0.3, status_forcelist=again, raise_on_status=False)
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, requests.adapters.HTTPAdapter(max_retries=retry))
    try:
        with session.get(url, timeout=TIMEOUT, stream=True) as answer:
            if answer.status_code != requests.codes.ok:
                raise ReleaseError(f"{url} answers {answer.status_code} {answer.reason}")
            body = b""
            for piece in answer.iter_content(1 << 16):
                body += piece
                if len(body) > MAX_BYTES:
                    raise ReleaseError(
                        f"{url} is no Kubernetes manifest: it is larger than {MAX_BYTES} bytes"
                    )
    except requests.RequestException as error:
        raise ReleaseError(f"{url} cannot be fetched: {_reason(error)}") from None
    return body.decode("utf-8", errors="replace")


def _copy(url: str, cache: Path) -> Path:
    return cache / f"{hashlib.sha256(url.encode()).hexdigest()[:16]}.yaml"


def _keep(copy: Path, text: str) -> None:
    """Replaces the copy in one step: two programs at once, or one that is killed, leave a whole file."""
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=copy.parent, delete=False, encoding="utf-8") as file:
            file.write(text)
        Path(file.name).replace(copy)
    except OSError as error:
        pulumi.log.warn(f"{copy.parent} cannot keep release manifests for later: {error}")


def _reason(error: requests.RequestException) -> str:
    """The innermost cause in plain words: requests wraps 'Connection refused' in four layers."""
    if isinstance(error, requests.TooManyRedirects):
        return "it redirects in a circle"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    cause: BaseException = error
    while (inner := cause.__cause__ or cause.__context__) is not None:
        cause = inner
    reason = getattr(cause, "strerror", None) or getattr(cause, "reason", None) or cause
    return str(reason)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Kubernetes' reading of YAML: a date is text, as JSON has no dates."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [rule for rule in rules if rule[0] != "tag:yaml.org,2002:timestamp"]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
