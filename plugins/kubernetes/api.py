"""The API server as the plugin sees it: one object in, one object out, plain dicts.

Everything goes through the official Python client's dynamic resources; what is added here is errors a
person can read, a bound on retries, and watches that end at once when the user presses Ctrl-C.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Literal

# The client takes 0.4 s to import. A run that changes nothing never needs it, so this module itself is
# imported only when the plugin first has to ask the server something (see cluster.py).
from kubernetes.client import ApiClient
from kubernetes.client.rest import ApiException
from kubernetes.watch import Watch
from urllib3.exceptions import HTTPError

from plugins.kubernetes.errors import ApiError, NoSuchKind
from plugins.kubernetes.kinds_served import Kinds
from plugins.kubernetes.requests import CONNECT_SECONDS, TRANSIENT, Requests, api_error

Object = dict[str, Any]


class Api:
    """Reads and writes objects on one API server. Safe to use from many threads."""

    def __init__(self, client: ApiClient, cancelled: threading.Event | None = None) -> None:
        """`cancelled`: once set, every wait and watch ends with `Cancelled`; see `cancel`."""
        self._requests = Requests(client, cancelled or threading.Event())
        self.kind = Kinds(self._requests).find
        self._lock = threading.Lock()
        self._watches: set[Watch] = set()

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
        return str(self._requests.send("get", "/version", attempts=3)["gitVersion"])

    # -- reading -----------------------------------------------------------------------------------

    def get(self, api_version: str, kind: str, namespace: str | None, name: str) -> Object | None:
        """The object, or None when it (or its kind) is not there."""
        try:
            resource = self.kind(api_version, kind)
            return self._requests.send("get", resource.path(name=name, namespace=namespace))
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
        answer = self._requests.send(
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
                self._requests.go_on()
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
                    self._requests.go_on()
                    if event["type"] in {"ADDED", "MODIFIED", "DELETED"}:
                        yield event["type"], event["object"]
            except ApiException as error:
                if error.status not in TRANSIENT | {410, 500}:  # 410: the watch was too old; begin again
                    raise api_error(error) from None
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
        return self._requests.send(
            "post",
            resource.path(namespace=namespace_of(obj)),
            body=obj,
            field_manager=field_manager,
            dry_run="All" if dry_run else None,
        )

    def apply(self, obj: Object, *, field_manager: str, force: bool = False, dry_run: bool = False) -> Object:
        """Server-side apply. A field another manager owns is an ApiError 409 Conflict unless `force`."""
        resource = self.kind(obj["apiVersion"], obj["kind"])
        return self._requests.send(
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
        return self._requests.send(
            "put",
            resource.path(name=obj["metadata"]["name"], namespace=namespace_of(obj)),
            body=obj,
            field_manager=field_manager,
            dry_run="All" if dry_run else None,
        )

    def json_patch(self, obj: Object, patch: Sequence[Object]) -> Object:
        """RFC 6902 operations on the object that `obj` names."""
        resource = self.kind(obj["apiVersion"], obj["kind"])
        return self._requests.send(
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
            self._requests.send(
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
        return self._requests.cancelled

    def cancel(self) -> None:
        """Ends every wait and watch under way, from any thread."""
        self.cancelled.set()
        with self._lock:
            watches = list(self._watches)
        for watcher in watches:
            with suppress(Exception):
                watcher.stop()

    def pause(self, seconds: float) -> None:
        """Sleeps, unless cancelled: then raises Cancelled at once."""
        self._requests.pause(seconds)


def namespace_of(obj: Object) -> str | None:
    return (obj.get("metadata") or {}).get("namespace") or None
