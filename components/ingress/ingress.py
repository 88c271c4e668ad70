"""The way from the internet into the cluster, of the kind in the settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.ingress import nginx as ingress_nginx
from components.ingress import traefik as ingress_traefik
from components.ingress.hooks_limits import Hooks, closed_annotations, nginx_annotations
from components.ingress.load_balancer_service import LoadBalancerService, LoadBalancerServiceArgs
from components.ingress.nginx import Nginx, NginxArgs
from components.ingress.route import NAME, IngressController, Route, RouteArgs
from components.ingress.traefik import Traefik, TraefikArgs
from components.kube.backend import Backend
from components.kube.priority import Priority
from releases.manifest import Object
from settings import Images
from settings import Ingress as IngressSettings


@dataclass(frozen=True, kw_only=True)
class IngressArgs:
    settings: IngressSettings
    images: Images
    manifest: Sequence[Object] | None
    """The controller's release, for kind nginx; None where a preview could not have it."""
    path: str
    """The one path that leads in."""
    backend: Backend
    """Service that the path leads to."""
    priority: Priority
    annotations: Mapping[str, str]
    """Annotations of the load balancer's Service."""
    other_tls: bool = False
    """True when another route has a certificate."""
    depends_on: Sequence[pulumi.Resource] = ()
    """Resources that make the Service, when a controller in the cluster makes it."""


class Ingress(pulumi.ComponentResource):
    """One path into the cluster."""

    url: pulumi.Output[str]
    """Public URL of the path."""
    address: pulumi.Output[str]
    """The load balancer: an IP address, or the host name that some clouds give instead."""
    namespaces: Mapping[str, pulumi.Resource]
    """The controller's, by name."""
    controller: IngressController | None = None
    """The controller, for other routes; None where there is none."""

    def __init__(self, name: str, args: IngressArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:ingress:Ingress", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        ingress = args.settings
        self.namespaces = {}
        if ingress.kind == "none":
            service = LoadBalancerService(
                name,
                LoadBalancerServiceArgs(
                    path=args.path,
                    host=ingress.host,
                    backend=args.backend,
                    annotations=args.annotations,
                    source_ranges=ingress.source_ranges,
                    depends_on=args.depends_on,
                ),
                child,
            )
            self.url, self.address = service.url, service.address
        else:
            hooks = Hooks(
                path=args.path,
                host=ingress.host,
                tls=ingress.tls is not None,
                source_ranges=ingress.source_ranges,
            )
            self.controller = self._controller(name, args, hooks, child)
            if self.controller.home:
                controller_namespace = (
                    ingress_nginx.NAMESPACE if ingress.kind == "nginx" else ingress_traefik.NAMESPACE
                )
                self.namespaces = {controller_namespace: self.controller.home}
            route = RouteArgs(
                path=args.path,
                host=ingress.host,
                tls=ingress.tls,
                controller=self.controller,
                backend=args.backend,
                object_name=NAME,
                # Traefik's own file leads to the listener; its Ingress object must not, past all limits.
                annotations=nginx_annotations(hooks) if ingress.kind == "nginx" else closed_annotations(),
                depends_on=args.depends_on,
            )
            self.url, self.address = Route("hooks", route, child).url, self.controller.address
        self.register_outputs({"url": self.url, "address": self.address})

    def _controller(
        self, name: str, args: IngressArgs, hooks: Hooks, child: pulumi.ResourceOptions
    ) -> IngressController:
        if args.settings.kind == "nginx":
            nginx = NginxArgs(
                manifest=args.manifest, priorities=args.priority.classes, annotations=args.annotations
            )
            return Nginx(name, nginx, child).controller
        traefik = TraefikArgs(
            image=args.images.traefik,
            hooks=hooks,
            backend=pulumi.Output.concat(args.backend.host, ":", str(args.backend.port)),
            priority=args.priority.infrastructure,
            annotations=args.annotations,
            tls=hooks.tls or args.other_tls,
        )
        return Traefik(name, traefik, child).controller
