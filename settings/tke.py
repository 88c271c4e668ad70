"""A managed cluster of Tencent Cloud, made by this program."""

import ipaddress
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from settings.levels import listed_level
from settings.logs import Logs
from settings.network import Network, PrivateCidr, inside, meet
from settings.nodes import Nodes
from settings.tags import Tags
from settings.tcr import Tcr
from settings.types import ADOPT, Cidr, Model, matches

Region = Annotated[str, matches(r"[a-z]{2,3}(-[a-z]+)+", "a region of Tencent Cloud, as ap-hongkong")]
Zone = Annotated[str, matches(r"[a-z]{2,3}(-[a-z]+)+-\d{1,2}", "a zone of Tencent Cloud, as ap-hongkong-2")]
Version = Annotated[str, matches(r"1\.\d{2}\.\d{1,2}", "an exact version of Kubernetes in TKE, as 1.34.1")]
ClusterName = Annotated[
    str, matches(r"[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?", "1 to 20 lower-case letters, digits and dashes")
]
AddonName = Annotated[
    str,
    matches(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?", "the name of an add-on, letters, digits and dashes"),
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
    zones: Annotated[tuple[Zone, ...], Field(strict=False)] = Field(
        default=(), description="further zones of the nodes, each with a subnet, as [ap-hongkong-3]"
    )
    version: Version = Field(default="1.34.1", description="version of Kubernetes; another one upgrades")
    level: Annotated[str, AfterValidator(listed_level)] = Field(
        default="L5", description="size of the managed control plane: L5 manages up to 5 nodes"
    )
    auto_upgrade_level: bool = Field(
        default=True,
        description="true: the cloud raises the level, and its price, when the cluster outgrows it",
    )
    upgrade_nodes: bool = Field(
        default=False, description="true: nodes are upgraded after the control plane, one after the other"
    )
    endpoint: Literal["public", "private", "both"] = Field(
        default="public",
        description="where the API server is reached: public: from apiCidrs; private: from the VPC; both",
    )
    api_cidrs: Annotated[tuple[Cidr, ...], Field(strict=False)] = Field(
        default=(), description="who may reach the public API server, as [203.0.113.7/32]"
    )
    network: Network = Field(default=Network(), description="the nodes' network: {kind, vpcCidr, ...}")
    pod_cidr: PrivateCidr = Field(default="172.20.0.0/16", description="addresses of pods and Services")
    nodes: Nodes = Field(default=Nodes(), description="the nodes: {instanceType, minNodes, maxNodes, ...}")
    super_nodes: bool = Field(
        default=False, description="true: pods for which no node has room run on super nodes"
    )
    tags: Tags = Field(
        default={}, description="tags of all that is made in the account: {cost-center: builds}"
    )
    addons: dict[AddonName, str] = Field(
        default={},
        description="version of each add-on of TKE by its name; empty: the newest: {NAME: VERSION}",
    )
    tcr: Tcr | None = Field(
        default=None, description="the registry, where it is Tencent Cloud's: {name} or {instanceId}"
    )
    logs: Logs = Field(default=Logs(), description="what goes to CLS: {builds, events, audit, days}")
    adopt: bool = ADOPT
    deletion_protection: bool = Field(
        default=True,
        description="true: no destroy and no replacement until this is false and applied",
    )

    @property
    def enforces_network_policies(self) -> bool:
        """True when one of the add-ons is TKE's for NetworkPolicies, however its name is spelt."""
        return any(name.replace("-", "").lower() == "networkpolicy" for name in self.addons)

    @property
    def is_public(self) -> bool:
        """True when the API server is reached from the internet."""
        return self.endpoint != "private"

    @property
    def is_private(self) -> bool:
        """True when the API server is reached from inside the VPC, by an endpoint there."""
        return self.endpoint != "public"

    @model_validator(mode="after")
    def _reachable(self) -> "Tke":
        if self.is_public and not self.api_cidrs:
            raise ValueError(
                "must have apiCidrs, who may reach the public API server, as [203.0.113.7/32], or endpoint "
                "private"
            )
        if not self.is_public and self.api_cidrs:
            raise ValueError("must have no apiCidrs when its endpoint is private: only its VPC reaches it")
        return self

    @model_validator(mode="after")
    def _zoned(self) -> "Tke":
        for zone in self.zones:
            if zone.rpartition("-")[0] != self.region:
                raise ValueError(f"must have its zone {zone} in its region {self.region}")
        if len({self.zone, *self.zones}) != 1 + len(self.zones):
            raise ValueError("must name each zone once in zone and zones")
        if self.zones and self.network.kind == "named":
            raise ValueError(
                "must have no zones when its network is named: they are those of network.subnetIds"
            )
        for zone in self.zones if self.network.kind == "own" else ():
            if not inside(block := self.network.subnet_of(zone), self.network.vpc_cidr):
                raise ValueError(
                    f"must have room for the subnet {block} of {zone} in its vpcCidr "
                    f"{self.network.vpc_cidr}: give network a smaller subnetCidr or a larger vpcCidr"
                )
        return self

    @model_validator(mode="after")
    def _check_cluster(self) -> "Tke":
        if self.zone.rpartition("-")[0] != self.region:
            raise ValueError(f"must have its zone {self.zone} in its region {self.region}")
        if self.network.kind == "own" and meet(self.pod_cidr, self.network.vpc_cidr):
            raise ValueError(
                f"must have its podCidr {self.pod_cidr} apart from the network's vpcCidr "
                f"{self.network.vpc_cidr}"
            )
        room = 2 ** (32 - ipaddress.IPv4Network(self.pod_cidr).prefixlen) // POD_BLOCK
        if room < self.nodes.max_nodes + 1:
            raise ValueError(
                f"must have a larger podCidr than {self.pod_cidr} for {self.nodes.max_nodes} nodes: Services "
                f"and each node take {POD_BLOCK} addresses of it"
            )
        minor = int(self.version.split(".")[1])
        if minor % 2:
            raise ValueError(
                f"must have an even minor version, as TKE has no odd ones, and not {self.version}"
            )
        return self
