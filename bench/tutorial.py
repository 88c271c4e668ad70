"""The other side: the tutorial's way from a push to an image, in a namespace of its own.

One EventListener with GitHub's interceptor and nothing else, one Pipeline, the Task `docker-socket` with its
privileged daemon. The Tasks are the ones that this project keeps for it (`builder.kind: docker`): the
tutorial's own need images and a Docker Hub that the sandbox cannot have.
"""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kubernetes import client

from bench.environment import TEKTON, TRIGGERS, BenchEnvironment
from components.builds.credentials import docker_config
from pipelines import pipeline, template
from pipelines.registries import Registries
from pipelines.tasks import DOCKER_SOCKET, GIT_CLONE
from pipelines.tasks.bounds import Bounds
from toolkit.polling import wait_for

ACCOUNT, LISTENER, SECRET = "tutorial", "tutorial", "tutorial-secret"
IMAGES = {"git": "sandbox/git:2.39", "docker": "sandbox/docker:20.10"}
BOUNDS = Bounds(memory_gib=4, disk_gib=20, cpus=4)
SECONDS = 120.0
PORT = 8080  # an EventListener's Service


@dataclass(frozen=True, kw_only=True)
class Tutorial:
    """A listener that runs. Its PipelineRuns are in `namespace`."""

    namespace: str
    url: str
    secret: str


@contextmanager
def tutorial(
    environment: BenchEnvironment, clone_url: str, image: str, *, starts_pending: bool
) -> Iterator[Tutorial]:
    """Makes it, and takes it away again. `waits`: runs are made, and do not start."""
    namespace, secret = environment.name, f"secret-of-{environment.name}"
    enforce = {"pod-security.kubernetes.io/enforce": "privileged"}
    environment.core.create_namespace({"metadata": {"name": namespace, "labels": enforce}})
    rights: Any = client.RbacAuthorizationV1Api(environment.api)
    try:
        _account(environment, namespace, rights)
        for name, data in _secrets(environment, secret).items():
            environment.core.create_namespaced_secret(
                namespace, {"metadata": {"name": name}, "stringData": data}
            )
        for group, kind, plural, name, spec in _objects(
            environment, namespace, clone_url, image, starts_pending
        ):
            body = {
                "apiVersion": "/".join(group),
                "kind": kind,
                "metadata": {"name": name, "namespace": namespace},
                "spec": spec,
            }
            environment.custom.create_namespaced_custom_object(*group, namespace, plural, body)
        address = wait_for("the listener's load balancer", lambda: _address(environment, namespace), SECONDS)
        wait_for("the load balancer to answer", lambda: _answers(address[0]), SECONDS)
        yield Tutorial(namespace=namespace, url=f"http://{address[0]}:{PORT}", secret=secret)
    finally:
        rights.delete_cluster_role_binding(namespace)
        environment.core.delete_namespace(namespace)
        wait_for("the namespace to go", lambda: _is_deleted(environment, namespace), SECONDS)


def _account(environment: BenchEnvironment, namespace: str, rights: Any) -> None:
    environment.core.create_namespaced_service_account(namespace, {"metadata": {"name": ACCOUNT}})
    subjects = [{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": namespace}]
    api = "rbac.authorization.k8s.io"
    role = {"apiGroup": api, "kind": "ClusterRole", "name": "tekton-triggers-eventlistener-roles"}
    rights.create_namespaced_role_binding(
        namespace, {"metadata": {"name": ACCOUNT}, "subjects": subjects, "roleRef": role}
    )
    role = {**role, "name": "tekton-triggers-eventlistener-clusterroles"}
    rights.create_cluster_role_binding(
        {"metadata": {"name": namespace}, "subjects": subjects, "roleRef": role}
    )


def _secrets(environment: BenchEnvironment, secret: str) -> dict[str, dict[str, str]]:
    forge, registry = environment.credentials.forge, environment.credentials.registry
    pair = {"username": registry.username, "password": registry.password}
    return {
        SECRET: {"secretToken": secret},
        pipeline.BASIC_AUTH: {"username": forge.username, "password": forge.password},
        pipeline.REGISTRY_AUTH: {
            **pair,
            "config.json": docker_config(
                {environment.network.registry: (registry.username, registry.password)}
            ),
        },
    }


def _objects(
    environment: BenchEnvironment, namespace: str, clone_url: str, image: str, starts_pending: bool
) -> list[tuple[tuple[str, str], str, str, str, Any]]:
    images = {name: f"{environment.network.registry}/{image_name}" for name, image_name in IMAGES.items()}
    build = pipeline.Build(
        name=image,
        server=environment.network.registry,
        namespace=f"apps/{namespace}-tutorial",
        context=".",
        dockerfile="Dockerfile",
    )
    spec = pipeline.spec(
        pipeline.GitSource(url=clone_url),
        [build],
        task=DOCKER_SOCKET.name,
        parallel=1,
    )
    run = template.Run(
        namespace=namespace,
        account=ACCOUNT,
        secrets={name: name for name in (pipeline.BASIC_AUTH, pipeline.REGISTRY_AUTH)},
        volume_size="10Gi",
        minutes=30,
        labels={},
        starts_pending=starts_pending,
    )
    flags = Registries(insecure=[environment.network.registry]).dockerd()
    docker = images["docker"]
    build_task = DOCKER_SOCKET.spec(client=docker, daemon=docker, flags=flags, **BOUNDS.values)
    interceptor = {
        "ref": {"name": "github", "kind": "ClusterInterceptor"},
        "params": [
            {"name": "secretRef", "value": {"secretName": SECRET, "secretKey": "secretToken"}},
            {"name": "eventTypes", "value": ["push"]},
        ],
    }
    bindings = [
        {"name": "revision", "value": "$(body.after)"},
        {"name": "branch", "value": "main"},
        {"name": "branch_tag", "value": "main"},
        {"name": "line", "value": "tutorial"},
        {"name": "pipeline", "value": "tutorial"},
        {"name": "repository", "value": "bench"},
        {"name": "delivery", "value": "$(header.X-GitHub-Delivery)"},
        {"name": "before", "value": ""},
    ]
    listener = {
        "serviceAccountName": ACCOUNT,
        "triggers": [
            {
                "name": "push",
                "interceptors": [interceptor],
                "bindings": bindings,
                "template": {"ref": "tutorial"},
            }
        ],
        "resources": {"kubernetesResource": {"serviceType": "LoadBalancer"}},
    }
    return [
        (TEKTON, "Task", "tasks", GIT_CLONE.name, GIT_CLONE.spec(image=images["git"])),
        (TEKTON, "Task", "tasks", DOCKER_SOCKET.name, build_task),
        (TEKTON, "Pipeline", "pipelines", "tutorial", spec),
        (TRIGGERS, "TriggerTemplate", "triggertemplates", "tutorial", template.spec(run)),
        (TRIGGERS, "EventListener", "eventlisteners", LISTENER, listener),
    ]


def _address(environment: BenchEnvironment, namespace: str) -> list[str] | str:
    listener = environment.custom.get_namespaced_custom_object(
        *TRIGGERS, namespace, "eventlisteners", LISTENER
    )
    conditions = {
        condition["type"]: condition["status"]
        for condition in listener.get("status", {}).get("conditions", ())
    }
    if conditions.get("Available") != "True":
        return json.dumps(conditions)
    service = environment.core.read_namespaced_service(f"el-{LISTENER}", namespace)
    ingress = service.status.load_balancer.ingress or []
    return [ingress[0].ip] if ingress else "no address"


def _is_deleted(environment: BenchEnvironment, namespace: str) -> bool | str:
    try:
        return str(environment.core.read_namespace(namespace).status.phase)
    except client.ApiException as error:
        return error.status == 404 or str(error.reason)


def _answers(address: str) -> bool | str:
    """Asks over a new connection at each try: one begun before kube-proxy knows the Service never arrives."""
    try:
        with socket.create_connection((address, PORT), timeout=1):
            return True
    except OSError as problem:
        return str(problem)
