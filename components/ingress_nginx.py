"""ingress-nginx from its release manifest, behind a load balancer that can be told what to be.

The project is retired: the manifest is its last. Traefik takes the same Ingress objects.
"""

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi.output import UNKNOWN

from components.route import Front, load_balancer_address

CLASS = "nginx"
NAMESPACE, SERVICE = "ingress-nginx", "ingress-nginx-controller"

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
            )
            self.register_outputs({})
            return
        service, others = divided(args.manifest)
        namespaces = [one for one in others if one["kind"] == "Namespace"]
        rest = [one for one in others if one["kind"] != "Namespace"]
        first = kubernetes.yaml.v2.ConfigGroup(f"{name}-namespace", yaml=_text(namespaces), opts=child)
        # No value flows from a namespace in a group, and what is in it cannot come before it.
        after = pulumi.ResourceOptions(parent=self, depends_on=[first])
        group = kubernetes.yaml.v2.ConfigGroup(f"{name}-controller", yaml=_text(rest), opts=after)
        meta = service["metadata"]
        balancer = kubernetes.core.v1.Service(
            f"{name}-service",
            metadata={**meta, "annotations": {**meta.get("annotations", {}), **args.annotations}},
            spec=service["spec"],
            # It is ready when the controller's pods are, which come with the group.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[first, group]),
        )
        self.front = Front(
            class_name=pulumi.Output.from_input(CLASS),
            address=balancer.status.apply(load_balancer_address),
            namespace=pulumi.Output.from_input(NAMESPACE),
            ready=[group],
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
        kept = copy.deepcopy(one)
        if kept["kind"] == "Job":
            kept["spec"].pop("ttlSecondsAfterFinished", None)
        others.append(kept)
    return services[0], others


def _text(objects: Sequence[Object]) -> str:
    return "".join(f"---\n{json.dumps(one)}\n" for one in objects)
