"""What stands between the internet and the cluster, of whatever kind the settings say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components import ingress_nginx, ingress_traefik, settings
from components.exposed import Exposed, ExposedArgs
from components.hooks_limits import Hooks, closed_annotations, nginx_annotations
from components.ingress_nginx import Nginx, NginxArgs
from components.ingress_traefik import Traefik, TraefikArgs
from components.manifest import Object
from components.priority import Priority
from components.route import NAME, Backend, Front, Route, RouteArgs

RELEASE = "ingress-nginx"


def release(chosen: settings.Ingress) -> list[str]:
    """The one release that the settings mean, if any."""
    return [RELEASE] if chosen.kind == "nginx" else []


@dataclass(frozen=True, kw_only=True)
class IngressArgs:
    chosen: settings.Ingress
    images: settings.Images
    manifest: Sequence[Object] | None
    """The controller's release, for kind nginx; None where a preview could not have it."""
    path: str
    """The one path that leads in."""
    backend: Backend
    """Where it leads."""
    priority: Priority
    annotations: Mapping[str, str]
    """Of the Service that a load balancer is made for."""
    other_tls: bool = False
    """Whether another route has a certificate."""
    after: Sequence[pulumi.Resource] = ()
    """What makes the Service there: no value flows from it, as a controller in the cluster names it."""


class Ingress(pulumi.ComponentResource):
    """One path into the cluster."""

    url: pulumi.Output[str]
    """Where the path is reached from outside."""
    address: pulumi.Output[str]
    """The load balancer: an IP address, or the host name that some clouds give instead."""
    namespaces: Mapping[str, pulumi.Resource]
    """The controller's, by name."""
    front: Front | None = None
    """The controller, for other routes; None where there is none."""

    def __init__(self, name: str, args: IngressArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:ingress:Ingress", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        chosen = args.chosen
        self.namespaces = {}
        if chosen.kind == "none":
            exposed = Exposed(
                name,
                ExposedArgs(
                    path=args.path,
                    host=chosen.host,
                    backend=args.backend,
                    annotations=args.annotations,
                    source_ranges=chosen.source_ranges,
                    after=args.after,
                ),
                child,
            )
            self.url, self.address = exposed.url, exposed.address
        else:
            hooks = Hooks(
                path=args.path,
                host=chosen.host,
                tls=chosen.tls is not None,
                source_ranges=chosen.source_ranges,
            )
            self.front = self._front(name, args, hooks, child)
            if self.front.home:
                own = ingress_nginx.NAMESPACE if chosen.kind == "nginx" else ingress_traefik.NAMESPACE
                self.namespaces = {own: self.front.home}
            route = RouteArgs(
                path=args.path,
                host=chosen.host,
                tls=chosen.tls,
                front=self.front,
                backend=args.backend,
                object_name=NAME,
                # Traefik's own file leads to the listener; its Ingress object must not, past all limits.
                annotations=nginx_annotations(hooks) if chosen.kind == "nginx" else closed_annotations(),
                after=args.after,
            )
            self.url, self.address = Route("hooks", route, child).url, self.front.address
        self.register_outputs({"url": self.url, "address": self.address})

    def _front(self, name: str, args: IngressArgs, hooks: Hooks, child: pulumi.ResourceOptions) -> Front:
        if args.chosen.kind == "nginx":
            nginx = NginxArgs(
                manifest=args.manifest, priorities=args.priority.classes, annotations=args.annotations
            )
            return Nginx(name, nginx, child).front
        traefik = TraefikArgs(
            image=args.images.traefik,
            hooks=hooks,
            backend=pulumi.Output.concat(args.backend.host, ":", str(args.backend.port)),
            priority=args.priority.infrastructure,
            annotations=args.annotations,
            tls=hooks.tls or args.other_tls,
        )
        return Traefik(name, traefik, child).front
