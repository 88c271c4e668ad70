"""The nftables ruleset of a cluster's NetworkPolicies: a pure function of the API's objects.

A packet of a pod passes `egress` of its source, then `ingress` of its target; each is a verdict map from a
pod's address to the chain of its combination of policies. Such a chain tries its policies, one chain each,
and drops. Both the forward and the input hook run all of it: without the second, pods would reach the node,
thus API server and kubelet, unasked. What the node itself sends passes neither hook.
"""

import ipaddress
import logging
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from sandbox.node_policies.pods import Object, Pods

log = logging.getLogger("node-policies")
TABLE = "network-policies"
EVERYWHERE = [ipaddress.IPv4Network("0.0.0.0/0")]
COMMENT_LENGTH = 120  # nft takes 128

# One transaction. `add`, so that `delete` finds a table, which takes its sets and maps along.
RULESET = """\
add table inet {table}
delete table inet {table}
table inet {table} {{
{maps}
set itself {{
type ipv4_addr . ipv4_addr
{itself}
}}
{chains}
chain egress_to_ingress {{
ip daddr vmap @ingress
accept
}}
chain pods {{
{pods}
}}
chain forward {{
type filter hook forward priority filter; policy accept;
jump pods
}}
chain input {{
type filter hook input priority filter; policy accept;
jump pods
}}
}}
"""
# Pods have no IPv6 but its link-local addresses, which say nothing about the pod: nothing of it passes. An
# address that does not lie behind the packet's interface is forged, and would borrow another pod's policies.
PODS = """\
iifname "veth*" meta nfproto ipv6 drop
iifname "veth*" fib saddr . iif oif missing drop
ct state established,related accept
ip saddr . ip daddr @itself accept
ip saddr vmap @egress
goto egress_to_ingress"""


class Direction(NamedTuple):
    """A policy type: its words in the API, and what stands for peer and permission in a rule."""

    name: str
    type: str
    peers: str
    peer: str
    allow: str


EGRESS = Direction("egress", "Egress", "to", "ip daddr", "goto egress_to_ingress")
INGRESS = Direction("ingress", "Ingress", "from", "ip saddr", "accept")


def ruleset(policies: Iterable[Object], namespaces: Iterable[Object], pods: Iterable[Object]) -> str:
    """Text for `nft -f`; the same for the same objects in any order. It replaces our table and nothing else.

    Raises ValueError on a selector that Kubernetes would refuse.
    """
    cluster_pods = Pods(namespaces, pods)
    ordered = sorted(policies, key=_name)
    chains: list[str] = []
    maps: list[str] = []
    for direction in (INGRESS, EGRESS):
        combinations: dict[ipaddress.IPv4Address, tuple[str, ...]] = defaultdict(tuple)
        for number, policy in enumerate(ordered):
            spec = policy["spec"]
            if direction.type not in _types(spec):
                continue
            chain = f"{direction.name}_policy_{number}"
            chains.append(_chain(chain, _policy(policy, direction, cluster_pods), comment=_name(policy)))
            for pod in cluster_pods.select(policy["metadata"]["namespace"], spec.get("podSelector") or {}):
                combinations[pod.address] += (chain,)
        names = {
            combination: f"{direction.name}_{number}"
            for number, combination in enumerate(sorted(set(combinations.values())))
        }
        chains += [
            _chain(name, [*(f"jump {chain}" for chain in combination), "drop"])
            for combination, name in names.items()
        ]
        verdicts = [f"{address} : goto {names[chain]}" for address, chain in sorted(combinations.items())]
        maps.append(f"map {direction.name} {{\ntype ipv4_addr : verdict\n{_elements(verdicts)}\n}}")
    return RULESET.format(
        table=TABLE,
        maps="\n".join(maps),
        itself=_elements([f"{pod.address} . {pod.address}" for pod in cluster_pods.all]),
        chains="\n".join(chains),
        pods=PODS,
    )


def _name(policy: Object) -> str:
    return f"{policy['metadata']['namespace']}/{policy['metadata']['name']}"


def _types(spec: Object) -> list[str]:
    """The API server fills them in like this."""
    types: list[str] | None = spec.get("policyTypes")
    return types or ["Ingress", *(["Egress"] if spec.get("egress") else [])]


def _chain(name: str, rules: list[str], comment: str = "") -> str:
    # Names are the API server's to check; here they only must not end the string.
    text = re.sub(r"[^A-Za-z0-9./-]", "?", comment)[:COMMENT_LENGTH]
    lines = [f"chain {name} {{", *([f'comment "{text}"'] if text else []), *rules, "}"]
    return "\n".join(lines)


def _elements(elements: list[str]) -> str:
    return f"elements = {{ {', '.join(elements)} }}" if elements else ""  # nft takes no empty list


def _policy(policy: Object, direction: Direction, pods: Pods) -> list[str]:
    rules = []
    for rule in policy["spec"].get(direction.name) or ():
        peers = rule.get(direction.peers)
        networks = (
            list(
                ipaddress.collapse_addresses(
                    network
                    for peer in peers
                    for network in _networks(peer, policy["metadata"]["namespace"], pods)
                )
            )
            if peers
            else EVERYWHERE
        )
        if not networks:
            continue  # peers that match nobody are not the same as no peers
        peer = "" if networks == EVERYWHERE else f"{direction.peer} {{ {', '.join(map(str, networks))} }}"
        for port in _ports(rule.get("ports") or (), pods):
            rules.append(" ".join(filter(None, (peer, port, direction.allow))))
    return rules


def _networks(peer: Object, namespace: str, pods: Pods) -> list[ipaddress.IPv4Network]:
    """The addresses of a peer of a policy in `namespace`."""
    if "ipBlock" in peer:
        try:
            return _block(peer["ipBlock"])
        except ValueError as error:  # or this policy would keep all others from being installed
            log.warning("ipBlock %s of a policy in %s allows nothing: %s", peer["ipBlock"], namespace, error)
            return []
    namespaces = peer.get("namespaceSelector")
    peers = pods.select(namespace if namespaces is None else None, peer.get("podSelector") or {}, namespaces)
    return [ipaddress.IPv4Network(pod.address) for pod in peers]


def _block(block: Object) -> list[ipaddress.IPv4Network]:
    """Networks of its cidr without `except`; empty for an IPv6 one, which no pod has."""
    cidr = ipaddress.ip_network(block["cidr"], strict=False)
    if cidr.version == 6:
        return []
    networks = [cidr]
    for text in block.get("except") or ():
        hole = ipaddress.IPv4Network(text, strict=False)
        networks = [part for network in networks for part in _without(network, hole)]
    return networks


def _without(network: ipaddress.IPv4Network, hole: ipaddress.IPv4Network) -> Iterable[ipaddress.IPv4Network]:
    if network.subnet_of(hole):
        return ()
    return network.address_exclude(hole) if hole.subnet_of(network) else (network,)


def _ports(ports: Iterable[Object], pods: Pods) -> list[str]:
    """The matches of which any will do: an empty match without ports, none when no pod has the name."""
    matches = []
    for port in ports:
        protocol, number = port.get("protocol", "TCP"), port.get("port")
        if number is None:
            matches.append(f"meta l4proto {protocol.lower()}")
        elif isinstance(number, int):
            end = port.get("endPort", number)
            matches.append(f"{protocol.lower()} dport {number}" + (f"-{end}" if end > number else ""))
        else:  # in either direction a name is looked up in the target, and has a number in each
            pairs = ", ".join(
                f"{address} . {target_port}" for address, target_port in pods.named_port(protocol, number)
            )
            matches += [f"ip daddr . {protocol.lower()} dport {{ {pairs} }}"] if pairs else []
    return matches if ports else [""]
