"""Services and Ingresses are ready when the official provider says they are."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.kubernetes.await_network import (
    NO_ENDPOINTS_AFTER,
    SETTLED_AFTER,
    endpoints,
    ingress,
    service,
    targets,
    waits_for_endpoints,
)

Object = dict[str, Any]


def test_a_load_balancer_waits_for_its_address() -> None:
    """Service, LoadBalancer: status.loadBalancer.ingress must have an entry; an address or a hostname."""
    obj: Object = {"spec": {"type": "LoadBalancer"}, "status": {"loadBalancer": {}}}
    assert not service(obj).ready
    assert "not allocated an IP address" in service(obj).problems[0]
    for entry in ({"ip": "10.0.0.1"}, {"hostname": "lb.example.com"}):
        obj["status"]["loadBalancer"]["ingress"] = [entry]
        assert service(obj).ready


@pytest.mark.parametrize(
    ("spec", "waits"),
    [
        ({"selector": {"app": "web"}}, True),
        ({"selector": {"app": "web"}, "clusterIP": "10.0.0.1", "type": "NodePort"}, True),
        ({"selector": {"app": "web"}, "clusterIP": "None"}, False),
        ({"type": "ExternalName", "externalName": "example.com"}, False),
        ({}, False),
    ],
)
def test_which_services_wait_for_pods(spec: Object, waits: bool) -> None:
    """Service: not headless ones, not ExternalName, not those without a selector."""
    assert waits_for_endpoints({"spec": spec}) is waits


def a_slice(*conditions: Object, service_name: str = "web") -> Object:
    return {
        "metadata": {"labels": {"kubernetes.io/service-name": service_name}},
        "endpoints": [{"conditions": each} for each in conditions],
    }


@pytest.mark.parametrize("conditions", [{"ready": True}, {}])
def test_a_service_with_ready_pods_is_ready(conditions: Object) -> None:
    """Service: at least one ready endpoint and none that is not. (A slice's missing `ready` means true.)"""
    assert endpoints([a_slice(conditions)], 0).ready


def test_a_service_waits_for_pods_that_are_not_ready() -> None:
    """Service: Pods may not be ready yet; no quiet makes up for that."""
    seen = endpoints([a_slice({"ready": False}), a_slice({"ready": True})], 1000)
    assert not seen.ready
    assert "1 ready, 1 not ready" in seen.message


def test_pods_that_go_do_not_hold_a_service_up() -> None:
    assert endpoints([a_slice({"ready": False, "terminating": True}, {"ready": True})], 0).ready


def test_a_service_without_any_pod_is_ready_once_nothing_has_changed_for_a_while() -> None:
    """Service: endpoints are given ten seconds to settle; with none, the Service is taken as it is."""
    assert not endpoints([], SETTLED_AFTER - 1).ready, "its Pods may only be a moment away"
    assert endpoints([], SETTLED_AFTER).ready, "they may also be part of another stack"


def an_ingress(*names: str, **status: Any) -> Object:
    paths = [{"path": "/hooks", "backend": {"service": {"name": name}}} for name in names]
    return {"spec": {"rules": [{"http": {"paths": paths}}]}, "status": status}


def test_an_ingress_waits_for_an_address() -> None:
    """Ingress: status.loadBalancer.ingress must have an entry."""
    assert not ingress(an_ingress("web")).ready
    assert ingress(an_ingress("web", loadBalancer={"ingress": [{"ip": "10.0.0.1"}]})).ready


def test_an_ingress_waits_for_the_services_of_its_rules() -> None:
    """Ingress: each rule's Service has endpoints, ready or not."""
    assert targets(an_ingress("web"), [a_slice()], set(), 0).ready
    seen = targets(an_ingress("web", "api"), [a_slice()], set(), 0)
    assert not seen.ready
    assert '"/hooks" -> "api"' in seen.problems[0]


def test_an_ingress_does_not_wait_for_external_names() -> None:
    """Ingress: ExternalName Services have no endpoints."""
    assert targets(an_ingress("elsewhere"), [], {"elsewhere"}, 0).ready


def test_an_ingress_gives_up_on_services_that_never_come() -> None:
    """Ingress: after the endpoints have settled it goes on; the address alone is then waited for."""
    assert targets(an_ingress("web"), [a_slice(service_name="other")], set(), SETTLED_AFTER).ready
    assert not targets(an_ingress("web"), [], set(), SETTLED_AFTER).ready, "with none at all it takes longer"
    assert targets(an_ingress("web"), [], set(), NO_ENDPOINTS_AFTER).ready
