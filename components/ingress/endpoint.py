"""The public URL of the Service that takes deliveries."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.ingress.load_balancer_service import LoadBalancerService, LoadBalancerServiceArgs
from components.ingress.route import NAME, IngressController, Route, RouteArgs
from components.kube.backend import Backend
from settings import Ingress as IngressSettings

LOAD_BALANCER = "ingress"  # the name in the state of every stack without a controller


@dataclass(frozen=True, kw_only=True)
class EndpointArgs:
    settings: IngressSettings
    path: str
    """The one path that leads in."""
    backend: Backend
    """Service that the path leads to."""
    annotations: Mapping[str, str]
    """Annotations of a load balancer of its own."""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A path that is reached from outside."""

    url: pulumi.Output[str]
    """Public URL of the path."""
    address: pulumi.Output[str]
    """The load balancer: an IP address, or the host name that some clouds give instead."""


def create_endpoint(
    name: str, args: EndpointArgs, controller: IngressController | None, opts: pulumi.ResourceOptions
) -> Endpoint:
    """Makes a route of the controller, or where it is None a Service with a load balancer of its own."""
    if controller is None:
        service_args = LoadBalancerServiceArgs(
            path=args.path,
            host=args.settings.host,
            backend=args.backend,
            annotations=args.annotations,
            source_ranges=args.settings.source_ranges,
        )
        service = LoadBalancerService(LOAD_BALANCER, service_args, opts)
        return Endpoint(url=service.url, address=service.address)
    route_args = RouteArgs(
        path=args.path,
        host=args.settings.host,
        tls=args.settings.tls,
        controller=controller,
        backend=args.backend,
        object_name=NAME,
        annotations=controller.hooks_annotations,
    )
    return Endpoint(url=Route(name, route_args, opts).url, address=controller.address)
