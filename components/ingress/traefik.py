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
from pulumi_kubernetes.core.v1 import ContainerArgsDict, ContainerPortArgsDict

from components.ingress.hooks_limits import Hooks, traefik_configuration
from components.ingress.route import IngressController, load_balancer_address
from components.kube import pod_security
from components.kube.metadata import labels, metadata
from components.kube.namespace import inside, namespace
from components.kube.priority import placement
from components.kube.rbac import bind, policy_rule
from components.kube.waiting import ADDRESS

CLASS = "nginx"
NAMESPACE = "ingress"
NAME = "traefik"
ROLE = f"{NAME}-ingress"
USER = 65532
WEB, SECURE, ADMIN = 8000, 8443, 8080  # ports over 1024: no capability is needed to listen

CONFIGURATION, FILE = "/etc/traefik/hooks", "hooks.yaml"
DIGEST = "tekton-builds/configuration"
BODIES_MIB = 256  # those above 1 MiB that are under way, of body_sizes.py: four, each written once

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
        home_namespace = home.metadata.name
        meta = metadata(NAME, home_namespace, component="ingress")
        account = kubernetes.core.v1.ServiceAccount(f"{name}-account", metadata=meta, opts=inside(self, home))
        rights = [
            bind(resource, ROLE, account, rules, namespace=place, component="ingress", opts=child)
            for resource, rules, place in (
                (f"{name}-reads-cluster", CLUSTER_RULES, None),
                (f"{name}-serves-0", NAMESPACED_RULES, home_namespace),
            )
        ]
        ingress_class = kubernetes.networking.v1.IngressClass(
            f"{name}-class",
            metadata=metadata(CLASS, component="ingress"),
            spec={"controller": "k8s.io/ingress-nginx"},
            opts=child,
        )
        entry = "websecure" if args.hooks.tls else "web"
        content = args.backend.apply(
            lambda backend: json.dumps(
                traefik_configuration(args.hooks, f"http://{backend}", entry), indent=2
            )
        )
        configuration = kubernetes.core.v1.ConfigMap(
            f"{name}-hooks",
            metadata=metadata("hooks", home_namespace, component="ingress"),
            data={FILE: content},
            opts=inside(self, home),
        )
        pods = {"app.kubernetes.io/name": NAME}
        kubernetes.apps.v1.Deployment(
            f"{name}-controller",
            metadata=meta,
            spec={
                "selector": {"match_labels": pods},
                "template": {
                    "metadata": {
                        "labels": {**labels("ingress"), **pods},
                        # Another configuration is another pod, which `up` waits for.
                        "annotations": {DIGEST: content.apply(_digest)},
                    },
                    "spec": {
                        "service_account_name": account.metadata.name,
                        **placement(args.priority, pods),
                        "security_context": pod_security.pod(USER),
                        "containers": [_container(args, home_namespace)],
                        "volumes": [
                            {"name": "hooks", "config_map": {"name": configuration.metadata.name}},
                            {"name": "bodies", "empty_dir": {"size_limit": f"{BODIES_MIB}Mi"}},
                        ],
                    },
                },
            },
            # It lists classes once, when it starts: without its rights it would go on without them.
            opts=inside(self, home, depends_on=[*rights, ingress_class]),
        )
        service = kubernetes.core.v1.Service(
            f"{name}-service",
            metadata=metadata(
                NAME, home_namespace, component="ingress", annotations={**args.annotations, **ADDRESS}
            ),
            spec={
                "type": "LoadBalancer",
                "selector": pods,
                "ports": [
                    {"name": entry, "port": outside, "target_port": inside}
                    for entry, (outside, inside) in entries(args).items()
                ],
                # Else the nodes put an address of their own in the place of the caller's.
                **({"external_traffic_policy": "Local"} if args.hooks.source_ranges else {}),
            },
            opts=inside(self, home),
        )
        self.controller = IngressController(
            class_name=ingress_class.metadata.name,
            address=service.status.apply(load_balancer_address),
            namespace=home_namespace,
            home=home,
        )
        self.register_outputs({"address": self.controller.address, "class_name": self.controller.class_name})


def entries(args: TraefikArgs) -> dict[str, tuple[int, int]]:
    """The ways in by name: the port outside, and the one inside."""
    return {"web": (80, WEB), **({"websecure": (443, SECURE)} if args.tls else {})}


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def _container(args: TraefikArgs, home_namespace: pulumi.Input[str]) -> ContainerArgsDict:
    ports: list[ContainerPortArgsDict] = [{"name": "admin", "container_port": ADMIN}]
    ports += [{"name": entry, "container_port": inside} for entry, (_, inside) in entries(args).items()]
    return {
        "name": NAME,
        "image": args.image,
        "args": [
            "--global.checknewversion=false",
            "--global.sendanonymoususage=false",
            "--log.level=INFO",
            *(f"--entrypoints.{entry}.address=:{inside}" for entry, (_, inside) in entries(args).items()),
            # The load balancer goes on calling for a moment.
            *(
                f"--entrypoints.{entry}.transport.lifecycle.requestacceptgracetimeout=5s"
                for entry in entries(args)
            ),
            f"--entrypoints.traefik.address=:{ADMIN}",
            "--ping=true",
            "--providers.kubernetesingressnginx=true",
            pulumi.Output.concat(
                "--providers.kubernetesingressnginx.publishservice=", home_namespace, f"/{NAME}"
            ),
            pulumi.Output.concat("--providers.kubernetesingressnginx.watchnamespace=", home_namespace),
            "--providers.kubernetesingressnginx.httpentrypoint=web",
            *(["--providers.kubernetesingressnginx.httpsentrypoint=websecure"] if args.tls else []),
            f"--providers.file.filename={CONFIGURATION}/{FILE}",
            "--providers.file.watch=false",
        ],
        "ports": ports,
        "readiness_probe": {"http_get": {"path": "/ping", "port": ADMIN}, "period_seconds": 2},
        "liveness_probe": {"http_get": {"path": "/ping", "port": ADMIN}, "period_seconds": 10},
        # What body_sizes.py lets in at once is 170 MB, and Go's collector wants as much again.
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "512Mi"}},
        "volume_mounts": [
            {"name": "hooks", "mount_path": CONFIGURATION, "read_only": True},
            {"name": "bodies", "mount_path": "/tmp"},
        ],
        "security_context": pod_security.CONTAINER,
    }
