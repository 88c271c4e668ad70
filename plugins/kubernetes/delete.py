"""Delete: asks, and waits until the object is really gone."""

from __future__ import annotations

import time
from typing import NamedTuple

from plugins.kubernetes.api import Api
from plugins.kubernetes.errors import ApiError, Cancelled, PluginError
from plugins.kubernetes.naming import Kind, kind_of_token, object_id, parse_id, token_of_urn
from plugins.kubernetes.operation import Operation, PartialFailure, timeout_of
from plugins.kubernetes.shape import annotation
from plugins.kubernetes.state import field_manager, initial_version, inputs_of, live_of, new_state
from plugins.kubernetes.values import Properties, reveal

POLICIES = {"orphan": "Orphan", "background": "Background"}
FIRST_LOOK, LAST_LOOK = 0.1, 1.0  # seconds between two looks: most things go at once, namespaces take a while
# Finalizers by which Kubernetes itself cleans up: they are no reason to worry.
ORDINARY = {"foregroundDeletion", "orphan", "kubernetes", "customresourcecleanup.apiextensions.k8s.io"}
# skipAwait ends the wait for these only, as in the official provider.
MAY_SKIP = {
    ("v1", "Namespace"),
    ("v1", "Pod"),
    ("v1", "ReplicationController"),
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("batch/v1", "Job"),
}


def delete(operation: Operation, identifier: str, state: Properties, seconds: float) -> None:
    """`seconds`: of customTimeouts, 0 when not given. Raises PluginError, PartialFailure."""
    inputs = reveal(inputs_of(state)) or live_of(state)
    api = operation.cluster.reachable_api()
    if api is None:
        return _without_cluster(operation)
    old = live_of(state)
    token = kind_of_token(token_of_urn(operation.urn))
    kind = Kind(str(old.get("apiVersion") or token.api_version), str(old.get("kind") or token.kind))
    obj = Named(kind, *parse_id(identifier))
    policy = (annotation(inputs, "pulumi.com/deletionPropagationPolicy") or "").lower()
    try:
        if not api.delete(*kind, obj.namespace, obj.name, propagation=POLICIES.get(policy, "Foreground")):
            return None
    except ApiError as error:
        raise PluginError(f"deletion of {obj} failed: {error}") from None
    if annotation(inputs, "pulumi.com/skipAwait") == "true" and kind in MAY_SKIP:
        return None
    try:
        _wait_until_gone(operation, api, obj, timeout_of(inputs, seconds))
    except _StillThere as error:
        raise PartialFailure(
            str(error),
            identifier=identifier,
            state=new_state(
                inputs_of(state),
                error.live,
                field_manager=field_manager(state, inputs, operation.cluster.settings),
                initial_version=initial_version(state, inputs),
            ),
        ) from None
    return None


class Named(NamedTuple):
    """Which object."""

    kind: Kind
    namespace: str | None
    name: str

    def __str__(self) -> str:
        return f"{self.kind.kind} {object_id(self.namespace, self.name)}"


class _StillThere(PluginError):
    def __init__(self, message: str, live: Properties) -> None:
        super().__init__(message)
        self.live = live


def _wait_until_gone(operation: Operation, api: Api, obj: Named, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    uid, interval = None, FIRST_LOOK
    while live := api.get(obj.kind.api_version, obj.kind.kind, obj.namespace, obj.name):
        uid = uid or live["metadata"]["uid"]
        if live["metadata"]["uid"] != uid or "deletionTimestamp" not in live["metadata"]:
            return  # another object of that name has taken its place
        what = _what_holds(live)
        if interval > FIRST_LOOK:
            operation.status(what)
        if time.monotonic() > deadline:
            raise _StillThere(
                f"{obj} is still there {seconds:g} s after it was deleted: {what}",
                live,
            )
        try:
            api.pause(min(interval, max(0.0, deadline - time.monotonic()) + 0.01))
        except Cancelled:
            raise _StillThere(f"the wait for {obj} to go was canceled: {what}", live) from None
        interval = min(interval * 1.5, LAST_LOOK)
    operation.status("")


def _what_holds(live: Properties) -> str:
    """The last state seen, in words."""
    finalizers = live["metadata"].get("finalizers") or (live.get("spec") or {}).get("finalizers") or []
    conditions = [
        condition.get("message")
        for condition in (live.get("status") or {}).get("conditions") or []
        if condition.get("status") == "True" and condition.get("message")
    ]
    if live["kind"] == "Namespace" and conditions:
        return "; ".join(conditions)
    if strange := [finalizer for finalizer in finalizers if finalizer not in ORDINARY]:
        return f"finalizers might be preventing deletion ({', '.join(strange)})"
    return "waiting for what belongs to it to be deleted" if finalizers else "deletion in progress"


def _without_cluster(operation: Operation) -> None:
    try:
        operation.api()
    except PluginError as error:
        operation.warn(str(error))
    if operation.cluster.settings.delete_unreachable:
        return
    raise PluginError(
        "configured Kubernetes cluster is unreachable. If the cluster was deleted, you can remove this "
        "resource from "
        "Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment "
        "variable set to "
        '"true"'
    )
