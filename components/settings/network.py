"""The network of a TKE cluster."""

import ipaddress
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from components.settings.types import Cidr, Model, matches

# The only private ranges that TKE takes for pods.
POD_RANGES = [
    ipaddress.IPv4Network(text)
    for text in ("9.0.0.0/8", "10.0.0.0/8", "11.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
]


def _private(value: str) -> str:
    if not any(ipaddress.IPv4Network(value).subnet_of(one) for one in POD_RANGES):
        raise ValueError("must lie in 9.0.0.0/8, 10.0.0.0/8, 11.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16")
    return value


def inside(text: str, outer: str) -> bool:
    return ipaddress.IPv4Network(text).subnet_of(ipaddress.IPv4Network(outer))


def meet(text: str, other: str) -> bool:
    return ipaddress.IPv4Network(text).overlaps(ipaddress.IPv4Network(other))


PrivateCidr = Annotated[Cidr, AfterValidator(_private)]


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

    @model_validator(mode="after")
    def _fit(self) -> "Network":
        named = [key for key, value in (("vpcId", self.vpc_id), ("subnetId", self.subnet_id)) if value]
        if self.kind == "named" and len(named) < 2:
            raise ValueError("must name both vpcId and subnetId when its kind is named")
        if self.kind != "named" and named:
            raise ValueError(f"must have kind named when it has {' and '.join(named)}")
        if self.kind == "own" and not inside(self.subnet_cidr, self.vpc_cidr):
            raise ValueError(
                f"must have its subnetCidr {self.subnet_cidr} inside its vpcCidr {self.vpc_cidr}"
            )
        return self
