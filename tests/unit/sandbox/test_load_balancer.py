"""Which Service gets which address."""

import ipaddress
from typing import Any

from sandbox.node.load_balancer import changes

ADDRESSES = ipaddress.IPv4Network("10.201.1.0/29")  # .1 to .6


def service(name: str, address: str = "", *, age: int = 0, **spec: Any) -> dict[str, Any]:
    return {
        "metadata": {
            "name": name,
            "namespace": "default",
            "uid": name,
            "creationTimestamp": f"2026-01-{28 - age}",
        },
        "spec": {"type": "LoadBalancer", **spec},
        "status": {"loadBalancer": {"ingress": [{"ip": address}]} if address else {}},
    }


def given(*services: dict[str, Any]) -> dict[str, str | None]:
    return {found["metadata"]["name"]: address for found, address in changes(list(services), ADDRESSES)}


def test_the_oldest_gets_the_first_address() -> None:
    assert given(service("new"), service("old", age=3)) == {"old": "10.201.1.1", "new": "10.201.1.2"}


def test_an_address_is_kept() -> None:
    assert given(service("a", "10.201.1.4"), service("b")) == {"b": "10.201.1.1"}, "a has one: no change"


def test_an_address_comes_free_with_its_service() -> None:
    assert given(service("b", "10.201.1.2"), service("c")) == {"c": "10.201.1.1"}


def test_an_address_that_two_have_stays_with_the_older() -> None:
    assert given(service("a", "10.201.1.1", age=1), service("b", "10.201.1.1")) == {"b": "10.201.1.2"}


def test_an_address_of_another_range_is_replaced() -> None:
    assert given(service("a", "10.99.1.1")) == {"a": "10.201.1.1"}, "kube-proxy's route leads here only"


def test_a_service_that_is_none_any_more_gives_its_address_up() -> None:
    former = service("a", "10.201.1.1", type="ClusterIP")
    assert given(former, service("b")) == {"a": None, "b": "10.201.1.1"}


def test_other_types_and_other_classes_get_none() -> None:
    assert given(service("a", type="NodePort"), service("b", loadBalancerClass="example.com/x")) == {}


def test_an_address_is_not_given_on_before_its_service_is_gone() -> None:
    going = service("a", "10.201.1.1")
    going["metadata"]["deletionTimestamp"] = "2026-01-02"
    assert given(going, service("b")) == {"b": "10.201.1.2"}


def test_a_wish_is_granted_when_it_can_be() -> None:
    assert given(service("a", loadBalancerIP="10.201.1.5")) == {"a": "10.201.1.5"}
    taken = service("a", "10.201.1.5")
    assert given(taken, service("b", loadBalancerIP="10.201.1.5")) == {}, "never another than asked for"
    assert given(service("b", loadBalancerIP="192.0.2.1")) == {}


def test_when_all_are_taken_the_rest_waits() -> None:
    services = [service(str(number)) for number in range(8)]
    assert len(given(*services)) == 6
