"""Who may open connections to pods. Without a network plug-in that enforces it, a policy is a statement."""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.networking.v1 import NetworkPolicyIngressRuleArgsDict, NetworkPolicyPeerArgsDict

from components.metadata import metadata

NAME_LABEL = "kubernetes.io/metadata.name"  # Kubernetes gives it to every namespace


def pods_of(namespace: pulumi.Input[str]) -> NetworkPolicyPeerArgsDict:
    """All pods of one namespace."""
    return {"namespace_selector": {"match_labels": {NAME_LABEL: namespace}}}


def allow(
    resource: str,
    name: str,
    namespace: pulumi.Input[str],
    pods: Mapping[str, str],
    sources: Sequence[NetworkPolicyPeerArgsDict],
    *,
    port: int | None,
    component: str,
    opts: pulumi.ResourceOptions,
) -> None:
    """Lets `sources` alone connect to the pods with these labels (none: all pods), at one port of theirs.

    No sources: nobody.
    """
    rule: NetworkPolicyIngressRuleArgsDict = {"from_": sources, "ports": [{"protocol": "TCP", "port": port}]}
    kubernetes.networking.v1.NetworkPolicy(
        resource,
        metadata=metadata(name, namespace, component=component),
        spec={
            "pod_selector": {"match_labels": dict(pods)},
            "policy_types": ["Ingress"],
            "ingress": [rule] if sources else [],
        },
        opts=opts,
    )
