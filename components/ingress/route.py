"""A route: one path of the ingress controller that leads to one Service, and the URL it has from outside.

Its Ingress object and its certificate are in the controller's own namespace, and a Service there stands for
the one that it leads to: a controller that serves a namespace reads all Secrets of it, so it serves its own,
where nothing but certificates is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pulumi
import pulumi_kubernetes as kubernetes

from components.kube.backend import Backend
from components.kube.metadata import metadata
from components.kube.waiting import ADDRESS, NO_WAIT
from settings import Tls

NAME = "ingress-resource"  # the tutorial's


@dataclass(frozen=True, kw_only=True)
class IngressController:
    """An ingress controller, as a route sees it."""

    class_name: pulumi.Output[str]
    """The IngressClass that it serves."""
    address: pulumi.Output[str]
    """Its load balancer: an IP address, or the host name that some clouds give instead."""
    namespace: pulumi.Output[str]
    """Namespace of its pods, and the only one whose Ingress objects and Secrets it reads."""
    namespaces: Mapping[str, pulumi.Resource]
    """That namespace, by name; empty where a preview does not know the release that makes it."""
    ready: Sequence[pulumi.Resource] = ()
    """Resources that must exist before the controller's webhook admits an Ingress."""
    hooks_annotations: Mapping[str, str]
    """Annotations of the Ingress for deliveries: their limits, or where the controller has those elsewhere,
    one that lets no request past them."""


@dataclass(frozen=True, kw_only=True)
class RouteArgs:
    path: str
    path_type: Literal["Exact", "Prefix"] = "Exact"
    """Exact: the route serves that path only; Prefix: also all paths below it."""
    host: str
    """The only host name that the route answers to; empty: any, and the URL has the address."""
    tls: Tls | None
    """The host's certificate; None: plain HTTP."""
    controller: IngressController
    backend: Backend
    annotations: Mapping[str, str] = field(default_factory=dict)
    """Extra annotations on the Ingress."""
    object_name: str = ""
    """Name of the Ingress; empty: the route's own name."""


class Route(pulumi.ComponentResource):
    """An Ingress object with one path."""

    url: pulumi.Output[str]
    """Public URL of the route."""

    def __init__(self, name: str, args: RouteArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:route:Route", name, None, opts)
        service = kubernetes.core.v1.Service(
            f"{name}-backend",
            # A name has nothing to wait for. Its wait would also open the provider's watch of the namespace's
            # Services, from which the load balancer's own wait then takes the Service as it was before.
            metadata=metadata(
                f"{name}-backend", args.controller.namespace, component="route", annotations=NO_WAIT
            ),
            spec={
                "type": "ExternalName",
                "external_name": args.backend.host,
                "ports": [{"name": "web", "port": args.backend.port, "target_port": args.backend.port}],
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=args.controller.ready),
        )
        annotations = {**args.annotations, **ADDRESS}
        if args.tls and args.tls.cluster_issuer:
            annotations["cert-manager.io/cluster-issuer"] = args.tls.cluster_issuer
        ingress = kubernetes.networking.v1.Ingress(
            name,
            metadata=metadata(
                args.object_name or name,
                args.controller.namespace,
                component="route",
                annotations=annotations,
            ),
            spec=_spec(args, service.metadata.name),
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[*args.backend.ready, *args.controller.ready]
            ),
        )
        scheme = "https" if args.tls else "http"
        # The Ingress's id makes the URL wait for the route: who reads it may call it.
        self.url = pulumi.Output.all(args.host or args.controller.address, ingress.id).apply(
            lambda values: f"{scheme}://{values[0]}{args.path.rstrip('/')}"
        )
        self.register_outputs({"url": self.url})


def _spec(args: RouteArgs, service: pulumi.Output[str]) -> dict[str, Any]:
    """The Ingress's spec. `service`: the one that stands for the backend in the controller's namespace."""
    backend = {"service": {"name": service, "port": {"number": args.backend.port}}}
    rule: dict[str, Any] = {
        "http": {"paths": [{"path": args.path, "path_type": args.path_type, "backend": backend}]}
    }
    if args.host:
        rule["host"] = args.host
    spec: dict[str, Any] = {"ingress_class_name": args.controller.class_name, "rules": [rule]}
    if args.tls:
        spec["tls"] = [{"hosts": [args.host], "secret_name": args.tls.secret_name}]
    return spec


def load_balancer_address(status: Any) -> str:
    """The address in a Service's status; empty where there is none."""
    entries = status.load_balancer.ingress if status and status.load_balancer else None
    if not entries:
        return ""
    return str(entries[0].ip or entries[0].hostname or "")
