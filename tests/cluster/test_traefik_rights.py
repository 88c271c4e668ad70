"""Traefik with the rights that it is given, on a real API server: they are enough for its namespace."""

import subprocess
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from kubernetes import client, config
from pulumi_kubernetes.rbac.v1 import PolicyRuleArgsDict

from components.ingress.hooks_limits import closed_annotations
from components.ingress.traefik import CLASS, CLUSTER_RULES, NAMESPACE, NAMESPACED_RULES
from components.ingress.traefik_pod import NAME
from tests.cluster.api_server import ApiServer, binary, free_port
from tests.cluster.objects import Objects
from tests.support.loopback import serving
from toolkit.polling import wait_for

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

RBAC = "rbac.authorization.k8s.io"
NETWORKING = "networking.k8s.io/v1"
ADDRESS = "192.0.2.7"
SECONDS = 60


class Login(BaseHTTPRequestHandler):
    """Backend of a route."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Logs nothing: a failing test shows what it asserts."""


def an_object(api_version: str, kind: str, name: str, namespace: str = NAMESPACE, **fields: Any) -> Any:
    place = {"namespace": namespace} if namespace else {}
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, **place}, **fields}


def rights(kind: str, namespace: str, rules: Sequence[PolicyRuleArgsDict]) -> list[Any]:
    """A role of these rules, and its binding to Traefik's account."""
    plain = [
        {"apiGroups": rule["api_groups"], "resources": rule["resources"], "verbs": rule["verbs"]}
        for rule in rules
    ]
    reference = {"apiGroup": RBAC, "kind": kind, "name": NAME}
    subject = {"kind": "ServiceAccount", "name": NAME, "namespace": NAMESPACE}
    return [
        an_object(f"{RBAC}/v1", kind, NAME, namespace, rules=plain),
        an_object(f"{RBAC}/v1", f"{kind}Binding", NAME, namespace, roleRef=reference, subjects=[subject]),
    ]


def route(name: str, path: str, annotations: dict[str, str]) -> Any:
    service = {"name": "backend", "port": {"number": 80}}
    paths = [{"path": path, "pathType": "Exact", "backend": {"service": service}}]
    ingress = an_object(
        NETWORKING, "Ingress", name, spec={"ingressClassName": CLASS, "rules": [{"http": {"paths": paths}}]}
    )
    ingress["metadata"]["annotations"] = annotations
    return ingress


@pytest.fixture(scope="module")
def server() -> Iterator[ApiServer]:
    with ApiServer(controllers="") as server:
        yield server


@pytest.fixture(scope="module")
def objects(server: ApiServer) -> Objects:
    return Objects(server.kubeconfig_file)


@pytest.fixture(scope="module")
def token(server: ApiServer, objects: Objects) -> str:
    for body in (
        an_object("v1", "Namespace", NAMESPACE, ""),
        an_object("v1", "ServiceAccount", NAME),
        *rights("ClusterRole", "", CLUSTER_RULES),
        *rights("Role", NAMESPACE, NAMESPACED_RULES),
        an_object(NETWORKING, "IngressClass", CLASS, "", spec={"controller": "k8s.io/ingress-nginx"}),
        an_object("v1", "Service", NAME, spec={"type": "LoadBalancer", "ports": [{"port": 80}]}),
    ):
        objects.create(body)
    objects.give_address("v1", "Service", NAMESPACE, NAME, ADDRESS)
    api = client.CoreV1Api(config.new_client_from_config(config_file=str(server.kubeconfig_file)))
    wish = client.AuthenticationV1TokenRequest(spec=client.V1TokenRequestSpec(audiences=[]))
    status = api.create_namespaced_service_account_token(NAME, NAMESPACE, wish).status
    assert status is not None
    return status.token


@pytest.fixture(scope="module")
def edge(
    server: ApiServer, objects: Objects, token: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The URL of a Traefik whose account has these rights alone."""
    folder: Path = tmp_path_factory.mktemp("traefik")
    port, provider = free_port(), "--providers.kubernetesingressnginx"
    with serving(Login) as target:
        ports = [{"port": 80, "targetPort": urlsplit(target).port}]
        backend = {"type": "ExternalName", "externalName": "localhost", "ports": ports}
        objects.create(an_object("v1", "Service", "backend", spec=backend))
        objects.create(route("dashboard", "/", {}))
        objects.create(route("hooks", "/hooks", closed_annotations()))
        command = [
            str(binary("traefik")),
            "--global.checknewversion=false",
            f"--entrypoints.web.address=127.0.0.1:{port}",
            f"{provider}=true",
            f"{provider}.endpoint={server.url}",
            f"{provider}.certauthfilepath={server.folder}/certificates/apiserver.crt",
            f"{provider}.token={token}",
            f"{provider}.publishservice={NAMESPACE}/{NAME}",
            f"{provider}.watchnamespace={NAMESPACE}",
            f"{provider}.httpentrypoint=web",
        ]
        with (folder / "traefik.log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env={"PATH": ""})
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()
            process.wait()


def answer(url: str) -> int:
    """0 when nobody answers."""
    with requests.Session() as session:
        session.trust_env = False
        try:
            return session.get(url, timeout=SECONDS).status_code
        except requests.ConnectionError:
            return 0


def test_it_serves_a_route_of_its_namespace_and_says_its_address(edge: str, objects: Objects) -> None:
    wait_for("the route", lambda: answer(f"{edge}/") == 200 or str(answer(f"{edge}/")), SECONDS)

    def has_address() -> bool:
        ingress = objects.get(NETWORKING, "Ingress", NAMESPACE, "dashboard") or {}
        balancer = ingress.get("status", {}).get("loadBalancer") or {}
        return [entry.get("ip") for entry in balancer.get("ingress") or ()] == [ADDRESS]

    wait_for("the Ingress's address, which `pulumi up` waits for", has_address, SECONDS)


def test_the_webhooks_ingress_object_lets_nobody_in(edge: str) -> None:
    wait_for("the route", lambda: answer(f"{edge}/") == 200, SECONDS)
    assert answer(f"{edge}/hooks") == 403, "the way past all limits"
