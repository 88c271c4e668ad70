"""Checks of a cluster, and of the stack's state about it, before anything is planned."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import pulumi

from components.cluster.recorded_state import RecordedState
from components.tekton import NAMESPACE as TEKTON_NAMESPACE
from inspection import cluster as inspection
from inspection.kubeconfig import Kubeconfig

Claims = Collection[tuple[str, str]]
"""Kind and name of objects outside namespaces, the namespaces among them, that this program makes."""
Check = Callable[[RecordedState, "inspection.Cluster | None"], None]
"""A condition on the recorded state and the cluster (None: it cannot be asked). Raises pulumi.RunError."""
WEBHOOK_SERVICES = "tekton-pipelines-webhook", "tekton-triggers-webhook"


class ClusterError(pulumi.RunError):
    """A cluster that cannot be used, in one sentence."""


def inspected(kubeconfig: Kubeconfig | None, state: RecordedState, where: str) -> inspection.Cluster | None:
    """Inspects the cluster. Raises ClusterError.

    None in the preview of a stack that is not in any cluster yet, when there is no kubeconfig or nothing
    answers.
    """
    try:
        if kubeconfig is None:
            raise inspection.UnreachableError("there is no such file")
        return inspection.look(kubeconfig)
    except inspection.UnreachableError as error:
        if state.objects:
            raise ClusterError(
                f"{where}, but that cannot be asked: {error}. The stack has {len(state.objects)} objects "
                "there, and nothing can be planned without it: start the cluster, or name its kubeconfig"
            ) from None
        if not pulumi.runtime.is_dry_run():
            raise ClusterError(
                f"{where}, but that cannot be asked: {error}. Start the cluster, or name its kubeconfig"
            ) from None
        pulumi.log.warn(
            f"{where}, but that cannot be asked: {error}. This previews a cluster without objects"
        )
        return None


def check_identity(cluster: inspection.Cluster, state: RecordedState, where: str) -> None:
    """Refuses a cluster that is not the one in which the stack's objects are. Raises ClusterError."""
    if not state.objects:
        return
    if state.cluster_identifier:
        same = state.cluster_identifier == cluster.uid
    else:
        # Before 2026-11 no identity was kept; the namespaces' uids tell as much.
        recorded = state.objects.items()
        namespaces = {name: uid for (kind, _, name), uid in recorded if kind == "Namespace" and uid}
        same = not namespaces or any(cluster.namespaces.get(name) == uid for name, uid in namespaces.items())
    if not same:
        raise ClusterError(
            f"{where}, which is another cluster than the one with this stack's {len(state.objects)} objects: "
            "set cluster.context to the right context (`pulumi config set --path cluster.context NAME`), or "
            "make another stack for this cluster (`pulumi stack init NAME`)"
        )


def check_contents(cluster: inspection.Cluster, state: RecordedState, claims: Claims, *, adopt: bool) -> None:
    """Refuses what is in the way: objects of somebody else, and a Tekton that admits nothing.

    The provider would take over what exists, and `pulumi destroy` would delete it. Raises ClusterError.
    """
    foreign = [
        f"{kind} {name}"
        for kind in sorted({kind for kind, _ in claims})
        for name in _unrecorded(cluster, state, kind, claims)
    ]
    if foreign:
        shown = ", ".join(foreign[:3]) + (f" and {len(foreign) - 3} more" if len(foreign) > 3 else "")
        sentence = f"the cluster has {shown} already, and this stack has not made them"
        if not adopt:
            raise ClusterError(
                f"{sentence}: remove them, use another cluster, or, where an interrupted `pulumi up` of this "
                "stack made them, take them over with `pulumi config set --path cluster.adopt true`"
            )
        pulumi.log.warn(
            f"{sentence}; cluster.adopt is true, so it takes them over, and `destroy` deletes them"
        )
    if pulumi.runtime.is_dry_run():
        services = [
            (TEKTON_NAMESPACE, name)
            for name in WEBHOOK_SERVICES
            if ("Service", TEKTON_NAMESPACE, name) in state.objects
        ]
        if silent := asked(lambda: cluster.without_endpoints(services)):
            namespace, name = silent[0]
            raise ClusterError(
                f"Tekton's webhook {name} has no ready pod, so nothing that it admits can be previewed: look "
                f"at `kubectl -n {namespace} get pods`; `pulumi up --skip-preview` goes on without a preview"
            )


def _unrecorded(cluster: inspection.Cluster, state: RecordedState, kind: str, claims: Claims) -> list[str]:
    """Names of claimed objects of a kind that the cluster has and the state does not."""
    missing = {name for other, name in claims if other == kind and (kind, "", name) not in state.objects}
    return sorted(missing & set(asked(lambda: cluster.names(kind)))) if missing else []


def asked(ask: Callable[[], Any]) -> Any:
    """The answer of `ask`. Raises ClusterError when the API server has gone meanwhile."""
    try:
        return ask()
    except inspection.UnreachableError as error:
        raise ClusterError(f"the API server answered once and no more: {error}; run the same again") from None
