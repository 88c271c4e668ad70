"""A client for the few calls of Gitea's API that the sandbox makes.

The one client on PyPI (py-gitea) cannot give a webhook a secret and carries no types; the official SDK is Go.
"""

from typing import Any

import requests

from toolkit.http import local_session

SECONDS = 30  # a call on the same machine; SQLite may be busy for a moment


class GiteaError(Exception):
    """An answer that is no success: what was asked, the HTTP status and Gitea's own message."""

    def __init__(self, request: str, status: int, message: str) -> None:
        super().__init__(f"the forge answered {status} to {request}: {message}")
        self.status = status


class Gitea:
    """`authorization`: (user name, password), or an access token.

    Methods return the decoded JSON (None for an empty answer). They raise GiteaError for a status from 400
    on, and requests.ConnectionError when nothing listens.
    """

    def __init__(self, url: str, authorization: tuple[str, str] | str) -> None:
        self._url = f"{url.rstrip('/')}/api/v1"
        self._session = local_session()
        if isinstance(authorization, str):
            self._session.headers["Authorization"] = f"token {authorization}"
        else:
            self._session.auth = authorization

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = self._session.request(method, f"{self._url}/{path}", json=body, timeout=SECONDS)
        if answer.status_code >= 400:
            try:
                message = answer.json().get("message") or answer.reason
            except requests.JSONDecodeError:
                message = answer.reason
            raise GiteaError(f"{method} {path}", answer.status_code, message)
        return answer.json() if answer.content else None

    def get(self, path: str) -> Any:
        return self._call("GET", path)

    def find(self, path: str) -> Any:
        """Like `get`, but None when there is no such thing (404)."""
        try:
            return self.get(path)
        except GiteaError as error:
            if error.status == 404:
                return None
            raise

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self._call("POST", path, body)

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        return self._call("PATCH", path, body)

    def delete(self, path: str) -> None:
        self._call("DELETE", path)
