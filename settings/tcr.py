"""A registry of Tencent Cloud (TCR) for the images of a TKE cluster's builds."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from settings.types import Model, matches


class Tcr(Model):
    """A registry that is made with the cluster, or one that is there; the cluster's VPC is attached to it."""

    name: Annotated[
        str, matches(r"|[a-z0-9]([a-z0-9-]*[a-z0-9])?", "lower-case letters, digits and dashes")
    ] = Field(default="", description="name of a new registry, and the first part of its domain")
    instance_id: Annotated[str, matches(r"|tcr-[a-z0-9]+", "a registry's id, as tcr-1a2b3c4d")] = Field(
        default="", description="id of a registry that is there, with the namespace of registry.namespace"
    )
    edition: Literal["basic", "standard", "premium"] = Field(
        default="basic", description="edition of a new registry"
    )

    @model_validator(mode="after")
    def _check_registry(self) -> "Tcr":
        if bool(self.name) == bool(self.instance_id):
            raise ValueError("must have either name, of a new registry, or instanceId, of one that is there")
        return self
