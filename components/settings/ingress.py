"""How the cluster is reached from outside."""

from typing import Annotated, Literal

from pydantic import Field

from components.settings.types import Model, matches


class Ingress(Model):
    kind: Literal["traefik"] = Field(default="traefik", description="the controller that serves class nginx")
    host: Annotated[str, matches(r"|[a-z0-9]([a-z0-9.-]*[a-z0-9])?", "a host name in lower case")] = Field(
        default="", description="host name of the webhook's URL; empty: the load balancer's address"
    )
