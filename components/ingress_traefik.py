"""The ingress controller: Traefik, serving Ingress objects of class `nginx`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.core.v1 import ContainerArgsDict, ContainerPortArgsDict

from components.kube.waiting import ADDRESS
from components.metadata import labels, metadata
from components.namespace import inside, namespace
from components.rights import grant, rule
from components.route import Front, load_balancer_address

CLASS = "nginx"
NAMESPACE = "ingress"
NAME = "traefik"
ROLE = f"{NAME}-ingress"
USER = 65532
WEB, SECURE, ADMIN = 8000, 8443, 8080  # ports over 1024: no capability is needed to listen

# What the provider's informers list and watch in each namespace that it serves. Secrets are among it,
# because an Ingress may name a certificate: the reason to serve few namespaces, and none that holds
# credentials.
WATCH = ("list", "watch")
NAMESPACED_RULES = [
    rule("", "services", "secrets", verbs=WATCH),
    rule("discovery.k8s.io", "endpointslices", verbs=WATCH),
    rule("networking.k8s.io", "ingresses", verbs=WATCH),
    rule("networking.k8s.io", "ingresses/status", verbs=["update"]),
]
CLUSTER_RULES = [
    rule("networking.k8s.io", "ingressclasses", verbs=WATCH),
    rule("", "namespaces", verbs=["list"]),  # to resolve the selector, once
]


@dataclass(frozen=True, kw_only=True)
class TraefikArgs:
    image: pulumi.Input[str]
    """The controller's image; its entrypoint is Traefik."""
    serves: Sequence[pulumi.Input[str]]
    """Names of the namespaces whose Ingress objects are served; they exist before the controller starts."""
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
        served = [here, *args.serves]
        meta = metadata(NAME, here, component="ingress")
        account = kubernetes.core.v1.ServiceAccount(f"{name}-account", metadata=meta, opts=inside(self, home))
        places = [(f"{name}-reads-cluster", CLUSTER_RULES, None)] + [
            (f"{name}-serves-{index}", NAMESPACED_RULES, place) for index, place in enumerate(served)
        ]
        rights = [
            grant(resource, ROLE, account, rules, namespace=place, component="ingress", opts=child)
            for resource, rules, place in places
        ]
        ingress_class = kubernetes.networking.v1.IngressClass(
            f"{name}-class",
            metadata=metadata(CLASS, component="ingress"),
            spec={"controller": "k8s.io/ingress-nginx"},
            opts=child,
        )
        pods = {"app.kubernetes.io/name": NAME}
        kubernetes.apps.v1.Deployment(
            f"{name}-controller",
            metadata=meta,
            spec={
                "selector": {"match_labels": pods},
                "template": {
                    "metadata": {"labels": {**labels("ingress"), **pods}},
                    "spec": {
                        "service_account_name": account.metadata.name,
                        "security_context": {
                            "run_as_non_root": True,
                            "run_as_user": USER,
                            "run_as_group": USER,
                            "seccomp_profile": {"type": "RuntimeDefault"},
                        },
                        "containers": [_container(args, here, served)],
                    },
                },
            },
            # It lists namespaces and classes once, when it starts: without its rights it would fail.
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


def _container(
    args: TraefikArgs, here: pulumi.Input[str], served: Sequence[pulumi.Input[str]]
) -> ContainerArgsDict:
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
            f"--entrypoints.traefik.address=:{ADMIN}",
            "--ping=true",
            "--experimental.kubernetesIngressNGINX=true",
            "--providers.kubernetesingressnginx=true",
            pulumi.Output.concat("--providers.kubernetesingressnginx.publishservice=", here, f"/{NAME}"),
            pulumi.Output.all(*served).apply(
                lambda names: (
                    "--providers.kubernetesingressnginx.watchnamespaceselector="
                    f"kubernetes.io/metadata.name in ({','.join(names)})"
                )
            ),
        ],
        "ports": ports,
        "readiness_probe": {"http_get": {"path": "/ping", "port": ADMIN}, "period_seconds": 2},
        "liveness_probe": {"http_get": {"path": "/ping", "port": ADMIN}, "period_seconds": 10},
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}},
        "security_context": {
            "allow_privilege_escalation": False,
            "capabilities": {"drop": ["ALL"]},
            "read_only_root_filesystem": True,
        },
    }
