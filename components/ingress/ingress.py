"""The ingress controller, of the kind in the settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.ingress.endpoint import EndpointArgs
from components.ingress.hooks_limits import hooks_of
from components.ingress.nginx import Nginx, NginxArgs
from components.ingress.route import IngressController
from components.ingress.traefik import Traefik, TraefikArgs
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
    hooks: EndpointArgs
    """The endpoint of deliveries, whose limits the controller keeps."""
    priority: Priority
    annotations: Mapping[str, str]
    """Annotations of the load balancer's Service."""
    other_tls: bool = False
    """True when a route beside the endpoint of deliveries has a certificate."""


class Ingress(pulumi.ComponentResource):
    """The ingress controller behind its load balancer. The endpoints that it serves are made beside it."""

    controller: IngressController | None
    """The controller, for endpoints and routes; None for kind `none`."""
    namespaces: Mapping[str, pulumi.Resource]
    """The controller's, by name; empty without a controller."""

    def __init__(self, name: str, args: IngressArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:ingress:Ingress", name, None, opts)
        self.controller = self._controller(name, args)
        self.namespaces = self.controller.namespaces if self.controller else {}
        self.register_outputs({"address": self.controller.address if self.controller else None})

    def _controller(self, name: str, args: IngressArgs) -> IngressController | None:
        child = pulumi.ResourceOptions(parent=self)
        hooks, backend = hooks_of(args.settings, args.hooks.path), args.hooks.backend
        if args.settings.kind == "nginx":
            nginx = NginxArgs(
                manifest=args.manifest,
                priorities=args.priority.classes,
                hooks=hooks,
                annotations=args.annotations,
            )
            return Nginx(name, nginx, child).controller
        if args.settings.kind == "traefik":
            traefik = TraefikArgs(
                image=args.images.traefik,
                hooks=hooks,
                backend=pulumi.Output.concat(backend.host, ":", str(backend.port)),
                priority=args.priority.infrastructure,
                annotations=args.annotations,
                tls=hooks.tls or args.other_tls,
            )
            return Traefik(name, traefik, child).controller
        return None
