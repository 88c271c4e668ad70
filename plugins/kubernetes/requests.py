"""One request to the API server, sent again when what went wrong passes by itself."""

from __future__ import annotations

import json
import random
import threading
from contextlib import suppress
from typing import Any, cast

from kubernetes.client import ApiClient
from kubernetes.client.rest import ApiException
from kubernetes.dynamic import DynamicClient
from urllib3.exceptions import HTTPError

from plugins.kubernetes.errors import ApiError, Cancelled, Unreachable

REQUEST_SECONDS = 65  # the API server itself gives up on a request after 60 s
CONNECT_SECONDS = 5
# What passes by itself: too many requests, the server (or etcd behind it) restarting, a timeout on its side.
TRANSIENT = {429, 502, 503, 504}
ATTEMPTS = 5
MOST_SECONDS_BETWEEN = 10.0


class Requests:
    """Safe to use from many threads. `cancelled`: once set, nothing is sent and every pause ends."""

    def __init__(self, client: ApiClient, cancelled: threading.Event) -> None:
        self.dynamic = DynamicClient(client, discoverer=_NoDiscovery)
        self.cancelled = cancelled

    def send(self, method: str, path: str, *, attempts: int = ATTEMPTS, **params: Any) -> dict[str, Any]:
        """The answer's JSON. `params`: of DynamicClient.request. Raises ApiError, Unreachable, Cancelled."""
        attempt = 0
        while True:
            attempt += 1
            self.go_on()
            try:
                return self._once(method, path, params)
            except ApiException as error:
                problem: Exception = api_error(error)
                again = error.status in TRANSIENT
                delay = _retry_after(error)
            except (HTTPError, OSError) as error:
                problem = Unreachable(
                    f"{self.dynamic.configuration.host} does not answer: {_sentence(error)}"
                )
                # A create may have arrived although its answer did not; everything else is harmless twice.
                again = method != "post" or _never_sent(error)
                delay = None
            if not again or attempt >= attempts:
                raise problem from None
            self.pause(delay or 0.2 * 2 ** (attempt - 1) * random.uniform(0.75, 1.25))

    def pause(self, seconds: float) -> None:
        """Sleeps, unless cancelled: then raises Cancelled at once."""
        if self.cancelled.wait(seconds):
            raise Cancelled

    def go_on(self) -> None:
        """Raises Cancelled when it is time to stop."""
        if self.cancelled.is_set():
            raise Cancelled

    def _once(self, method: str, path: str, params: dict[str, Any]) -> dict[str, Any]:
        response: Any = self.dynamic.request(
            method,
            path,
            serialize=False,
            _request_timeout=(CONNECT_SECONDS, REQUEST_SECONDS),
            # The client appends to these: fresh ones, or a second attempt would say everything twice.
            query_params=[],
            header_params={},
            **params,
        )
        return cast(dict[str, Any], json.loads(response.data))


class _NoDiscovery:
    """DynamicClient wants a discoverer and asks it for the whole API at once; ours is `Api.kind`."""

    def __init__(self, client: DynamicClient, cache_file: str | None) -> None:
        pass


def api_error(error: ApiException) -> ApiError:
    try:
        status = json.loads(error.body or "")
    except ValueError:
        status = {}
    if not isinstance(status, dict):
        status = {}
    return ApiError(
        status=int(error.status or 0),
        reason=str(status.get("reason") or error.reason or ""),
        message=str(status.get("message") or error.body or error.reason or "no message"),
        details=status.get("details") or {},
    )


def _retry_after(error: ApiException) -> float | None:
    headers = getattr(error, "headers", None) or {}
    with suppress(TypeError, ValueError):
        return min(float(headers.get("Retry-After") or "none"), MOST_SECONDS_BETWEEN)
    return None


def _never_sent(error: Exception) -> bool:
    text = f"{type(error).__name__}: {error}"
    return any(sign in text for sign in ("NewConnectionError", "ConnectTimeoutError", "NameResolutionError"))


def _sentence(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    return str(reason).split("object at 0x")[-1].split(">: ")[-1].split("): ")[-1] or type(error).__name__
