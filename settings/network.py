"""The network of a TKE cluster."""

import ipaddress
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from settings.types import Cidr, Model, allows, matches

# The only private ranges that TKE takes for pods.
POD_RANGES = [
    ipaddress.IPv4Network(text)
    for text in ("9.0.0.0/8", "10.0.0.0/8", "11.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
]


@allows("in 9.0.0.0/8, 10.0.0.0/8, 11.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16")
def _private(value: str) -> str:
    if not any(ipaddress.IPv4Network(value).subnet_of(block) for block in POD_RANGES):
        raise ValueError("must lie in 9.0.0.0/8, 10.0.0.0/8, 11.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16")
    return value


def inside(text: str, outer: str) -> bool:
    return ipaddress.IPv4Network(text).subnet_of(ipaddress.IPv4Network(outer))


def meet(text: str, other: str) -> bool:
    return ipaddress.IPv4Network(text).overlaps(ipaddress.IPv4Network(other))


PrivateCidr = Annotated[Cidr, AfterValidator(_private)]
SubnetId = Annotated[str, matches(r"subnet-[a-z0-9]+", "a subnet's id, as subnet-1a2b3c4d")]
GroupId = Annotated[str, matches(r"sg-[a-z0-9]+", "a security group's id, as sg-1a2b3c4d")]


class Network(Model):
    """Where the nodes are: in a VPC of the cluster's own, the account's Default VPC, or a named one."""

    kind: Literal["own", "default", "named"] = Field(
        default="own",
        description="own: a new VPC; default: the account's Default VPC; named: vpcId, subnetId",
    )
    vpc_cidr: PrivateCidr = Field(default="10.0.0.0/16", description="addresses of the VPC")
    subnet_cidr: PrivateCidr = Field(default="10.0.0.0/20", description="addresses of the nodes' subnet")
    vpc_id: Annotated[str, matches(r"|vpc-[a-z0-9]+", "a VPC's id, as vpc-1a2b3c4d")] = Field(
        default="", description="id of the VPC, for kind named"
    )
    subnet_id: Annotated[str, matches(r"|subnet-[a-z0-9]+", "a subnet's id, as subnet-1a2b3c4d")] = Field(
        default="", description="id of the nodes' subnet, for kind named"
    )
    subnet_ids: Annotated[tuple[SubnetId, ...], Field(strict=False)] = Field(
        default=(), description="ids of further subnets, of other zones, for kind named"
    )
    security_group_ids: Annotated[tuple[GroupId, ...], Field(strict=False)] = Field(
        default=(),
        description="ids of the nodes' security groups, the first rules first, for kind named; empty: one of "
        "the cluster's own",
    )
    nat: bool = Field(
        default=False,
        description="true: nodes have no public address, and a NAT gateway leads out; for kind own",
    )
    node_ports: Literal["world", "balancer"] = Field(
        default="world",
        description="who reaches the nodes' NodePorts: world: everybody; balancer: the load balancer alone",
    )

    @property
    def opens_node_ports(self) -> bool:
        """True when a group of this program lets the internet reach NodePorts, past a balancer."""
        return self.node_ports == "world" and not self.nat and not self.security_group_ids

    def subnet_of(self, zone: str) -> str:
        """The range of an own subnet in a further zone.

        It is the block of subnetCidr's size that has the zone's number, counted from subnetCidr, so that no
        other zone changes it.
        """
        first = ipaddress.IPv4Network(self.subnet_cidr)
        start = int(first.network_address) + int(zone.rpartition("-")[2]) * first.num_addresses
        return str(ipaddress.IPv4Network((start, first.prefixlen)))

    @model_validator(mode="after")
    def _check_subnet(self) -> "Network":
        named = [key for key, value in (("vpcId", self.vpc_id), ("subnetId", self.subnet_id)) if value]
        named_only = (("subnetIds", self.subnet_ids), ("securityGroupIds", self.security_group_ids))
        more = [key for key, value in named_only if value]
        if self.kind == "named" and len(named) < 2:
            raise ValueError("must name both vpcId and subnetId when its kind is named")
        if self.kind != "named" and (named or more):
            raise ValueError(f"must have kind named when it has {' and '.join([*named, *more])}")
        if len({self.subnet_id, *self.subnet_ids}) != 1 + len(self.subnet_ids):
            raise ValueError("must name each subnet once in subnetId and subnetIds")
        if self.kind != "own" and self.nat:
            raise ValueError("must have kind own when it has nat: the routes of another VPC are not its own")
        if self.kind == "own" and not inside(self.subnet_cidr, self.vpc_cidr):
            raise ValueError(
                f"must have its subnetCidr {self.subnet_cidr} inside its vpcCidr {self.vpc_cidr}"
            )
        return self
