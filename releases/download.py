"""One file over HTTP: with retries, a limit of time and of size, and a reason in plain words."""

import time

import requests

from toolkit.http import world_session

TIMEOUT = (4, 30)  # seconds to connect, and between two pieces of the answer
SECONDS = 120  # for the whole answer: a server that drips is no server
RETRIES = 2
OVERLOADED = (429, 500, 502, 503, 504)
MAX_BYTES = 20_000_000  # Tekton's largest is 2 MB; anything like this is no release manifest


class DownloadError(Exception):
    """One sentence with the URL."""


def fetch(url: str, retries: int = RETRIES) -> bytes:
    """The content of the URL. Raises DownloadError."""
    try:
        with (
            world_session(retries=retries, backoff=0.3, statuses=OVERLOADED) as session,
            session.get(url, timeout=TIMEOUT, stream=True) as answer,
        ):
            if answer.status_code != requests.codes.ok:
                raise DownloadError(f"{url} answers {answer.status_code} {answer.reason}")
            return _read_content(url, answer)
    except requests.RequestException as error:
        raise DownloadError(f"{url} cannot be fetched: {_reason(error)}") from None


def _read_content(url: str, answer: requests.Response) -> bytes:
    deadline = time.monotonic() + SECONDS
    content = b""
    for piece in answer.iter_content(1 << 16):
        content += piece
        if len(content) > MAX_BYTES:
            raise DownloadError(f"{url} is no release: it is larger than {MAX_BYTES} bytes")
        if time.monotonic() > deadline:
            raise DownloadError(f"{url} cannot be fetched: it was not whole after {SECONDS} s")
    return content


def _reason(error: requests.RequestException) -> str:
    """The innermost cause in plain words: requests wraps 'Connection refused' in four layers."""
    if isinstance(error, requests.TooManyRedirects):
        return "it redirects in a circle"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    cause: BaseException = error
    while (inner := cause.__cause__ or cause.__context__) is not None:
        cause = inner
        if isinstance(cause, TimeoutError):  # in the middle of an answer requests calls it a ConnectionError
            return "no answer in time"
    reason = getattr(cause, "strerror", None) or getattr(cause, "reason", None) or cause
    return str(reason)
