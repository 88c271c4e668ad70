"""What can go wrong, in words for the person who runs `pulumi up`."""

from __future__ import annotations

from typing import Any


class PluginError(Exception):
    """An error whose text is meant for the user as it stands."""


class ApiError(PluginError):
    """The API server's own refusal: HTTP status, reason ("Conflict"), message, and details with their
    causes.
    """

    def __init__(self, status: int, reason: str, message: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.details = details or {}


class NoSuchKind(PluginError):
    """The server does not serve this kind: a CRD that is not there yet, or no longer."""

    def __init__(self, api_version: str, kind: str) -> None:
        super().__init__(f'no matches for kind "{kind}" in version "{api_version}"')
        self.api_version = api_version
        self.kind = kind


class Unreachable(PluginError):
    """No answer from the API server."""


class Cancelled(PluginError):
    """The user pressed Ctrl-C."""

    def __init__(self) -> None:
        super().__init__("the operation was canceled")


class NotReady(PluginError):
    """The object exists but did not become ready in time, or never will; `last_object` is its last state."""

    def __init__(
        self, message: str, last_object: dict[str, Any] | None = None, reasons: list[str] | None = None
    ):
        super().__init__(message)
        self.last_object = last_object
        self.reasons = reasons or []
