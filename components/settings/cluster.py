"""Which cluster everything goes into."""

import ipaddress
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from components.settings.types import Cidr, Model, matches, some

Region = Annotated[str, matches(r"[a-z]{2,3}(-[a-z]+)+", "a region of Tencent Cloud, as ap-hongkong")]
Zone = Annotated[str, matches(r"[a-z]{2,3}(-[a-z]+)+-\d{1,2}", "a zone of Tencent Cloud, as ap-hongkong-2")]
Version = Annotated[str, matches(r"1\.\d{2}\.\d{1,2}", "an exact version of Kubernetes in TKE, as 1.34.1")]
InstanceType = Annotated[str, matches(r"[A-Z][A-Z0-9]*\.[A-Z0-9]+", "a type of CVM instance, as S5.MEDIUM8")]
ClusterName = Annotated[
    str, matches(r"[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?", "1 to 20 lower-case letters, digits and dashes")
]
ADOPT = Field(
    default=False,
    description="true: objects that are in the cluster and not in the stack's state are taken over",
)
# The only private ranges that TKE takes for pods.
POD_RANGES = [
    ipaddress.IPv4Network(text)
    for text in ("9.0.0.0/8", "10.0.0.0/8", "11.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
]

POD_BLOCK = 256  # addresses: TKE's defaults for the Services of a cluster, and for the pods of a node


def _private(value: str) -> str:
    if not any(ipaddress.IPv4Network(value).subnet_of(one) for one in POD_RANGES):
        raise ValueError("must lie in 9.0.0.0/8, 10.0.0.0/8, 11.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16")
    return value


def _inside(text: str, outer: str) -> bool:
    return ipaddress.IPv4Network(text).subnet_of(ipaddress.IPv4Network(outer))


def _meet(text: str, other: str) -> bool:
    return ipaddress.IPv4Network(text).overlaps(ipaddress.IPv4Network(other))


PrivateCidr = Annotated[Cidr, AfterValidator(_private)]


class Existing(Model):
    """A cluster that somebody else made."""

    kind: Literal["existing"] = Field(description="existing: a cluster that a kubeconfig leads to")
    kubeconfig: str = Field(
        default="",
        description="path of the kubeconfig, relative to the project; empty: the secret `kubeconfig` has it",
    )
    context: str = Field(default="", description="context of the kubeconfig; empty: its current one")
    adopt: bool = ADOPT


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
        if self.kind == "own" and not _inside(self.subnet_cidr, self.vpc_cidr):
            raise ValueError(
                f"must have its subnetCidr {self.subnet_cidr} inside its vpcCidr {self.vpc_cidr}"
            )
        return self


class Nodes(Model):
    """The nodes that builds run on. There are as many as the builds need, between a least and a most."""

    instance_type: InstanceType = Field(default="S5.MEDIUM8", description="type of a node, 2 cores and 8 GiB")
    os: str = Field(default="tlinux3.1x86_64", description="public image of the nodes, TencentOS Server 3.1")
    least: Annotated[int, Field(ge=1, le=100)] = Field(default=1, description="nodes there always are")
    most: Annotated[int, Field(ge=1, le=100)] = Field(default=3, description="nodes there are at most")
    disk_gib: Annotated[int, Field(ge=50, le=1024)] = Field(default=50, description="system disk, in GiB")
    bandwidth_mbps: Annotated[int, Field(ge=1, le=200)] = Field(
        default=100, description="most bandwidth to the internet, billed by traffic, in Mbps"
    )

    @model_validator(mode="after")
    def _ordered(self) -> "Nodes":
        if self.least > self.most:
            raise ValueError(f"must have its least {self.least} no larger than its most {self.most}")
        return self


class Tke(Model):
    """A managed cluster of Tencent Cloud, made by this program."""

    kind: Literal["tke"] = Field(description="tke: a cluster in Tencent Cloud, made by this program")
    name: ClusterName = Field(
        default="tekton-builds", description="the cluster's name, unique in the account"
    )
    region: Region = Field(default="ap-hongkong", description="region of Tencent Cloud")
    zone: Zone = Field(default="ap-hongkong-2", description="zone of the nodes, and of an own subnet")
    version: Version = Field(default="1.34.1", description="version of Kubernetes; another one upgrades")
    level: Annotated[str, matches(r"L\d{1,4}", "a size of managed cluster, as L5")] = Field(
        default="L5", description="size of the managed control plane: L5 manages up to 5 nodes"
    )
    auto_upgrade_level: bool = Field(
        default=True,
        description="true: the cloud raises the level, and its price, when the cluster outgrows it",
    )
    api_cidrs: Annotated[tuple[Cidr, ...], Field(strict=False), AfterValidator(some)] = Field(
        description="who may reach the public API server, as [203.0.113.7/32]"
    )
    network: Network = Field(default=Network(), description="the nodes' network: {kind, vpcCidr, subnetCidr}")
    pod_cidr: PrivateCidr = Field(default="172.20.0.0/16", description="addresses of pods and Services")
    nodes: Nodes = Field(default=Nodes(), description="the nodes: {instanceType, least, most, ...}")
    adopt: bool = ADOPT
    deletion_protection: bool = Field(
        default=True, description="true: `pulumi destroy` is refused until this is false and applied"
    )

    @model_validator(mode="after")
    def _fit(self) -> "Tke":
        if self.zone.rpartition("-")[0] != self.region:
            raise ValueError(f"must have its zone {self.zone} in its region {self.region}")
        if self.network.kind == "own" and _meet(self.pod_cidr, self.network.vpc_cidr):
            raise ValueError(
                f"must have its podCidr {self.pod_cidr} apart from the network's vpcCidr "
                f"{self.network.vpc_cidr}"
            )
        room = 2 ** (32 - ipaddress.IPv4Network(self.pod_cidr).prefixlen) // POD_BLOCK
        if room < self.nodes.most + 1:
            raise ValueError(
                f"must have a larger podCidr than {self.pod_cidr} for {self.nodes.most} nodes: Services and "
                f"each node take {POD_BLOCK} addresses of it"
            )
        minor = int(self.version.split(".")[1])
        if minor % 2:
            raise ValueError(
                f"must have an even minor version, as TKE has no odd ones, and not {self.version}"
            )
        return self


Cluster = Annotated[Existing | Tke, Field(discriminator="kind")]
