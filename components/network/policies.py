"""The NetworkPolicies of the table in connections.py; network_proof.py proves that they are enforced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pulumi
import pulumi_kubernetes as kubernetes

from components import builds, tekton, webhook
from components.cluster import ApiServers
from components.kube.metadata import metadata
from components.network.connections import (
    ANYWHERE,
    API_SERVER,
    CONNECTIONS,
    INTERNET,
    LISTED,
    NAME_SERVERS,
    NAME_SERVERS_BY_UDP,
    PODS,
    Connection,
    Pods,
    connections,
)
from settings import Builder

# No build has business with a neighbour, a node, the API server's Service, or a cloud's metadata.
PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
# Of IPv6: unique local, link-local, and IPv4 behind a translator, which may be private (RFC 4193, 4291, 6052,
# 8215).
PRIVATE_IPV6 = ("fc00::/7", "fe80::/10", "64:ff9b::/96", "64:ff9b:1::/48")
NODE_LOCAL_DNS = "169.254.20.10/32"  # where NodeLocal DNSCache listens
DNS_NAMESPACES = ("kube-system", "openshift-dns")
DNS_PORTS = (53, 5353)  # OpenShift's pods have the second
DENY = "default-deny"
NAME_LABEL = "kubernetes.io/metadata.name"  # Kubernetes gives it to every namespace

# Policies of stacks from before 2026-12, by namespace and the name that each has here: the name that it
# keeps, and its place in the state. They are changed in place: beside these, each would allow what it did.
EARLIER = {
    (builds.NAMESPACE, "allow-builds"): ("to-internet", "builds:Builds", "builds-to-internet"),
    (builds.NAMESPACE, DENY): ("from-nobody", "builds:Builds", "builds-from-nobody"),
    (builds.BUILDKITD_NAMESPACE, "allow-buildkitd"): (
        "from-builds",
        "builds:Builds$tekton-builds:buildkitd:Buildkitd",
        "builds-buildkitd-from-builds",
    ),
    (builds.BUILDKITD_NAMESPACE, DENY): (
        "to-internet",
        "builds:Builds$tekton-builds:buildkitd:Buildkitd",
        "builds-buildkitd-to-internet",
    ),
    (webhook.NAMESPACE, "allow-listener"): ("from-ingress", "ingress:Ingress", "ingress-to-listener"),
    (tekton.NAMESPACE, "allow-interceptors"): (
        "from-listeners",
        "webhook:Webhook",
        "webhook-to-interceptors",
    ),
    (tekton.NAMESPACE, "allow-dashboard"): (
        "dashboard-from-ingress",
        "dashboard:Dashboard",
        "dashboard-from-ingress",
    ),
}

Rule = dict[str, Any]
Peer = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class NetworkPoliciesArgs:
    namespaces: Mapping[str, pulumi.Resource]
    """By name: all that this program makes, its releases' among them."""
    api_servers: pulumi.Output[ApiServers]
    """Address and port of each."""
    builder: Builder
    """Its private ranges, which builds may call."""
    registry: Sequence[pulumi.Input[str]] = ()
    """Ranges of the cluster's own registry, which they call by HTTPS."""


@dataclass
class _Permissions:
    ingress: list[Rule] = field(default_factory=list)
    egress: list[pulumi.Input[Rule]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.ingress or self.egress)


class NetworkPolicies(pulumi.ComponentResource):
    """Nobody speaks to anybody but as the table says."""

    policies: Sequence[pulumi.Resource]
    """All of them, for whoever proves that they bind."""
    rules: str
    """A text that changes with what they allow."""

    def __init__(
        self, name: str, args: NetworkPoliciesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tekton-builds:network:NetworkPolicies", name, None, opts)
        self._name = name
        if args.builder.egress_cidrs:
            pulumi.log.warn(
                "builder.egressCidrs opens every port of its ranges to builds: `builder.egress`, as in "
                "[{cidr: 10.1.2.3/32, ports: [443]}], opens those that you name"
            )
        api, listed = args.api_servers.apply(_api_rule), _listed(args.builder, args.registry)
        rows = [(row.source, row.target, row.ports) for row in CONNECTIONS]
        self.rules = repr((rows, args.builder.egress, args.builder.egress_cidrs))
        present = [who for who, pods in PODS.items() if pods.namespace in args.namespaces]
        permissions = {who: _Permissions() for who in present}
        for row in connections(present):
            if row.source in PODS:
                permissions[row.source].egress += _targets(row, api, listed)
            if row.target in PODS:
                sources = [] if row.source == ANYWHERE else [_peer(PODS[row.source])]
                permissions[row.target].ingress.append(_rule("from", sources, row.ports))
        self.policies = []
        for namespace, home in args.namespaces.items():
            allowed = [
                self._policy(f"allow-{who}", PODS[who], permissions[who], [home])
                for who in present
                if PODS[who].namespace == namespace and permissions[who]
            ]
            # What is allowed comes first: a cluster that runs is not cut off for a moment.
            nothing = Pods(namespace=namespace)
            denied = self._policy(DENY, nothing, _Permissions(), [home, *allowed])
            self.policies += [*allowed, denied]
        self.register_outputs({})

    def _policy(
        self, name: str, pods: Pods, permissions: _Permissions, depends_on: Sequence[pulumi.Resource]
    ) -> pulumi.Resource:
        """The first of `depends_on` is the namespace."""
        resource = f"{self._name}-{pods.namespace}-{name}"
        aliases = []
        if earlier := EARLIER.get((pods.namespace, name)):
            name, parent, logical = earlier
            kind = f"tekton-builds:{parent}$kubernetes:networking.k8s.io/v1:NetworkPolicy"
            aliases = [f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{kind}::{logical}"]
        return kubernetes.networking.v1.NetworkPolicy(
            resource,
            metadata=metadata(name, pods.namespace, component="network"),
            spec={
                "pod_selector": {"match_labels": dict(pods.labels)} if pods.labels else {},
                "policy_types": ["Ingress", "Egress"],
                "ingress": cast(Any, permissions.ingress),
                "egress": cast(Any, permissions.egress),
            },
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=depends_on, deleted_with=depends_on[0], aliases=aliases
            ),
        )


def _targets(row: Connection, api: pulumi.Output[Rule], listed: Sequence[Rule]) -> list[pulumi.Input[Rule]]:
    """The egress rules of a row. `api` leads to the API server, `listed` to what the settings list."""
    target = row.target
    if target == API_SERVER:
        return [api]
    if target == NAME_SERVERS:
        return [_name_servers(["UDP", "TCP"])]
    if target == NAME_SERVERS_BY_UDP:
        return [_name_servers(["UDP"])]
    if target == INTERNET:
        everything = {"0.0.0.0/0": PRIVATE, "::/0": PRIVATE_IPV6}
        blocks = [{"ipBlock": {"cidr": cidr, "except": [*but]}} for cidr, but in everything.items()]
        return [_rule("to", blocks, row.ports)]
    if target == LISTED:
        return [*listed]
    return [_rule("to", [_peer(PODS[target])], row.ports)]


def _listed(builder: Builder, registry: Sequence[pulumi.Input[str]]) -> list[Rule]:
    """Egress rules from the settings, and to the ranges of a registry; `egressCidrs` is an old key."""
    ranges: list[tuple[pulumi.Input[str], Sequence[int]]] = [
        *((block.cidr, block.ports) for block in builder.egress),
        *((cidr, ()) for cidr in builder.egress_cidrs),
        *((cidr, (443,)) for cidr in registry),
    ]
    return [_rule("to", [{"ipBlock": {"cidr": cidr}}], ports) for cidr, ports in ranges]


def _peer(pods: Pods) -> Peer:
    namespace = {"namespaceSelector": {"matchLabels": {NAME_LABEL: pods.namespace}}}
    return {**namespace, **({"podSelector": {"matchLabels": dict(pods.labels)}} if pods.labels else {})}


def _rule(direction: str, peers: Sequence[Peer], ports: Sequence[int]) -> Rule:
    """Without peers it is everybody, without ports every port."""
    return {
        **({direction: list(peers)} if peers else {}),
        **({"ports": [{"protocol": "TCP", "port": port} for port in ports]} if ports else {}),
    }


def _name_servers(protocols: Sequence[str]) -> Rule:
    homes = [{"namespaceSelector": {"matchLabels": {NAME_LABEL: name}}} for name in DNS_NAMESPACES]
    return {
        "to": [*homes, {"ipBlock": {"cidr": NODE_LOCAL_DNS}}],
        "ports": [{"protocol": protocol, "port": port} for protocol in protocols for port in DNS_PORTS],
    }


def _api_rule(servers: ApiServers) -> Rule:
    """The API server as its EndpointSlice has it: policies see it behind its Service's address."""
    blocks = sorted({f"{address}/{128 if ':' in address else 32}" for address, _ in servers})
    ports = sorted({port for _, port in servers})
    return _rule("to", [{"ipBlock": {"cidr": cidr}} for cidr in blocks], ports)
