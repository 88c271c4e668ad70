"""Settings of the access from outside."""

import ipaddress
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from settings.types import Model, allows, matches


@allows("an IPv4 or IPv6 range by its first address")
def source_range(value: str) -> str:
    """A range of either family: forges publish both."""
    try:
        return str(ipaddress.ip_network(value))
    except ValueError:
        raise ValueError(
            "must be a range by its first address, as 192.30.252.0/22 or 2a0a:a440::/29"
        ) from None


SourceRange = Annotated[str, AfterValidator(source_range)]
HostName = Annotated[str, matches(r"|[a-z0-9]([a-z0-9.-]*[a-z0-9])?", "a host name in lower case")]


class Tls(Model):
    """Where the host's certificate comes from."""

    secret_name: Annotated[
        str, matches(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", "a name of a Secret, in lower case")
    ] = Field(
        description="Secret of type kubernetes.io/tls in the ingress controller's namespace, the only one "
        "whose Secrets it reads: ingress, or ingress-nginx where the kind is nginx"
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
    kind: Literal["traefik", "nginx", "none"] = Field(
        default="traefik",
        description="traefik: Traefik, serving class nginx; nginx: ingress-nginx, which is retired; none: "
        "the listener's own load balancer",
    )
    accept_retired: bool = Field(
        default=False,
        description="true: ingress-nginx may be the controller, although its project is retired and nobody "
        "mends it",
    )
    host: HostName = Field(
        default="", description="host name of the webhook's URL; empty: the load balancer's address"
    )
    tls: Tls | None = Field(default=None, description="the host's certificate: {secretName, clusterIssuer}")
    source_ranges: Annotated[tuple[SourceRange, ...], Field(strict=False)] = Field(
        default=(),
        description="addresses that may call the webhook, as the forge publishes them; empty: all. The "
        "Dashboard's are not limited by it",
    )
    load_balancer: LoadBalancer = Field(
        default=LoadBalancer(), description="the load balancer in front: {annotations}"
    )

    @property
    def has_kind(self) -> bool:
        """True when the stack sets the kind; False: it has the default."""
        return "kind" in self.model_fields_set

    @model_validator(mode="after")
    def _check_kind(self) -> "Ingress":
        if self.tls and not self.host:
            raise ValueError("must have a host when it has tls: a certificate is a host name's")
        if self.tls and self.kind == "none":
            raise ValueError("must have kind nginx or traefik when it has tls: nothing else ends it here")
        return self
