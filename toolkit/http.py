"""HTTP sessions for servers of this machine and of the world: retries, proxies, certificate authorities."""

import ssl
from collections.abc import Collection
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry


def local_session() -> requests.Session:
    """A session for servers of this machine and its sandbox: neither a proxy nor ~/.netrc has a say."""
    session = requests.Session()
    session.trust_env = False
    return session


def world_session(
    *, retries: int = 0, backoff: float = 0, statuses: Collection[int] = (), authority: str = ""
) -> requests.Session:
    """A session with the proxies of the environment. It asks again after a failure, and after `statuses`.

    `retries`: at most so many times; the last answer is returned, whatever its status. `backoff`: factor of
    the pauses in seconds; they double. `authority`: PEM of the one certificate authority that is trusted;
    empty: the usual ones. Raises ssl.SSLError for an authority that is none.
    """
    session = requests.Session()
    if retries or authority:
        retry = Retry(retries, backoff_factor=backoff, status_forcelist=statuses, raise_on_status=False)
        context = ssl.create_default_context(cadata=authority) if authority else None
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Adapter(retry, context))
    return session


def probe(url: str, *, auth: tuple[str, str] | None = None, seconds: float = 5) -> int | str:
    """The status that a server of this machine answers with, or the class of the failure."""
    with local_session() as session:
        try:
            return session.get(url, auth=auth, timeout=seconds).status_code
        except requests.RequestException as error:
            return type(error).__name__


def problem_of(answer: int | str) -> str:
    """Empty when what `probe` returned is the status 200, or what is wrong with the server."""
    if isinstance(answer, str):
        return f"does not answer ({answer})"
    return "" if answer == requests.codes.ok else f"answers with status {answer}"


class _Adapter(HTTPAdapter):
    """Takes an authority that is not in a file; requests itself takes only a file."""

    def __init__(self, retry: Retry, context: ssl.SSLContext | None) -> None:
        self._trust = {"ssl_context": context} if context else {}
        super().__init__(max_retries=retry)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **{**options, **self._trust})
