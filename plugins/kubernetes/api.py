"""The API server as the plugin sees it: one object in, one object out, plain dicts.

Everything goes through the official Python client's dynamic resources; what is added here is discovery
that forgets a miss (a CRD may be created in the same run), errors a person can read, a bound on retries, and
watches that end at once when the user presses Ctrl-C.
"""

from __future__ import annotations

import functools
import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Literal, cast

# The client takes 0.4 s to import. A run that changes nothing never needs it, so this module itself is
# imported only when the plugin first has to ask the server something (see cluster.py).
from kubernetes.client import ApiClient
from kubernetes.client.rest import ApiException
from kubernetes.dynamic import DynamicClient, Resource
from kubernetes.dynamic.exceptions import DynamicApiError
from kubernetes.watch import Watch
from urllib3.exceptions import HTTPError

from plugins.kubernetes.errors import ApiError, Cancelled, NoSuchKind, Unreachable

Object = dict[str, Any]

REQUEST_SECONDS = 65  # the API server itself gives up on a request after 60 s
CONNECT_SECONDS = 5
# What passes by itself: too many requests, the server (or etcd behind it) restarting, a timeout on its side.
TRANSIENT = {429, 502, 503, 504}
ATTEMPTS = 5


class Api:
    """Reads and writes objects on one API server. Safe to use from many threads."""

    def __init__(self, client: ApiClient, cancelled: threading.Event | None = None) -> None:
        """`cancelled`: once set, every wait and watch ends with `Cancelled`; see `cancel`."""
        self._client = client
        self._dynamic = DynamicClient(client, discoverer=_NoDiscovery)
        self._cancelled = cancelled or threading.Event()
        self._kinds: dict[str, dict[str, Resource]] = {}
        self._lock = threading.Lock()
        self._watches: set[Watch] = set()

    # -- discovery ---------------------------------------------------------------------------------

    def kind(self, api_version: str, kind: str) -> Resource:
        """The resource behind `kind` ("Deployment") of `api_version` ("apps/v1"). Raises NoSuchKind."""
        found = self._kinds.get(api_version, {}).get(kind)
        if found is None:
            kinds = self._discover(api_version)
            with self._lock:
                self._kinds[api_version] = kinds
            found = kinds.get(kind)
        if found is None:
            raise NoSuchKind(api_version, kind)
        return found

    def serves(self, api_version: str, kind: str) -> bool:
        """Whether the server knows this kind now."""
        try:
            self.kind(api_version, kind)
        except NoSuchKind:
            return False
        return True

    def is_namespaced(self, api_version: str, kind: str) -> bool:
        """Raises NoSuchKind when the server does not know it (yet)."""
        return bool(self.kind(api_version, kind).namespaced)

    def version(self) -> str:
        """The server's gitVersion, such as v1.34.4; the cheapest question that proves it answers."""
        return str(self._ask("get", "/version", attempts=2)["gitVersion"])

    def _discover(self, api_version: str) -> dict[str, Resource]:
        group, _, version = api_version.rpartition("/")
        try:
            listing = self._ask("get", f"/apis/{api_version}" if group else f"/api/{api_version}")
        except ApiError as error:
            if error.status == 404:
                return {}
            raise
        return {
            entry["kind"]: Resource(
                prefix="apis" if group else "api",
                group=group,
                api_version=version,
                client=self._dynamic,
                **{key: entry[key] for key in ("name", "kind", "namespaced", "verbs")},
            )
            for entry in listing.get("resources", [])
            if "/" not in entry["name"]
        }

    # -- reading -----------------------------------------------------------------------------------

    def get(self, api_version: str, kind: str, namespace: str | None, name: str) -> Object | None:
        """The object, or None when it (or its kind) is not there."""
        try:
            resource = self.kind(api_version, kind)
            return self._ask("get", resource.path(name=name, namespace=namespace))
        except NoSuchKind:
            return None
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def list(
        self,
        api_version: str,
        kind: str,
        namespace: str | None = None,
        *,
        label_selector: str | None = None,
        field_selector: str | None = None,
    ) -> list[Object]:
        """All that match, each with apiVersion and kind filled in; of all namespaces when None."""
        resource = self.kind(api_version, kind)
        answer = self._ask(
            "get",
            resource.path(namespace=namespace),
            label_selector=label_selector,
            field_selector=field_selector,
        )
        items = answer.get("items") or []
        return [{"apiVersion": api_version, "kind": kind, **item} for item in items]

    def watch(
        self,
        api_version: str,
        kind: str,
        namespace: str | None,
        *,
        name: str | None = None,
        label_selector: str | None = None,
        seconds: float = 600,
    ) -> Iterator[tuple[Literal["ADDED", "MODIFIED", "DELETED"], Object]]:
        """The present state as ADDED events, then every change, until `seconds` have passed.

        Reconnects when the server ends the stream, then gives the present state again. Raises Cancelled.
        """
        resource = self.kind(api_version, kind)
        deadline = time.monotonic() + seconds
        selector = f"metadata.name={name}" if name else None
        while (left := deadline - time.monotonic()) > 0:
            watcher = Watch()
            with self._lock:
                self._watches.add(watcher)
            try:
                self._stop_if_cancelled()
                # No resourceVersion: the server sends what exists first, so nothing falls between a list and
                # a watch.
                for event in watcher.stream(
                    resource.get,
                    serialize=False,
                    namespace=namespace,
                    field_selector=selector,
                    label_selector=label_selector,
                    timeout_seconds=max(1, int(left)),
                    _request_timeout=(CONNECT_SECONDS, left + 5),
                ):
                    self._stop_if_cancelled()
                    if event["type"] in {"ADDED", "MODIFIED", "DELETED"}:
                        yield event["type"], event["object"]
            except ApiException as error:
                if error.status not in TRANSIENT | {410, 500}:  # 410: the watch was too old; begin again
                    raise _api_error(error) from None
                self.pause(0.5)
            except (HTTPError, OSError, ValueError):  # the connection broke, or was cut by cancel()
                self.pause(0.5)
            finally:
                with self._lock:
                    self._watches.discard(watcher)

    # -- writing -----------------------------------------------------------------------------------

    def create(self, obj: Object, *, field_manager: str, dry_run: bool = False) -> Object:
        """POST. An existing object is an ApiError 409 AlreadyExists."""
        resource = self.kind(obj["apiVersion"], obj["kind"])
        return self._ask(
            "post",
            resource.path(namespace=namespace_of(obj)),
            body=obj,
            field_manager=field_manager,
            dry_run="All" if dry_run else None,
        )

    def apply(self, obj: Object, *, field_manager: str, force: bool = False, dry_run: bool = False) -> Object:
        """Server-side apply. A field another manager owns is an ApiError 409 Conflict unless `force`."""
        resource = self.kind(obj["apiVersion"], obj["kind"])
        return self._ask(
            "patch",
            resource.path(name=obj["metadata"]["name"], namespace=namespace_of(obj)),
            body=obj,
            content_type="application/apply-patch+yaml",
            field_manager=field_manager,
            force_conflicts="true" if force else "false",
            dry_run="All" if dry_run else None,
        )

    def replace(self, obj: Object, *, field_manager: str, dry_run: bool = False) -> Object:
        """PUT of the whole object; its resourceVersion must be the present one."""
        resource = self.kind(obj["apiVersion"], obj["kind"])
        return self._ask(
            "put",
            resource.path(name=obj["metadata"]["name"], namespace=namespace_of(obj)),
            body=obj,
            field_manager=field_manager,
            dry_run="All" if dry_run else None,
        )

    def json_patch(self, obj: Object, patch: Sequence[Object]) -> Object:
        """RFC 6902 operations on the object that `obj` names."""
        resource = self.kind(obj["apiVersion"], obj["kind"])
        return self._ask(
            "patch",
            resource.path(name=obj["metadata"]["name"], namespace=namespace_of(obj)),
            body=[*patch],
            content_type="application/json-patch+json",
        )

    def delete(
        self,
        api_version: str,
        kind: str,
        namespace: str | None,
        name: str,
        *,
        propagation: str = "Foreground",
    ) -> bool:
        """Asks for deletion; False when the object, or its kind, is gone already."""
        try:
            resource = self.kind(api_version, kind)
            self._ask(
                "delete",
                resource.path(name=name, namespace=namespace),
                body={"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": propagation},
            )
        except NoSuchKind:
            return False
        except ApiError as error:
            if error.status == 404:
                return False
            raise
        return True

    # -- waiting -----------------------------------------------------------------------------------

    @property
    def cancelled(self) -> threading.Event:
        return self._cancelled

    def cancel(self) -> None:
        """Ends every wait and watch under way, from any thread."""
        self._cancelled.set()
        with self._lock:
            watches = list(self._watches)
        for watcher in watches:
            with suppress(Exception):
                watcher.stop()

    def pause(self, seconds: float) -> None:
        """Sleeps, unless cancelled: then raises Cancelled at once."""
        if self._cancelled.wait(seconds):
            raise Cancelled

    def _stop_if_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise Cancelled

    # -- one request -------------------------------------------------------------------------------

    def _ask(self, method: str, path: str, *, attempts: int = ATTEMPTS, **params: Any) -> Object:
        """Sends one request, again when the failure is one that passes. Raises ApiError, Unreachable."""
        send: Callable[[], Any] = functools.partial(
            self._dynamic.request,
            method,
            path,
            serialize=False,
            _request_timeout=(CONNECT_SECONDS, REQUEST_SECONDS),
            # The client keeps these as mutable defaults; fresh ones, or threads would share them.
            query_params=[],
            header_params={},
            **params,
        )
        attempt = 0
        while True:
            attempt += 1
            self._stop_if_cancelled()
            try:
                return cast(Object, json.loads(send().data))
            except ApiException as error:
                problem: Exception = _api_error(error)
                again = error.status in TRANSIENT
                delay = _retry_after(error)
            except (HTTPError, OSError) as error:
                problem = Unreachable(_sentence(error))
                # A write may have arrived although its answer did not; only what is harmless twice goes
                # twice.
                again = method == "get" or _never_sent(error)
                delay = None
            if not again or attempt >= attempts:
                raise problem from None
            self.pause(delay or 0.2 * 2 ** (attempt - 1) * random.uniform(0.75, 1.25))


class _NoDiscovery:
    """DynamicClient wants a discoverer and asks it for the whole API at once; ours is `Api.kind`."""

    def __init__(self, client: DynamicClient, cache_file: str | None) -> None:
        pass


def namespace_of(obj: Object) -> str | None:
    return (obj.get("metadata") or {}).get("namespace") or None


def _api_error(error: ApiException) -> ApiError:
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
        return min(float(headers.get("Retry-After") or "none"), 10.0)
    return None


def _never_sent(error: Exception) -> bool:
    text = f"{type(error).__name__}: {error}"
    return any(sign in text for sign in ("NewConnectionError", "ConnectTimeoutError", "NameResolutionError"))


def _sentence(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    return str(reason).split("object at 0x")[-1].split(">: ")[-1].split("): ")[-1] or type(error).__name__


__all__ = [
    "Api",
    "ApiError",
    "Cancelled",
    "DynamicApiError",
    "NoSuchKind",
    "Object",
    "Unreachable",
    "namespace_of",
]
