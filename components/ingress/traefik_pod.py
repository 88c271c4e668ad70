"""Traefik's pod: its ports, its command line, its files."""

import pulumi
from pulumi_kubernetes.apps.v1 import DeploymentSpecArgsDict
from pulumi_kubernetes.core.v1 import ContainerArgsDict, ContainerPortArgsDict, PodSpecArgsDict

from components.kube import pod_security
from components.kube.metadata import labels
from components.kube.priority import placement

NAME = "traefik"
PODS = {"app.kubernetes.io/name": NAME}
USER = 65532
WEB, SECURE, ADMIN = 8000, 8443, 8080  # ports over 1024: no capability is needed to listen
PORTS = (WEB, SECURE)  # for the load balancer

CONFIGURATION, FILE = "/etc/traefik/hooks", "hooks.yaml"
DIGEST = "tekton-builds/configuration"
BODIES_MIB = 256  # those above 1 MiB that are under way, of body_sizes.py: four, each written once


def entries(*, tls: bool) -> dict[str, tuple[int, int]]:
    """The ways in by name: the port outside, and the one inside."""
    return {"web": (80, WEB), **({"websecure": (443, SECURE)} if tls else {})}


def deployment(pod_spec: PodSpecArgsDict, *, configuration: pulumi.Output[str]) -> DeploymentSpecArgsDict:
    """The Deployment of a pod. Another `configuration`, a digest, is another pod, which `up` waits for."""
    return {
        "selector": {"match_labels": PODS},
        "template": {
            "metadata": {
                "labels": {**labels("ingress"), **PODS},
                "annotations": {DIGEST: configuration},
            },
            "spec": pod_spec,
        },
    }


def pod(
    container_spec: ContainerArgsDict,
    priority: pulumi.Input[str],
    *,
    account: pulumi.Input[str],
    configuration: pulumi.Input[str],
) -> PodSpecArgsDict:
    """The controller's pod. `configuration`: the ConfigMap with the routes of deliveries."""
    return {
        "service_account_name": account,
        **placement(priority, PODS),
        "security_context": pod_security.pod(USER),
        "containers": [container_spec],
        "volumes": [
            {"name": "hooks", "config_map": {"name": configuration}},
            {"name": "bodies", "empty_dir": {"size_limit": f"{BODIES_MIB}Mi"}},
        ],
    }


def container(image: pulumi.Input[str], home_namespace: pulumi.Input[str], *, tls: bool) -> ContainerArgsDict:
    """The controller's container, which serves `home_namespace` alone. `tls`: port 443 is open too."""
    ways_in = entries(tls=tls)
    ports: list[ContainerPortArgsDict] = [{"name": "admin", "container_port": ADMIN}]
    ports += [{"name": entry, "container_port": inside} for entry, (_, inside) in ways_in.items()]
    return {
        "name": NAME,
        "image": image,
        "args": [
            "--global.checknewversion=false",
            "--global.sendanonymoususage=false",
            "--log.level=INFO",
            *(f"--entrypoints.{entry}.address=:{inside}" for entry, (_, inside) in ways_in.items()),
            # The load balancer goes on calling for a moment.
            *(f"--entrypoints.{entry}.transport.lifecycle.requestacceptgracetimeout=5s" for entry in ways_in),
            f"--entrypoints.traefik.address=:{ADMIN}",
            "--ping=true",
            "--providers.kubernetesingressnginx=true",
            pulumi.Output.concat(
                "--providers.kubernetesingressnginx.publishservice=", home_namespace, f"/{NAME}"
            ),
            pulumi.Output.concat("--providers.kubernetesingressnginx.watchnamespace=", home_namespace),
            "--providers.kubernetesingressnginx.httpentrypoint=web",
            *(["--providers.kubernetesingressnginx.httpsentrypoint=websecure"] if tls else []),
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
