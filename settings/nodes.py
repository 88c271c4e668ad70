"""The nodes of a TKE cluster."""

from base64 import b64encode
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from settings.types import Model, allows, matches

InstanceType = Annotated[
    str, matches(r"[A-Za-z][A-Za-z0-9]*\.[A-Za-z0-9]+", "a type of CVM instance, as S5.MEDIUM8")
]
MOST_TYPES = 10  # of a pool, the first of them among them (tencentcloud-sdk-go, as/v20180419, InstanceTypes)
USER_DATA_BYTES = 16 * 1024  # in Base64 (schema of kubernetes_node_pool, node_config.user_data)


class Spot(Model):
    """Spot instances, which the cloud sells cheaper and takes back when it needs them."""

    max_price: Annotated[str, matches(r"\d+(\.\d+)?", 'a decimal number in quotes, as "0.05"')] = Field(
        description='most that an hour of a node may cost, in quotes, as "0.05"'
    )


@allows(f"at most {USER_DATA_BYTES} bytes in Base64")
def _small(text: str) -> str:
    size = len(b64encode(text.encode()))
    if size > USER_DATA_BYTES:
        raise ValueError(f"must have at most {USER_DATA_BYTES} bytes in Base64, and has {size}")
    return text


class Nodes(Model):
    """The nodes that builds run on. There are as many as the builds need, from minNodes to maxNodes."""

    instance_type: InstanceType = Field(default="S5.MEDIUM8", description="type of a node, 2 cores and 8 GiB")
    backup_instance_types: Annotated[tuple[InstanceType, ...], Field(strict=False)] = Field(
        default=(), description="types that are taken when the first one is sold out: [SA2.MEDIUM8]"
    )
    os: str = Field(
        default="",
        description="image of the nodes, as tlinux4_x86_64_public, or a private one's id; empty: what the "
        "stack's nodes have, and tlinux4_x86_64_public for a new stack",
    )
    min_nodes: Annotated[int, Field(ge=1, le=100)] = Field(default=1, description="least number of nodes")
    max_nodes: Annotated[int, Field(ge=1, le=100)] = Field(
        default=3,
        description="most nodes; those above `minNodes` come with the builds, and go 10 minutes after",
    )
    spot: Spot | None = Field(
        default=None, description="the nodes above `minNodes` are spot instances: {maxPrice}"
    )
    disk_gib: Annotated[int, Field(ge=50, le=1024)] = Field(default=50, description="system disk, in GiB")
    bandwidth_mbps: Annotated[int, Field(ge=1, le=200)] = Field(
        default=100, description="most bandwidth to the internet, in Mbps"
    )
    # BANDWIDTH_PREPAID, by the month, is none for nodes that come and go.
    internet_charge_type: Literal[
        "TRAFFIC_POSTPAID_BY_HOUR", "BANDWIDTH_POSTPAID_BY_HOUR", "BANDWIDTH_PACKAGE"
    ] = Field(default="TRAFFIC_POSTPAID_BY_HOUR", description="how the bandwidth is billed")
    bandwidth_package_id: Annotated[
        str, matches(r"|bwp-[a-z0-9]+", "empty, or a bandwidth package's id, as bwp-1a2b3c4d")
    ] = Field(default="", description="bandwidth package of the nodes, for BANDWIDTH_PACKAGE")
    user_data: Annotated[str, AfterValidator(_small)] = Field(
        default="", description="script that a new node runs once Kubernetes is on it; no secrets"
    )

    @model_validator(mode="after")
    def _ordered(self) -> "Nodes":
        if self.min_nodes > self.max_nodes:
            raise ValueError(
                f"must have its minNodes {self.min_nodes} no larger than its maxNodes {self.max_nodes}"
            )
        return self

    @model_validator(mode="after")
    def _check_sizes(self) -> "Nodes":
        types = [name.upper() for name in (self.instance_type, *self.backup_instance_types)]
        if twice := sorted({name for name in types if types.count(name) > 1}):
            raise ValueError(
                f"must have every type once in instanceType and backupInstanceTypes, and {', '.join(twice)} "
                "stands there more than once"
            )
        if len(types) > MOST_TYPES:
            raise ValueError(f"must have at most {MOST_TYPES - 1} backupInstanceTypes")
        if self.spot and self.min_nodes == self.max_nodes:
            raise ValueError(
                "must have a maxNodes above its minNodes with spot: the nodes above `minNodes` are spot"
            )
        if self.bandwidth_package_id and self.internet_charge_type != "BANDWIDTH_PACKAGE":
            raise ValueError("must have internetChargeType BANDWIDTH_PACKAGE when it has bandwidthPackageId")
        return self
