"""Traefik as it is deployed: its pod, its arguments, and how the webhook's routes come to it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.program import config, whole
from tests.support.recorded import Recording
from tests.unit.components.ingress.test_ingress import Given, deploy


@pytest.fixture
def given(tmp_path: Path) -> Given:
    return config(tmp_path / "kubeconfig")


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return whole(tmp_path_factory.mktemp("traefik"))


def test_another_configuration_is_another_pod(given: Given, tmp_path: Path) -> None:
    def digest(**ingress: Any) -> str:
        deployment = deploy(given, tmp_path, ingress).one("Deployment", "traefik").plain()
        return str(deployment["spec"]["template"]["metadata"]["annotations"]["tekton-builds/configuration"])

    assert digest() == digest()
    assert digest() != digest(sourceRanges=["192.30.252.0/22"]), "Traefik does not look at the file again"


def test_the_webhooks_routes_are_traefiks_before_the_listener_is_there(given: Given, tmp_path: Path) -> None:
    recording = deploy(given, tmp_path, {"kind": "traefik", "host": "ci.example.com"})
    configuration = recording.one("ConfigMap", "hooks", "ingress")
    listener = recording.one("EventListener", "github-listener")
    assert listener.urn not in recording.before(configuration), "a newer Traefik must know them at once"
    content = json.loads(configuration.plain()["data"]["hooks.yaml"])
    url = "http://el-github-listener.builds-webhook.svc:8080"
    assert content["http"]["services"]["hooks"]["loadBalancer"]["servers"] == [{"url": url}]
    assert all("Host(`ci.example.com`)" in router["rule"] for router in content["http"]["routers"].values())


def test_the_ingress_controller_fits_a_restricted_namespace(recording: Recording) -> None:
    spec = recording.one("Deployment", "traefik").plain()["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    }
    assert container["readinessProbe"]["httpGet"] == {"path": "/ping", "port": 8080}


def test_the_ingress_controller_is_told_what_it_needs_and_nothing_deprecated(recording: Recording) -> None:
    (container,) = recording.one("Deployment", "traefik").plain()["spec"]["template"]["spec"]["containers"]
    provider = "--providers.kubernetesingressnginx"
    assert container["args"] == [
        "--global.checknewversion=false",
        "--global.sendanonymoususage=false",
        "--log.level=INFO",
        "--entrypoints.web.address=:8000",
        "--entrypoints.web.transport.lifecycle.requestacceptgracetimeout=5s",
        "--entrypoints.traefik.address=:8080",
        "--ping=true",
        f"{provider}=true",
        f"{provider}.publishservice=ingress/traefik",
        f"{provider}.watchnamespace=ingress",
        f"{provider}.httpentrypoint=web",
        "--providers.file.filename=/etc/traefik/hooks/hooks.yaml",
        "--providers.file.watch=false",
    ], "each stands in pkg/config/static of Traefik 3.7.13, and none under `experimental`"


def test_the_ingress_controller_starts_when_its_rights_and_namespaces_are_there(recording: Recording) -> None:
    needed = recording.one("Deployment", "traefik").dependencies
    for kind in ("RoleBinding", "ClusterRoleBinding"):
        for one in recording.all(kind):
            if one.plain()["subjects"][0]["name"] == "traefik":
                assert one.urn in needed, f"{one.name} may come too late: classes are listed once"
