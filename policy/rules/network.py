"""Rules for access to the API server of a cluster in Tencent Cloud.

A resource says no more of a security group than its rules, so any group that opens the API server's port to
the world is refused, whatever it guards.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .resource import Resource, items
from .world import Network, is_world, network, public_addresses, without

TENCENTCLOUD = "tencentcloud:"
PORT = 443
TCP = ("TCP", "ALL")
HELP = "give `cluster.apiCidrs` the addresses of people and runners"


class _Rule(NamedTuple):
    """One rule of a security group, of whichever resource; what is not said is None."""

    action: Any
    sources: tuple[Any, ...]
    protocol: Any
    port: Any
    template: Any = None
    """A list of protocols and ports that is kept elsewhere."""


def no_open_api_server(resource: Resource) -> Iterator[str]:
    """The API server of a cluster in Tencent Cloud is open to chosen addresses only."""
    if not resource.type.startswith(TENCENTCLOUD):
        return
    if is_world(sources := list(_sources(resource))):
        widest = sorted({*sources}, key=public_addresses, reverse=True)
        examples = ", ".join(str(source) for source in widest[:2]) + (" and others" if widest[2:] else "")
        yield f"port {PORT} is open to the world, by {examples}: {HELP}"
    policies = [network(cidr) for cidr in items(resource.at("managedClusterInternetSecurityPolicies"))]
    if is_world(cidr for cidr in policies if cidr):
        yield f"`managedClusterInternetSecurityPolicies` opens the API server to the world: {HELP}"
    public = resource.at("clusterInternet") is True
    if public and not resource.at("clusterInternetSecurityGroup") and not policies:
        yield "the API server is public without a security group: set `clusterInternetSecurityGroup`"


def _sources(resource: Resource) -> Iterator[Network]:
    """Sources of connections to the port: of two rules that fit an address, the first counts."""
    drops: list[Network] = []
    for rule in _rules(resource):
        if not (isinstance(rule.action, str) and _covers_tcp(rule)):
            continue
        for source in rule.sources:
            if (cidr := network(source)) is None:
                continue
            if rule.action.upper() == "ACCEPT":
                yield from without(cidr, drops)
            elif rule.action.upper() == "DROP":
                drops.append(cidr)


def _rules(resource: Resource) -> Iterator[_Rule]:
    """The rules for what comes in, in order, of any of the provider's three resources for rules."""
    for rule in items(resource.at("ingresses")):
        if isinstance(rule, str):  # a GroupLiteRule's, as ACCEPT#0.0.0.0/0#443#TCP
            action, source, port, protocol = (*rule.split("#"), "", "", "")[:4]
            yield _Rule(action, (source,), protocol, port)
        elif isinstance(rule, Mapping):
            sources = tuple(cidr for key in ("cidrBlock", "ipv6CidrBlock") for cidr in _cidrs(rule.get(key)))
            template = rule.get("serviceTemplateId") or rule.get("serviceTemplateGroup")
            yield _Rule(rule.get("action"), sources, rule.get("protocol"), rule.get("port"), template)
    if str(resource.at("type")).lower() == "ingress":  # a GroupRule, which is one rule
        yield _Rule(
            resource.at("policy"),
            tuple(_cidrs(resource.at("cidrIp"))),
            resource.at("ipProtocol"),
            resource.at("portRange"),
            resource.at("protocolTemplate"),
        )


def _cidrs(cidrs: Any) -> Iterator[Any]:
    yield from cidrs.split(",") if isinstance(cidrs, str) else items(cidrs)


def _covers_tcp(rule: _Rule) -> bool:
    """True when the rule covers TCP to the port; a field that is missing covers all."""
    if rule.template:
        return False
    protocol = rule.protocol or "ALL"
    return isinstance(protocol, str) and protocol.upper() in TCP and _covers(rule.port or "ALL")


def _covers(ports: Any) -> bool:
    """True when ports as 443, 80,443, 1-65535 or ALL have the API server's; False for anything else."""
    if isinstance(ports, int | float):
        return ports == PORT
    if not isinstance(ports, str):
        return False
    for part in ports.split(","):
        low, _, high = part.strip().partition("-")
        if low.upper() == "ALL" or part.strip() == "-1":
            return True
        if low.isdigit() and int(low) <= PORT <= int(high if high.strip().isdigit() else low):
            return True
    return False
