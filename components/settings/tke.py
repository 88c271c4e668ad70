"""A managed cluster of Tencent Cloud, made by this program."""

import ipaddress
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from components.settings.levels import known
from components.settings.network import Network, PrivateCidr, meet
from components.settings.nodes import Nodes
from components.settings.types import ADOPT, Cidr, Model, matches, some

Region = Annotated[str, matches(r"[a-z]{2,3}(-[a-z]+)+", "a region of Tencent Cloud, as ap-hongkong")]
Zone = Annotated[str, matches(r"[a-z]{2,3}(-[a-z]+)+-\d{1,2}", "a zone of Tencent Cloud, as ap-hongkong-2")]
Version = Annotated[str, matches(r"1\.\d{2}\.\d{1,2}", "an exact version of Kubernetes in TKE, as 1.34.1")]
ClusterName = Annotated[
    str, matches(r"[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?", "1 to 20 lower-case letters, digits and dashes")
]
POD_BLOCK = 256  # addresses: TKE's defaults for the Services of a cluster, and for the pods of a node


class Tke(Model):
    """A managed cluster of Tencent Cloud, made by this program."""

    kind: Literal["tke"] = Field(description="tke: a cluster in Tencent Cloud, made by this program")
    name: ClusterName = Field(
        default="tekton-builds", description="the cluster's name, unique in the account"
    )
    region: Region = Field(default="ap-hongkong", description="region of Tencent Cloud")
    zone: Zone = Field(default="ap-hongkong-2", description="zone of the nodes, and of an own subnet")
    version: Version = Field(default="1.34.1", description="version of Kubernetes; another one upgrades")
    level: Annotated[str, AfterValidator(known)] = Field(
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
        if self.network.kind == "own" and meet(self.pod_cidr, self.network.vpc_cidr):
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
