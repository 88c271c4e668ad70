"""ingress-nginx from its release manifest, behind a load balancer that can be told what to be.

The project is retired: the manifest is its last. Traefik takes the same Ingress objects.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi.output import UNKNOWN

from components.kube.objects import Objects, ObjectsArgs
from components.kube.waiting import ADDRESS, NO_WAIT, annotated
from components.route import Front, load_balancer_address

CLASS = "nginx"
NAMESPACE, SERVICE = "ingress-nginx", "ingress-nginx-controller"
RUNNING = ("Deployment", "DaemonSet", "Job")

Object = dict[str, Any]


class NginxError(pulumi.RunError):
    """A manifest that is not ingress-nginx's; one sentence."""


@dataclass(frozen=True, kw_only=True)
class NginxArgs:
    manifest: Sequence[Object] | None
    """The release's objects; None: a preview could not have them."""
    annotations: Mapping[str, str]
    """Of the Service that a load balancer is made for, beside the manifest's own."""


class Nginx(pulumi.ComponentResource):
    """The controller, ready: what depends on it is admitted by its webhook."""

    front: Front
    """What a route must know of it."""

    def __init__(self, name: str, args: NginxArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:ingress:Nginx", name, None, opts)
        pulumi.log.warn(
            "ingress.kind is 'nginx': ingress-nginx is retired and gets no more fixes; `traefik` serves the "
            "same Ingress objects"
        )
        child = pulumi.ResourceOptions(parent=self)
        if args.manifest is None:
            unknown: pulumi.Output[str] = pulumi.Output.from_input(cast(str, UNKNOWN))
            self.front = Front(
                class_name=pulumi.Output.from_input(CLASS),
                address=unknown,
                namespace=pulumi.Output.from_input(NAMESPACE),
                home=None,
            )
            self.register_outputs({})
            return
        service, others = divided(args.manifest)
        namespaces = [one for one in others if one["kind"] == "Namespace"]
        home = Objects(f"{name}-namespace", ObjectsArgs(objects=namespaces), child)
        controller = ObjectsArgs(
            objects=[one for one in others if one["kind"] != "Namespace"],
            namespaces=home.namespaces,
            # The Jobs put the webhook's certificate into its configuration, which must be there.
            last=RUNNING,
        )
        running = Objects(f"{name}-controller", controller, child).resources
        meta = service["metadata"]
        annotations = {**meta.get("annotations", {}), **args.annotations, **ADDRESS}
        balancer = kubernetes.core.v1.Service(
            f"{name}-service",
            metadata={**meta, "annotations": annotations},
            spec=service["spec"],
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=running, deleted_with=home.namespaces.get(NAMESPACE)
            ),
        )
        self.front = Front(
            class_name=pulumi.Output.from_input(CLASS),
            address=balancer.status.apply(load_balancer_address),
            namespace=pulumi.Output.from_input(NAMESPACE),
            home=home.namespaces.get(NAMESPACE),
            ready=running,
        )
        self.register_outputs({"address": self.front.address})


def divided(manifest: Sequence[Object]) -> tuple[Object, list[Object]]:
    """The load balancer's Service, and the rest of the objects as they can be kept in line.

    The Service stands alone because its status is read. The Jobs that make the webhook's certificate would be
    deleted when they are done, and made again by every `up`: here they stay. Raises NginxError.
    """
    services = [one for one in manifest if (one["kind"], one["metadata"]["name"]) == ("Service", SERVICE)]
    if len(services) != 1:
        raise NginxError(f"the manifest of ingress-nginx has {len(services)} Services {SERVICE}, and not one")
    others = []
    for one in manifest:
        if one is services[0]:
            continue
        kept = annotated(one, NO_WAIT) if one["kind"] == "Service" else copy.deepcopy(one)
        if kept["kind"] == "Job":
            kept["spec"].pop("ttlSecondsAfterFinished", None)
        others.append(kept)
    return services[0], others
