"""PriorityClasses: on a node short of resources the infrastructure stays, and builds are evicted.

Without classes a node short of memory or disk evicts by size alone, and a full cluster lets the controllers
wait behind builds.
"""

from collections.abc import Mapping
from typing import Any, Literal, TypedDict

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.core.v1 import TolerationArgsDict, TopologySpreadConstraintArgsDict

from components.kube.metadata import metadata

INFRASTRUCTURE, BUILDS = CLASSES = ("tekton-builds-infrastructure", "tekton-builds-builds")
VALUES = {INFRASTRUCTURE: 1_000_000, BUILDS: -1_000}  # a pod without a class has 0
SECONDS = 30  # on a node that does not answer; Kubernetes' own is 300
LOST = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
HOST = "kubernetes.io/hostname"


class Placement(TypedDict):
    """Fields of a pod's spec."""

    priority_class_name: pulumi.Input[str]
    tolerations: list[TolerationArgsDict]
    topology_spread_constraints: list[TopologySpreadConstraintArgsDict]


class Priority(pulumi.ComponentResource):
    """The two classes. Names are of the cluster, so they say whose they are."""

    infrastructure: pulumi.Output[str]
    """The class of all that a push passes on its way to a build."""
    builds: pulumi.Output[str]
    """The class of what runs a Dockerfile: below every other pod, and it drives none away."""
    classes: list[pulumi.Resource]
    """For whoever only knows the names."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:priority:Priority", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.classes = []
        infrastructure = self._class(
            f"{name}-infrastructure",
            INFRASTRUCTURE,
            "What builds depend on: Tekton, the listener, the ingress controller.",
            "PreemptLowerPriority",
            child,
        )
        builds = self._class(
            f"{name}-builds", BUILDS, "Builds: they go first, and drive nobody away.", "Never", child
        )
        self.infrastructure, self.builds = infrastructure.metadata.name, builds.metadata.name
        self.register_outputs({})

    def _class(
        self,
        resource: str,
        name: str,
        description: str,
        preemption: Literal["Never", "PreemptLowerPriority"],
        opts: pulumi.ResourceOptions,
    ) -> kubernetes.scheduling.v1.PriorityClass:
        priority_class = kubernetes.scheduling.v1.PriorityClass(
            resource,
            metadata=metadata(name, component="priority"),
            value=VALUES[name],
            preemption_policy=preemption,
            description=description,
            opts=opts,
        )
        self.classes.append(priority_class)
        return priority_class


def placement(priority: pulumi.Input[str], pods: Mapping[str, str]) -> Placement:
    """Scheduling fields of an infrastructure pod. `pods` are labels that all its replicas have.

    They are on different nodes where there are several, and on one where there is one.
    """
    fields = plain_placement(pods)
    return {
        "priority_class_name": priority,
        "tolerations": fields["tolerations"],
        "topology_spread_constraints": fields["topologySpreadConstraints"],
    }


def plain_placement(pods: Mapping[str, str]) -> dict[str, Any]:
    """The same as fields of a manifest, without the class: a Tekton EventListener takes none.

    The pods of a listener have 0 then, which is above the builds.
    """
    return {
        "tolerations": [
            {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": SECONDS}
            for key in LOST
        ],
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": HOST,
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": dict(pods)},
            }
        ],
    }
