"""Pods and namespaces as NetworkPolicies see them, from the API's JSON."""

import ipaddress
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]
ENDED = {"Succeeded", "Failed"}


@dataclass(frozen=True)
class Pod:
    """`ports`: port numbers by protocol and name, as in ("TCP", "http")."""

    address: ipaddress.IPv4Address
    namespace: str
    labels: dict[str, str]
    ports: dict[tuple[str, str], set[int]]


class Pods:
    """Pods that policies bind and that selectors find."""

    def __init__(self, namespaces: Iterable[Object], pods: Iterable[Object]) -> None:
        """Leaves out pods on the node's network, pods that ended, and pods without an IPv4 address.

        An address belongs to its newest pod.
        """
        self._namespaces = {item["metadata"]["name"]: _labels(item) for item in namespaces}
        by_age = sorted(pods, key=lambda pod: str(pod["metadata"].get("creationTimestamp")))
        newest = {pod.address: pod for pod in map(_pod, by_age) if pod}
        self.all = [newest[address] for address in sorted(newest)]

    def select(self, namespace: str | None, pods: Object, namespaces: Object | None = None) -> list[Pod]:
        """Pods that `pods` selects, in `namespace` or, when that is None, wherever `namespaces` selects."""
        return [
            pod
            for pod in self.all
            if (
                pod.namespace == namespace
                if namespace is not None
                else matches(namespaces or {}, self._namespaces.get(pod.namespace))
            )
            and matches(pods, pod.labels)
        ]

    def named_port(self, protocol: str, name: str) -> list[tuple[ipaddress.IPv4Address, int]]:
        """Address and number of the port in every pod that names it."""
        return [
            (pod.address, number)
            for pod in self.all
            for number in sorted(pod.ports.get((protocol, name), ()))
        ]


def _pod(item: Object) -> Pod | None:
    spec, status = item["spec"], item.get("status", {})
    if spec.get("hostNetwork") or status.get("phase") in ENDED:
        return None
    try:
        address = ipaddress.IPv4Address(status.get("podIP") or "")
    except ValueError:  # none yet, or IPv6, which passes nowhere
        return None
    ports: dict[tuple[str, str], set[int]] = defaultdict(set)
    sidecars = [
        container
        for container in spec.get("initContainers") or ()
        if container.get("restartPolicy") == "Always"
    ]
    for container in [*spec["containers"], *sidecars]:
        for port in container.get("ports") or ():
            if "name" in port:
                ports[port.get("protocol", "TCP"), port["name"]].add(port["containerPort"])
    return Pod(address, item["metadata"]["namespace"], _labels(item), dict(ports))


def _labels(item: Object) -> dict[str, str]:
    return item["metadata"].get("labels") or {}


def matches(selector: Object, labels: dict[str, str] | None) -> bool:
    """Tests a label selector; an empty selector matches all, nothing matches labels that are None.

    Raises ValueError on an operator that Kubernetes does not have.
    """
    if labels is None:
        return False
    return all(
        labels.get(key) == value for key, value in (selector.get("matchLabels") or {}).items()
    ) and all(_expression(expression, labels) for expression in selector.get("matchExpressions") or ())


def _expression(expression: Object, labels: dict[str, str]) -> bool:
    key, operator, values = expression["key"], expression["operator"], expression.get("values") or ()
    match operator:
        case "In":
            return key in labels and labels[key] in values
        case "NotIn":
            return key not in labels or labels[key] not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    raise ValueError(f"operator is {operator!r}: In, NotIn, Exists or DoesNotExist")
