"""ingress-nginx from its release manifest, behind a load balancer that can be told what to be.

The project is retired: the manifest is its last. Traefik takes the same Ingress objects.

As released, the controller lists and watches every Secret and every Ingress of the cluster. With
`--watch-namespace` its informers ask for one namespace (internal/ingress/controller/store/store.go), for
which the release's Role is enough: its own, where routes and certificates are. `--watch-namespace-selector`
would not do: its informers ask for the whole cluster, and drop what does not match.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi.output import UNKNOWN

from components.ingress.hooks_limits import Hooks, nginx_annotations
from components.ingress.route import IngressController, load_balancer_address
from components.kube.objects import Objects, ObjectsArgs
from components.kube.waiting import ADDRESS, NO_WAIT, annotated
from components.kube.workloads import fitted

Object = dict[str, Any]
CLASS = "nginx"
NAMESPACE, SERVICE = "ingress-nginx", "ingress-nginx-controller"
RUNNING = ("Deployment", "DaemonSet", "Job")
ROLE = "ingress-nginx"
READ = ("get", "list", "watch")
# What belongs to no namespace: the classes, and the zone of the node that the controller is on.
CLUSTER_RULES: list[Object] = [
    {"apiGroups": ["networking.k8s.io"], "resources": ["ingressclasses"], "verbs": list(READ)},
    {"apiGroups": [""], "resources": ["nodes"], "verbs": ["get"]},
]
# What the informers ask for in its own namespace, each as (API group, resource).
NEEDED = {
    ("", "configmaps"),
    ("", "secrets"),
    ("", "services"),
    ("discovery.k8s.io", "endpointslices"),
    ("networking.k8s.io", "ingresses"),
}
WATCH = "--watch-namespace=$(POD_NAMESPACE)"


class NginxError(pulumi.RunError):
    """A manifest that is not ingress-nginx's; one sentence."""


@dataclass(frozen=True, kw_only=True)
class NginxArgs:
    manifest: Sequence[Object] | None
    """The release's objects; None: a preview could not have them."""
    priorities: Sequence[pulumi.Resource]
    """The classes of pods, which its pods name."""
    hooks: Hooks
    annotations: Mapping[str, str]
    """Annotations of the load balancer's Service, added to the manifest's own."""


class Nginx(pulumi.ComponentResource):
    """The controller, ready: what depends on it is admitted by its webhook."""

    controller: IngressController
    """The controller, for routes."""

    def __init__(self, name: str, args: NginxArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:ingress:Nginx", name, None, opts)
        pulumi.log.warn(
            "ingress.kind is 'nginx': ingress-nginx is retired and gets no more fixes; `traefik` serves the "
            "same Ingress objects"
        )
        child = pulumi.ResourceOptions(parent=self)
        if args.manifest is None:
            unknown: pulumi.Output[str] = pulumi.Output.from_input(cast(str, UNKNOWN))
            self.controller = IngressController(
                class_name=pulumi.Output.from_input(CLASS),
                address=unknown,
                namespace=pulumi.Output.from_input(NAMESPACE),
                namespaces={},
                hooks_annotations=nginx_annotations(args.hooks),
            )
            self.register_outputs({})
            return
        service, others = split_load_balancer_service(confined(args.manifest))
        namespaces = [item for item in others if item["kind"] == "Namespace"]
        home = Objects(f"{name}-namespace", ObjectsArgs(objects=namespaces), child)
        controller = ObjectsArgs(
            objects=fitted([item for item in others if item["kind"] != "Namespace"]),
            depends_on=args.priorities,
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
        self.controller = IngressController(
            class_name=pulumi.Output.from_input(CLASS),
            address=balancer.status.apply(load_balancer_address),
            namespace=pulumi.Output.from_input(NAMESPACE),
            namespaces=home.namespaces,
            ready=running,
            hooks_annotations=nginx_annotations(args.hooks),
        )
        self.register_outputs({"address": self.controller.address})


def confined(manifest: Sequence[Object]) -> list[Object]:
    """The release's objects, with a controller that reads no namespace but its own. Raises NginxError."""
    role = _only(manifest, "Role", ROLE)
    allowed = {
        (group, resource)
        for rule in role["rules"]
        if {"list", "watch"} <= set(rule["verbs"]) and not rule.get("resourceNames")
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }
    if missing := sorted(NEEDED - allowed):
        raise NginxError(
            f"the Role {ROLE} of ingress-nginx's manifest does not list and watch "
            f"{', '.join(resource for _, resource in missing)}, without which the controller serves nothing"
        )
    _only(manifest, "ClusterRole", ROLE)
    _arguments(_only(manifest, "Deployment", SERVICE))
    result = []
    for manifest_object in copy.deepcopy(list(manifest)):
        identity = manifest_object["kind"], manifest_object["metadata"]["name"]
        if identity == ("ClusterRole", ROLE):
            manifest_object["rules"] = copy.deepcopy(CLUSTER_RULES)
        elif identity == ("Deployment", SERVICE):
            _arguments(manifest_object).append(WATCH)
        result.append(manifest_object)
    return result


def _only(manifest: Sequence[Object], kind: str, name: str) -> Object:
    matches = [item for item in manifest if (item["kind"], item["metadata"]["name"]) == (kind, name)]
    if len(matches) != 1:
        raise NginxError(f"the manifest of ingress-nginx has {len(matches)} {kind}s {name}, and not one")
    return matches[0]


def _arguments(deployment: Object) -> list[str]:
    """The controller's arguments, to be added to. Raises NginxError."""
    for container in deployment["spec"].get("template", {}).get("spec", {}).get("containers", ()):
        arguments: list[str] = container.get("args", [])
        if "/nginx-ingress-controller" in arguments:
            return arguments
    raise NginxError(
        f"the Deployment {SERVICE} of ingress-nginx's manifest has no container with the argument "
        "/nginx-ingress-controller, so it cannot be told to serve its own namespace alone"
    )


def split_load_balancer_service(manifest: Sequence[Object]) -> tuple[Object, list[Object]]:
    """The load balancer's Service, and the rest of the objects as they can be kept in line.

    The Service stands alone because its status is read. The Jobs that make the webhook's certificate would be
    deleted when they are done, and made again by every `up`: here they stay. Raises NginxError.
    """
    service = _only(manifest, "Service", SERVICE)
    others = []
    for item in manifest:
        if item is service:
            continue
        item_copy = annotated(item, NO_WAIT) if item["kind"] == "Service" else copy.deepcopy(item)
        if item_copy["kind"] == "Job":
            item_copy["spec"].pop("ttlSecondsAfterFinished", None)
        others.append(item_copy)
    return service, others
