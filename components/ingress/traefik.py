"""The ingress controller: Traefik, serving Ingress objects of class `nginx`.

The webhook's routes are in a file of its own: they look at headers and sizes, which no Ingress can say, and
they are there from Traefik's first moment on, so that no delivery meets an edge that does not know it yet.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.core.v1 import ServiceSpecArgsDict

from components.ingress.hooks_limits import Hooks, closed_annotations, traefik_configuration
from components.ingress.route import IngressController, load_balancer_address
from components.ingress.traefik_pod import FILE, NAME, PODS, container, deployment, entries, pod
from components.kube.metadata import metadata
from components.kube.namespace import inside, namespace
from components.kube.rbac import bind, policy_rule
from components.kube.waiting import ADDRESS

CLASS = "nginx"
NAMESPACE = "ingress"
ROLE = f"{NAME}-ingress"


# What the provider's informers list and watch in the namespace that it serves, its own. Without one of these
# it waits for ever. Secrets are among it, as an Ingress may name a certificate: none but those are there.
WATCH = ("list", "watch")
NAMESPACED_RULES = [
    policy_rule("", "services", "secrets", "configmaps", verbs=WATCH),
    policy_rule("discovery.k8s.io", "endpointslices", verbs=WATCH),
    policy_rule("networking.k8s.io", "ingresses", verbs=WATCH),
    policy_rule("networking.k8s.io", "ingresses/status", verbs=["update"]),
]
CLUSTER_RULES = [policy_rule("networking.k8s.io", "ingressclasses", verbs=WATCH)]


@dataclass(frozen=True, kw_only=True)
class TraefikArgs:
    image: pulumi.Input[str]
    """The controller's image; its entrypoint is Traefik."""
    hooks: Hooks
    backend: pulumi.Output[str]
    """Host and port of the listener, for the cluster's pods."""
    priority: pulumi.Input[str]
    """The class of its pod."""
    annotations: Mapping[str, str]
    """Annotations of the load balancer's Service."""
    tls: bool
    """True when a route has a certificate: port 443 is then open."""


class Traefik(pulumi.ComponentResource):
    """A controller behind one load balancer."""

    controller: IngressController
    """The controller, for routes."""

    def __init__(self, name: str, args: TraefikArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:ingress:Traefik", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        home = namespace(
            f"{name}-namespace", NAMESPACE, component="ingress", pod_security="restricted", opts=child
        )
        within, home_namespace = inside(self, home), home.metadata.name
        meta = metadata(NAME, home_namespace, component="ingress")
        account = kubernetes.core.v1.ServiceAccount(f"{name}-account", metadata=meta, opts=within)
        rights = self._rights(name, account, home_namespace)
        ingress_class = kubernetes.networking.v1.IngressClass(
            f"{name}-class",
            metadata=metadata(CLASS, component="ingress"),
            spec={"controller": "k8s.io/ingress-nginx"},
            opts=child,
        )
        content = args.backend.apply(lambda backend: _configuration(args.hooks, backend))
        hooks_meta = metadata("hooks", home_namespace, component="ingress")
        configuration = kubernetes.core.v1.ConfigMap(
            f"{name}-hooks", metadata=hooks_meta, data={FILE: content}, opts=within
        )
        pod_spec = pod(
            container(args.image, home_namespace, tls=args.tls),
            args.priority,
            account=account.metadata.name,
            configuration=configuration.metadata.name,
        )
        kubernetes.apps.v1.Deployment(
            f"{name}-controller",
            metadata=meta,
            spec=deployment(pod_spec, configuration=content.apply(_digest)),
            # It lists classes once, when it starts: without its rights it would go on without them.
            opts=inside(self, home, depends_on=[*rights, ingress_class]),
        )
        annotations = {**args.annotations, **ADDRESS}
        service = kubernetes.core.v1.Service(
            f"{name}-service",
            metadata=metadata(NAME, home_namespace, component="ingress", annotations=annotations),
            spec=_service(tls=args.tls, keeps_source=bool(args.hooks.source_ranges)),
            opts=within,
        )
        self.controller = IngressController(
            class_name=ingress_class.metadata.name,
            address=service.status.apply(load_balancer_address),
            namespace=home_namespace,
            namespaces={NAMESPACE: home},
            # The file of its own leads to the listener; the Ingress must not, past all limits.
            hooks_annotations=closed_annotations(),
        )
        self.register_outputs({"address": self.controller.address, "class_name": self.controller.class_name})

    def _rights(
        self, name: str, account: kubernetes.core.v1.ServiceAccount, home_namespace: pulumi.Output[str]
    ) -> list[pulumi.Resource]:
        """The controller's rights in the cluster and in its own namespace."""
        return [
            bind(
                resource,
                ROLE,
                account,
                rules,
                namespace=place,
                component="ingress",
                opts=pulumi.ResourceOptions(parent=self),
            )
            for resource, rules, place in (
                (f"{name}-reads-cluster", CLUSTER_RULES, None),
                (f"{name}-serves-0", NAMESPACED_RULES, home_namespace),
            )
        ]


def _configuration(hooks: Hooks, backend: str) -> str:
    """The file with the routes of deliveries. `backend`: host and port."""
    entry = "websecure" if hooks.tls else "web"
    return json.dumps(traefik_configuration(hooks, f"http://{backend}", entry), indent=2)


def _service(*, tls: bool, keeps_source: bool) -> ServiceSpecArgsDict:
    """The load balancer's Service. `keeps_source`: the controller sees the caller's address."""
    return {
        "type": "LoadBalancer",
        "selector": PODS,
        "ports": [
            {"name": entry, "port": outside, "target_port": inside}
            for entry, (outside, inside) in entries(tls=tls).items()
        ],
        # Else the nodes put an address of their own in the place of the caller's.
        **({"external_traffic_policy": "Local"} if keeps_source else {}),
    }


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()
