"""Services and Ingresses are awaited as by the official provider, on a real API server."""

from __future__ import annotations

import pytest

from plugins.kubernetes import await_network
from plugins.kubernetes.api import Api, Object
from tests.cluster.kubernetes_plugin.objects import (
    deployment,
)
from tests.cluster.kubernetes_plugin.waiting import (
    Wait,
    bind_pod,
    pods_of,
    run_pod,
    set_status,
)

pytestmark = pytest.mark.cluster


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What settles after ten seconds settles after one."""
    monkeypatch.setattr(await_network, "SETTLED_AFTER", 1.0)
    monkeypatch.setattr(await_network, "NO_ENDPOINTS_AFTER", 1.0)
    monkeypatch.setattr("plugins.kubernetes.await_ready.LOOK_EVERY", 1.0)


def service(name: str, namespace: str, **spec: object) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"selector": {"app": name}, "ports": [{"port": 80}], **spec},
    }


def test_a_load_balancer_is_awaited_until_it_has_an_address(api: Api, namespace: str) -> None:
    """Service, LoadBalancer: status.loadBalancer.ingress."""
    obj = service("web", namespace, type="LoadBalancer", selector=None)
    with Wait(api, obj) as wait:
        wait.until_said("Attempting to allocate IP address")
        set_status(api, wait.obj, {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}})
        live = wait.ready()
    assert live["status"]["loadBalancer"]["ingress"][0]["ip"] == "192.0.2.1", "the program exports it"


def test_a_service_is_awaited_until_its_pods_are_ready(api: Api, namespace: str) -> None:
    """Service with a selector: no endpoint may be waiting to become ready."""
    api.create(deployment("web", namespace, replicas=1), field_manager="test")
    pod = pods_of(api, namespace, 1)[0]
    bind_pod(api, pod)
    with Wait(api, service("web", namespace)) as wait:
        wait.until_said("(0 ready, 1 not ready)")
        run_pod(api, pod)
        wait.ready()
    api.delete("v1", "Node", None, namespace)


def test_a_service_without_pods_is_ready_when_that_has_settled(
    api: Api, namespace: str, impatient: None
) -> None:
    """Service with a selector: ten quiet seconds without any endpoint are enough."""
    with Wait(api, service("web", namespace)) as wait:
        wait.ready()


@pytest.mark.parametrize("spec", [{"clusterIP": "None"}, {"selector": None}])
def test_headless_services_and_those_without_selector_are_ready_at_once(
    api: Api, namespace: str, spec: Object
) -> None:
    """Service: nobody says who answers for them."""
    with Wait(api, service("web", namespace, **spec)) as wait:
        wait.ready()
    assert wait.said == [], "there was nothing to wait for"


def an_ingress(namespace: str) -> Object:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {"rules": [{"http": {"paths": [path]}}]},
    }


def test_an_ingress_is_awaited_until_its_service_and_its_address_are_there(api: Api, namespace: str) -> None:
    """Ingress: a Service for each path, then status.loadBalancer."""
    with Wait(api, an_ingress(namespace)) as wait:
        wait.until_said("Finding a matching Service")
        api.create(service("web", namespace), field_manager="test")
        wait.until_said("Waiting for update of .status.loadBalancer")
        set_status(api, wait.obj, {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}})
        wait.ready()


def test_an_ingress_whose_service_never_comes_waits_for_its_address_alone(
    api: Api, namespace: str, impatient: None
) -> None:
    """Ingress: a rule without endpoints is a warning once they have settled (#1810)."""
    with Wait(api, an_ingress(namespace)) as wait:
        wait.until_said('No matching Service found for Ingress rule: "/" -> "web"')
        set_status(api, wait.obj, {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}})
        wait.ready()
