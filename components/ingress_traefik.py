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

from components import pod_security
from components.hooks_limits import Hooks, traefik_configuration
from components.kube.waiting import ADDRESS
from components.metadata import labels, metadata
from components.namespace import inside, namespace
from components.priority import placement
from components.rights import grant, rule
from components.route import Front, load_balancer_address

CLASS = "nginx"
NAMESPACE = "ingress"
NAME = "traefik"
ROLE = f"{NAME}-ingress"
USER = 65532
WEB, SECURE, ADMIN = 8000, 8443, 8080  # ports over 1024: no capability is needed to listen

CONFIGURATION, FILE = "/etc/traefik/hooks", "hooks.yaml"
DIGEST = "tekton-builds/configuration"
BODIES_MIB = 256  # those above 1 MiB that are under way, of hooks_limits.py: four, each written once

# What the provider's informers list and watch in the namespace that it serves, its own. Without one of these
# it waits for ever. Secrets are among it, as an Ingress may name a certificate: none but those are there.
WATCH = ("list", "watch")
NAMESPACED_RULES = [
    rule("", "services", "secrets", "configmaps", verbs=WATCH),
    rule("discovery.k8s.io", "endpointslices", verbs=WATCH),
    rule("networking.k8s.io", "ingresses", verbs=WATCH),
    rule("networking.k8s.io", "ingresses/status", verbs=["update"]),
]
CLUSTER_RULES = [rule("networking.k8s.io", "ingressclasses", verbs=WATCH)]


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
    """Of the Service that a load balancer is made for."""
    tls: bool
    """Whether a route has a certificate: port 443 is open then."""


class Traefik(pulumi.ComponentResource):
    """A controller behind one load balancer."""

    front: Front
    """What a route must know of it."""

    def __init__(self, name: str, args: TraefikArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:ingress:Traefik", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        home = namespace(
            f"{name}-namespace", NAMESPACE, component="ingress", pod_security="restricted", opts=child
        )
        here = home.metadata.name
        meta = metadata(NAME, here, component="ingress")
        account = kubernetes.core.v1.ServiceAccount(f"{name}-account", metadata=meta, opts=inside(self, home))
        rights = [
            grant(resource, ROLE, account, rules, namespace=place, component="ingress", opts=child)
            for resource, rules, place in (
                (f"{name}-reads-cluster", CLUSTER_RULES, None),
                (f"{name}-serves-0", NAMESPACED_RULES, here),
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
            metadata=metadata("hooks", here, component="ingress"),
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
                        "containers": [_container(args, here)],
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
            metadata=metadata(NAME, here, component="ingress", annotations={**args.annotations, **ADDRESS}),
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
        self.front = Front(
            class_name=ingress_class.metadata.name,
            address=service.status.apply(load_balancer_address),
            namespace=here,
            home=home,
        )
        self.register_outputs({"address": self.front.address, "class_name": self.front.class_name})


def entries(args: TraefikArgs) -> dict[str, tuple[int, int]]:
    """The ways in by name: the port outside, and the one inside."""
    return {"web": (80, WEB), **({"websecure": (443, SECURE)} if args.tls else {})}


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def _container(args: TraefikArgs, here: pulumi.Input[str]) -> ContainerArgsDict:
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
            pulumi.Output.concat("--providers.kubernetesingressnginx.publishservice=", here, f"/{NAME}"),
            pulumi.Output.concat("--providers.kubernetesingressnginx.watchnamespace=", here),
            "--providers.kubernetesingressnginx.httpentrypoint=web",
            *(["--providers.kubernetesingressnginx.httpsentrypoint=websecure"] if args.tls else []),
            f"--providers.file.filename={CONFIGURATION}/{FILE}",
            "--providers.file.watch=false",
        ],
        "ports": ports,
        "readiness_probe": {"http_get": {"path": "/ping", "port": ADMIN}, "period_seconds": 2},
        "liveness_probe": {"http_get": {"path": "/ping", "port": ADMIN}, "period_seconds": 10},
        # What hooks_limits.py lets in at once is 170 MB, and Go's collector wants as much again.
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "512Mi"}},
        "volume_mounts": [
            {"name": "hooks", "mount_path": CONFIGURATION, "read_only": True},
            {"name": "bodies", "mount_path": "/tmp"},
        ],
        "security_context": pod_security.CONTAINER,
    }
