"""The way out for nodes without a public address: a NAT gateway with one, and the VPC's route to it."""

from dataclasses import dataclass

import pulumi
import tencentcloud_iac_pulumi as tencentcloud

from settings.tke import Tke

MOST_MBPS = 100  # of an address that is billed by traffic, and of a gateway by default


@dataclass(frozen=True, kw_only=True)
class TkeNatArgs:
    settings: Tke
    vpc_id: pulumi.Input[str]
    route_table_id: pulumi.Input[str]
    """The VPC's default table, which its subnets have that name no other."""


class TkeNat(pulumi.ComponentResource):
    """A NAT gateway, and the route that leads there."""

    route: pulumi.Resource
    """Nodes without a public address reach nothing before it is there, nor once it is gone."""

    def __init__(self, name: str, args: TkeNatArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:tke:Nat", name, None, opts)
        settings = args.settings
        child = pulumi.ResourceOptions(parent=self)
        address = tencentcloud.eip.Instance(
            f"{name}-address",
            name=f"{settings.name}-nat",
            # A gateway takes no address that is billed otherwise.
            internet_charge_type="TRAFFIC_POSTPAID_BY_HOUR",
            internet_max_bandwidth_out=min(settings.nodes.bandwidth_mbps, MOST_MBPS),
            tags=settings.tags or None,
            opts=child,
        )
        gateway = tencentcloud.nat.Gateway(
            f"{name}-gateway",
            name=settings.name,
            vpc_id=args.vpc_id,
            assigned_eip_sets=[address.public_ip],
            tags=settings.tags or None,
            opts=child,
        )
        self.route = tencentcloud.route.TableEntry(
            f"{name}-route",
            route_table_id=args.route_table_id,
            destination_cidr_block="0.0.0.0/0",
            next_type="NAT",
            next_hub=gateway.id,
            description="nodes to the internet",
            opts=child,
        )
        self.register_outputs({})
