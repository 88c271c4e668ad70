"""How the cluster is reached from outside."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from components.settings.types import Model, matches

HostName = Annotated[str, matches(r"|[a-z0-9]([a-z0-9.-]*[a-z0-9])?", "a host name in lower case")]


class Tls(Model):
    """Where the host's certificate comes from."""

    secret_name: Annotated[
        str, matches(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", "a name of a Secret, in lower case")
    ] = Field(
        description="Secret of type kubernetes.io/tls in the namespace builds-webhook, the "
        "Dashboard's in dashboard"
    )
    cluster_issuer: str = Field(
        default="", description="cert-manager's ClusterIssuer that fills the Secret; empty: you fill it"
    )


class LoadBalancer(Model):
    """The cloud's load balancer in front."""

    annotations: Mapping[str, str] = Field(
        default={}, description="annotations of its Service, by which a cloud is told what to make"
    )


class Ingress(Model):
    kind: Literal["nginx", "traefik", "none"] = Field(
        default="nginx",
        description="nginx: ingress-nginx; traefik: Traefik, serving class nginx; none: the listener's own "
        "load balancer",
    )
    host: HostName = Field(
        default="", description="host name of the webhook's URL; empty: the load balancer's address"
    )
    tls: Tls | None = Field(default=None, description="the host's certificate: {secretName, clusterIssuer}")
    load_balancer: LoadBalancer = Field(
        default=LoadBalancer(), description="the load balancer in front: {annotations}"
    )

    @model_validator(mode="after")
    def _fit(self) -> "Ingress":
        if self.tls and not self.host:
            raise ValueError("must have a host when it has tls: a certificate is a host name's")
        if self.tls and self.kind == "none":
            raise ValueError("must have kind nginx or traefik when it has tls: nothing else ends it here")
        return self
