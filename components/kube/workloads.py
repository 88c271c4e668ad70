"""Additions to a release's workloads: requests, a class, short tolerations, a second replica where it may be.

Upstream leaves it to whoever installs: most of Tekton's containers ask for nothing, so they get what CPU the
builds of a node leave, and are the first to go when its memory is short.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from components.kube.priority import INFRASTRUCTURE, plain_placement

Object = dict[str, Any]
KINDS = ("Deployment", "StatefulSet", "DaemonSet")
INTERCEPTORS = "tekton-triggers-core-interceptors"
SCALER = "HorizontalPodAutoscaler"


@dataclass(frozen=True, kw_only=True)
class Needs:
    """Additions for one workload."""

    cpu: str
    """Request of each container that has none, as 100m."""
    memory: str
    """The same, as 64Mi."""
    replicas: int = 1
    """At least so many."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables of each container."""


# Requests to the API server a second, and at once; the kubelet's. Every 5 s a signature's secret is read
# anew, by all deliveries that come meanwhile: with client-go's 5 and 10 some wait too long, and are lost.
CLIENT_LIMITS = {"KUBE_API_QPS": "50", "KUBE_API_BURST": "100"}
# Two of what a push passes. The controller elects a leader (cmd/controller, knative's sharedmain): the other
# one waits for its lease. The webhook (docs/enabling-ha.md) and the interceptors keep nothing: who starts
# second takes the certificate that the first has put into the Secret.
#
# No push passes what is there once: Triggers' controller makes the listener, its webhook has no readiness
# probe that would keep calls from a second one that starts, nothing here has a resolver or sends events.
WORKLOADS = {
    "tekton-pipelines-controller": Needs(cpu="50m", memory="128Mi", replicas=2),
    "tekton-pipelines-webhook": Needs(cpu="50m", memory="64Mi", replicas=2),
    # They have 3 s for an answer; without a request they get what is left of a busy node.
    INTERCEPTORS: Needs(cpu="50m", memory="64Mi", replicas=2, environment=CLIENT_LIMITS),
    "tekton-triggers-controller": Needs(cpu="20m", memory="64Mi"),
    "tekton-triggers-webhook": Needs(cpu="20m", memory="64Mi"),
    "tekton-dashboard": Needs(cpu="20m", memory="64Mi"),
}
OTHER = Needs(cpu="10m", memory="64Mi")


@dataclass(frozen=True, kw_only=True)
class Budget:
    """A PodDisruptionBudget."""

    name: str
    namespace: str
    pods: Mapping[str, str]
    """Labels of its pods."""


def fitted(objects: Sequence[Object]) -> list[Object]:
    """The objects, with copies of those workloads and autoscalers that are changed."""
    scaled = {item["spec"]["scaleTargetRef"]["name"] for item in objects if item["kind"] == SCALER}
    return [_fitted(item, scaled) for item in objects]


def budgets(objects: Sequence[Object]) -> list[Budget]:
    """One for each workload that has two replicas."""
    return [
        Budget(
            name=item["metadata"]["name"],
            namespace=item["metadata"]["namespace"],
            pods=item["spec"]["selector"]["matchLabels"],
        )
        for item in objects
        if item["kind"] in KINDS and _needs(item).replicas > 1
    ]


def _needs(item: Object) -> Needs:
    return WORKLOADS.get(item["metadata"]["name"], OTHER)


def _fitted(item: Object, scaled: set[str]) -> Object:
    if item["kind"] == SCALER:
        name = item["spec"]["scaleTargetRef"]["name"]
        least = WORKLOADS.get(name, OTHER).replicas
        if item["spec"].get("minReplicas", 1) >= least:
            return item
        return {**item, "spec": {**item["spec"], "minReplicas": least}}
    if item["kind"] not in KINDS:
        return item
    result = copy.deepcopy(item)
    needs, spec = _needs(item), result["spec"]
    pod = spec["template"]["spec"]
    pod.setdefault("priorityClassName", INFRASTRUCTURE)
    placement = plain_placement(spec.get("selector", {}).get("matchLabels", {}))
    pod.setdefault("tolerations", placement["tolerations"])
    if needs.replicas > 1:
        pod.setdefault("topologySpreadConstraints", placement["topologySpreadConstraints"])
        # What an autoscaler sets is the autoscaler's.
        if item["metadata"]["name"] not in scaled:
            spec["replicas"] = max(needs.replicas, spec.get("replicas", 1))
    for container in pod["containers"]:
        if needs.environment:
            variables = [
                entry for entry in container.get("env", ()) if entry["name"] not in needs.environment
            ]
            container["env"] = variables + [
                {"name": name, "value": value} for name, value in needs.environment.items()
            ]
        resources = container.get("resources") or {}
        requests = {"cpu": needs.cpu, "memory": needs.memory, **(resources.get("requests") or {})}
        container["resources"] = {**resources, "requests": requests}
    return result
