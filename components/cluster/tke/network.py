"""The network of a TKE cluster: where its nodes are, and who may talk to whom."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import tencentcloud_iac_pulumi as tencentcloud

from components.cluster.tke.account import TencentCloudLookups
from components.cluster.tke.nat import TkeNat, TkeNatArgs
from settings.tke import Tke

API_PORT = "443"
NODE_PORTS = "30000-32768"


@dataclass(frozen=True, kw_only=True)
class TkeNetworkArgs:
    settings: Tke
    account: TencentCloudLookups
    """Lookups in the cloud's account."""


class TkeNetwork(pulumi.ComponentResource):
    """A VPC with subnets, of the cluster's own or found, and the security groups of API server and nodes."""

    vpc_id: pulumi.Output[str]
    subnet_id: pulumi.Output[str]
    """The first zone's."""
    subnet_ids: list[pulumi.Output[str]]
    """The first zone's, and those of further zones in an order that does not depend on the settings'."""
    api_group: pulumi.Output[str] | None
    """Security group of the public API server: from `apiCidrs`, and nowhere else. None: it is not public."""
    node_groups: list[pulumi.Output[str]]
    """Security groups of the nodes."""
    way_out: list[pulumi.Resource]
    """Resources that nodes need to reach the internet, for depends_on."""

    def __init__(self, name: str, args: TkeNetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:tke:Network", name, None, opts)
        settings, account = args.settings, args.account
        child = pulumi.ResourceOptions(parent=self)
        network = settings.network
        self.way_out = []
        if network.kind == "own":
            node_cidr = self._own(name, settings, child)
        elif network.kind == "default":
            zones = settings.zone, *sorted(settings.zones)
            first, *others = (account.default_network(zone) for zone in zones)
            self.vpc_id = first.apply(lambda network: network.vpc_id)
            self.subnet_ids = [
                subnet_network.apply(lambda entry: entry.subnet_id) for subnet_network in (first, *others)
            ]
            node_cidr = first.apply(lambda entry: entry.cidr)
        else:
            self.vpc_id = pulumi.Output.from_input(network.vpc_id)
            subnets = network.subnet_id, *sorted(network.subnet_ids)
            self.subnet_ids = [account.subnet(subnet, network.vpc_id) for subnet in subnets]
            node_cidr = account.vpc_cidr(network.vpc_id)
        self.subnet_id = self.subnet_ids[0]
        self.api_group = None
        if settings.is_public:
            self.api_group = _group(
                f"{name}-api",
                f"{settings.name}-api",
                "Who may reach the public API server",
                [_accept(cidr, "TCP", API_PORT, "apiCidrs") for cidr in settings.api_cidrs],
                child,
                tags=settings.tags,
            )
        if network.security_group_ids:
            # They are somebody's, with rules of theirs: no set of rules is attached to them.
            self.node_groups = [account.security_group(group) for group in network.security_group_ids]
        else:
            self.node_groups = [self._node_group(name, settings, node_cidr, child)]
        self.register_outputs({"vpc_id": self.vpc_id, "subnet_id": self.subnet_id})

    def _node_group(
        self, name: str, settings: Tke, node_cidr: pulumi.Output[str], child: pulumi.ResourceOptions
    ) -> pulumi.Output[str]:
        rules = [
            _accept(settings.pod_cidr, "ALL", "ALL", "pods"),
            _accept(node_cidr, "ALL", "ALL", "nodes and the control plane"),
            # Path MTU discovery stops working without it.
            _accept("0.0.0.0/0", "ICMP", "ALL", "path MTU"),
        ]
        if settings.network.node_ports == "world":
            # A load balancer passes the client's own address on: where it is not let past this group, nothing
            # narrower can be said here.
            rules[2:2] = [
                _accept("0.0.0.0/0", protocol, NODE_PORTS, "load balancers") for protocol in ("TCP", "UDP")
            ]
        return _group(
            f"{name}-nodes",
            f"{settings.name}-nodes",
            "Nodes: their own network, pods, and load balancers",
            rules,
            child,
            tags=settings.tags,
        )

    def _own(self, name: str, settings: Tke, child: pulumi.ResourceOptions) -> pulumi.Output[str]:
        """Makes the VPC with a subnet per zone, and a NAT gateway where nodes need it; the VPC's range."""
        network = settings.network
        vpc = tencentcloud.vpc.Instance(
            f"{name}-vpc",
            name=settings.name,
            cidr_block=network.vpc_cidr,
            tags=settings.tags or None,
            opts=child,
        )
        ranges = {
            "": (settings.zone, network.subnet_cidr),
            **{f"-{zone}": (zone, network.subnet_of(zone)) for zone in sorted(settings.zones)},
        }
        self.vpc_id = vpc.id
        self.subnet_ids = [
            tencentcloud.subnet.Instance(
                f"{name}-subnet{suffix}",
                name=f"{settings.name}{suffix}",
                vpc_id=vpc.id,
                cidr_block=cidr,
                availability_zone=zone,
                tags=settings.tags or None,
                opts=child,
            ).id
            for suffix, (zone, cidr) in ranges.items()
        ]
        if network.nat:
            nat = TkeNatArgs(settings=settings, vpc_id=vpc.id, route_table_id=vpc.default_route_table_id)
            self.way_out = [TkeNat(f"{name}-nat", nat, child).route]
        return pulumi.Output.from_input(network.vpc_cidr)


def _accept(
    cidr: pulumi.Input[str], protocol: str, port: str, why: str
) -> tencentcloud.security.GroupRuleSetIngressArgs:
    return tencentcloud.security.GroupRuleSetIngressArgs(
        action="ACCEPT", cidr_block=cidr, protocol=protocol, port=port, description=why
    )


def _group(
    resource: str,
    name: str,
    description: str,
    ingresses: Sequence[tencentcloud.security.GroupRuleSetIngressArgs],
    opts: pulumi.ResourceOptions,
    *,
    tags: dict[str, str],
) -> pulumi.Output[str]:
    """A group with these rules and no other. Never one of the account's: a rule set wipes what it finds."""
    group = tencentcloud.security.Group(
        resource, name=name, description=description, tags=tags or None, opts=opts
    )
    rules = tencentcloud.security.GroupRuleSet(
        f"{resource}-rules",
        security_group_id=group.id,
        ingresses=ingresses,
        egresses=[
            tencentcloud.security.GroupRuleSetEgressArgs(
                action="ACCEPT", cidr_block="0.0.0.0/0", protocol="ALL", port="ALL", description="all"
            )
        ],
        opts=opts,
    )
    # Known when the rules are there: nothing is in the group before they are.
    return pulumi.Output.all(group.id, rules.id).apply(lambda ids: str(ids[0]))
