"""Who may call pods, and whom they may call. Only a network plug-in that enforces it makes it true."""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.networking.v1 import NetworkPolicyIngressRuleArgsDict, NetworkPolicyPeerArgsDict

from components.metadata import metadata

# No build has business with a neighbour, a node, the API server's Service, or a cloud's metadata.
PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
NODE_LOCAL_DNS = "169.254.20.10/32"  # where NodeLocal DNSCache listens
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


def to_internet(
    resource: str,
    name: str,
    namespace: pulumi.Input[str],
    more: Sequence[pulumi.Input[str]],
    *,
    pods: Sequence[NetworkPolicyPeerArgsDict] = (),
    component: str,
    opts: pulumi.ResourceOptions,
) -> None:
    """Lets the namespace's pods call name servers, the internet, ranges `more` and `pods`, nothing else."""
    names: list[NetworkPolicyPeerArgsDict] = [pods_of("kube-system"), {"ip_block": {"cidr": NODE_LOCAL_DNS}}]
    internet: NetworkPolicyPeerArgsDict = {"ip_block": {"cidr": "0.0.0.0/0", "except_": list(PRIVATE)}}
    ranges: list[NetworkPolicyPeerArgsDict] = [{"ip_block": {"cidr": cidr}} for cidr in more]
    kubernetes.networking.v1.NetworkPolicy(
        resource,
        metadata=metadata(name, namespace, component=component),
        spec={
            "pod_selector": {},
            "policy_types": ["Egress"],
            "egress": [
                {"to": names, "ports": [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")]},
                {"to": [internet, *ranges, *pods]},
            ],
        },
        opts=opts,
    )
