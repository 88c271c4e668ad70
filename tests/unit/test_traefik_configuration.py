"""How the webhook's routes come to Traefik."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.program import config
from tests.unit.test_ingress import Given, deploy


@pytest.fixture
def given(tmp_path: Path) -> Given:
    return config(tmp_path / "kubeconfig")


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
