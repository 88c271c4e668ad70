"""The network of a TKE cluster: where its nodes are, and who may talk to whom."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import tencentcloud_iac_pulumi as tencentcloud

from components.settings.tke import Tke
from components.tke_account import Account

API_PORT = "443"
NODE_PORTS = "30000-32768"


@dataclass(frozen=True, kw_only=True)
class TkeNetworkArgs:
    settings: Tke
    account: Account
    """What can be asked of the cloud."""


class TkeNetwork(pulumi.ComponentResource):
    """A VPC and a subnet, of the cluster's own or found, and the security groups of API server and nodes."""

    vpc_id: pulumi.Output[str]
    subnet_id: pulumi.Output[str]
    api_group: pulumi.Output[str]
    """Security group of the public API server: from `apiCidrs`, and from nowhere else."""
    node_group: pulumi.Output[str]
    """Security group of the nodes."""

    def __init__(self, name: str, args: TkeNetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:tke:Network", name, None, opts)
        settings = args.settings
        child = pulumi.ResourceOptions(parent=self)
        network = settings.network
        if network.kind == "own":
            vpc = tencentcloud.vpc.Instance(
                f"{name}-vpc",
                name=settings.name,
                cidr_block=network.vpc_cidr,
                tags=settings.tags or None,
                opts=child,
            )
            subnet = tencentcloud.subnet.Instance(
                f"{name}-subnet",
                name=settings.name,
                vpc_id=vpc.id,
                cidr_block=network.subnet_cidr,
                availability_zone=settings.zone,
                tags=settings.tags or None,
                opts=child,
            )
            self.vpc_id, self.subnet_id = vpc.id, subnet.id
            node_cidr = pulumi.Output.from_input(network.vpc_cidr)
        elif network.kind == "default":
            found = args.account.default_network(settings.zone)
            self.vpc_id = found.apply(lambda one: one.vpc_id)
            self.subnet_id = found.apply(lambda one: one.subnet_id)
            node_cidr = found.apply(lambda one: one.cidr)
        else:
            self.vpc_id = pulumi.Output.from_input(network.vpc_id)
            self.subnet_id = pulumi.Output.from_input(network.subnet_id)
            node_cidr = args.account.vpc_cidr(network.vpc_id)
        self.api_group = _group(
            f"{name}-api",
            f"{settings.name}-api",
            "Who may reach the public API server",
            [_accept(cidr, "TCP", API_PORT, "apiCidrs") for cidr in settings.api_cidrs],
            child,
            tags=settings.tags,
        )
        self.node_group = _group(
            f"{name}-nodes",
            f"{settings.name}-nodes",
            "Nodes: their own network, pods, and load balancers",
            [
                _accept(settings.pod_cidr, "ALL", "ALL", "pods"),
                _accept(node_cidr, "ALL", "ALL", "nodes and the control plane"),
                # A load balancer passes the client's own address on, so nothing narrower can be said here.
                _accept("0.0.0.0/0", "TCP", NODE_PORTS, "load balancers"),
                _accept("0.0.0.0/0", "UDP", NODE_PORTS, "load balancers"),
                # Path MTU discovery stops working without it.
                _accept("0.0.0.0/0", "ICMP", "ALL", "path MTU"),
            ],
            child,
            tags=settings.tags,
        )
        self.register_outputs({"vpc_id": self.vpc_id, "subnet_id": self.subnet_id})


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
