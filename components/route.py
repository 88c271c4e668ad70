"""A route: one path of the ingress controller that leads to one Service, and the URL it has from outside."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.networking.v1 import IngressRuleArgsDict

from components.metadata import metadata


@dataclass(frozen=True, kw_only=True)
class Front:
    """An ingress controller, as a route sees it."""

    class_name: pulumi.Output[str]
    """The IngressClass that it serves."""
    address: pulumi.Output[str]
    """Its load balancer: an IP address, or the host name that some clouds give instead."""


@dataclass(frozen=True, kw_only=True)
class Backend:
    """A Service in the cluster."""

    namespace: pulumi.Output[str]
    service: pulumi.Output[str]
    port: int


@dataclass(frozen=True, kw_only=True)
class RouteArgs:
    path: str
    """The only path that the route answers to."""
    host: str
    """The only host name that the route answers to; empty: any, and the URL has the address."""
    front: Front
    backend: Backend
    after: Sequence[pulumi.Resource] = ()
    """What makes the Service: no value flows from it, as a controller in the cluster names the Service."""


class Route(pulumi.ComponentResource):
    """An Ingress object with one exact path."""

    url: pulumi.Output[str]
    """Where the route is reached from outside."""

    def __init__(self, name: str, args: RouteArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:route:Route", name, None, opts)
        rule: IngressRuleArgsDict = {
            "http": {
                "paths": [
                    {
                        "path": args.path,
                        "path_type": "Exact",
                        "backend": {
                            "service": {"name": args.backend.service, "port": {"number": args.backend.port}}
                        },
                    }
                ]
            }
        }
        if args.host:
            rule["host"] = args.host
        ingress = kubernetes.networking.v1.Ingress(
            name,
            metadata=metadata(f"route-{name}", args.backend.namespace, component="route"),
            spec={
                "ingress_class_name": args.front.class_name,
                "rules": [rule],
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=args.after),
        )
        # The Ingress's id makes the URL wait for the route: who reads it may call it.
        self.url = pulumi.Output.all(args.host or args.front.address, ingress.id).apply(
            lambda known: f"http://{known[0]}{args.path}"
        )
        self.register_outputs({"url": self.url})
