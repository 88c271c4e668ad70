"""Which cluster everything goes into."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from components.settings.types import Cidr, Model, matches, some

Region = Annotated[str, matches(r"[a-z]{2,3}(-[a-z]+)+", "a region of Tencent Cloud, as ap-hongkong")]
Zone = Annotated[str, matches(r"[a-z]{2,3}(-[a-z]+)+-\d{1,2}", "a zone of Tencent Cloud, as ap-hongkong-2")]


class Existing(Model):
    """A cluster that somebody else made."""

    kind: Literal["existing"] = Field(description="existing: a cluster that a kubeconfig leads to")
    kubeconfig: str = Field(
        default="",
        description="path of the kubeconfig, relative to the project; empty: the secret `kubeconfig` has it",
    )


class Tke(Model):
    """A managed cluster of Tencent Cloud, with a network and nodes of its own."""

    kind: Literal["tke"] = Field(description="tke: a cluster in Tencent Cloud, made by this program")
    region: Region = Field(default="ap-hongkong", description="region of Tencent Cloud")
    zone: Zone = Field(default="ap-hongkong-2", description="zone of subnet and nodes")
    api_cidrs: Annotated[tuple[Cidr, ...], Field(strict=False), AfterValidator(some)] = Field(
        description="who may reach the public API server, as [203.0.113.7/32]"
    )


Cluster = Annotated[Existing | Tke, Field(discriminator="kind")]
