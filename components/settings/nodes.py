"""The nodes of a TKE cluster."""

from typing import Annotated

from pydantic import Field, model_validator

from components.settings.types import Model, matches

InstanceType = Annotated[str, matches(r"[A-Z][A-Z0-9]*\.[A-Z0-9]+", "a type of CVM instance, as S5.MEDIUM8")]


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
