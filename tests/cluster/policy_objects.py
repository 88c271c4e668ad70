"""A small cluster as the API tells of it, and NetworkPolicies in few words."""

from __future__ import annotations

from typing import Any

Object = dict[str, Any]
NAMESPACES = {"builds": {"team": "a", "tier": "untrusted"}, "web": {"team": "b"}, "tools": {}}
ADDRESSES = {
    "builder": "10.244.0.11",
    "other": "10.244.0.12",
    "server": "10.244.0.21",
    "second": "10.244.0.22",
    "probe": "10.244.0.31",
}
HTTP = {"name": "http", "containerPort": 8080}


def namespaces() -> list[Object]:
    return [{"metadata": {"name": name, "labels": labels}} for name, labels in NAMESPACES.items()]


def pod(name: str, namespace: str, address: str, *ports: Object, **fields: Any) -> Object:
    return {
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {"app": name, **fields.pop("labels", {})},
            "creationTimestamp": fields.pop("created", "2026-01-02T00:00:00Z"),
        },
        "spec": {"containers": [{"name": "main", "ports": list(ports)}], **fields},
        "status": {"podIP": address, "phase": "Running"},
    }


def pods() -> list[Object]:
    """One pod per namespace of the network, and some that no policy may take for another."""
    ended = pod("builder", "builds", ADDRESSES["probe"], created="2026-01-03T00:00:00Z")
    ended["status"]["phase"] = "Succeeded"
    nameless = pod("pending", "builds", "")
    return [
        pod(
            "builder", "builds", ADDRESSES["builder"], {"name": "dns", "containerPort": 53, "protocol": "UDP"}
        ),
        pod("other", "builds", ADDRESSES["other"], labels={"rank": "low"}),
        pod("server", "web", ADDRESSES["server"], HTTP),
        pod("second", "web", ADDRESSES["second"], {**HTTP, "containerPort": 9090}, labels={"rank": "high"}),
        pod("probe", "tools", ADDRESSES["probe"]),
        pod("host", "web", "10.244.0.1", hostNetwork=True),
        ended,
        nameless,
    ]


def policy(namespace: str, selector: Object | None = None, /, **spec: Any) -> Object:
    return {
        "metadata": {"name": f"policy-{len(str(spec))}", "namespace": namespace},
        "spec": {"podSelector": selector or {}, **spec},
    }


def app(name: str) -> Object:
    return {"matchLabels": {"app": name}}


def expression(key: str, operator: str, *values: str) -> Object:
    return {"matchExpressions": [{"key": key, "operator": operator, "values": list(values)}]}


def ingress_from(*peers: Object) -> Object:
    return policy("web", app("server"), ingress=[{"from": list(peers)}])


def egress_to(*peers: Object, ports: list[Object] | None = None) -> Object:
    rule = {"to": list(peers)} if peers else {}
    return policy(
        "builds",
        app("builder"),
        policyTypes=["Egress"],
        egress=[{**rule, **({"ports": ports} if ports else {})}],
    )


def block(cidr: str, *holes: str) -> Object:
    return {"ipBlock": {"cidr": cidr, "except": list(holes)}}
