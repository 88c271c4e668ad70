"""Encryption of the endpoints of a production stack."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .resource import Object, Resource, at, items, objects, text

PRODUCTION = ("prod", "production")
EXPOSING = ("LoadBalancer", "NodePort")
ADVICE = "set `ingress.kind` to one with TLS, and `ingress.tls`"
INGRESS = ("networking.k8s.io", "extensions")
# By the number that a client calls, or by what the port is called: 443, https, websecure.
TLS_PORTS = (443, 8443)
TLS_NAME = re.compile(r"https|tls|secure|wss|grpcs", re.IGNORECASE)
# A port of that name or number behind the Service is plain HTTP, whatever the client calls.
PLAIN_PORTS = (80, 8000, 8080, "http", "web", "http-listener")
# Where a load balancer ends TLS itself, an annotation of its Service says so.
CERTIFICATES = {
    "service.cloud.tencent.com/specify-protocol": re.compile(r"HTTPS|TCP_SSL"),
    "service.beta.kubernetes.io/aws-load-balancer-ssl-cert": re.compile(r"."),
}
# Where a load balancer is none of the internet's, as well.
INTERNAL = {
    "service.kubernetes.io/qcloud-loadbalancer-internal-subnetid": re.compile(r"."),
    "service.beta.kubernetes.io/aws-load-balancer-internal": re.compile(r"true|0\.0\.0\.0/0"),
    "service.beta.kubernetes.io/aws-load-balancer-scheme": re.compile(r"^internal$"),
    "service.beta.kubernetes.io/azure-load-balancer-internal": re.compile(r"true"),
    "networking.gke.io/load-balancer-type": re.compile(r"Internal"),
}


def is_production(stack: str) -> bool:
    """True when a part of the name is `prod` or `production`; `-`, `_` and `.` separate parts."""
    return any(part in PRODUCTION for part in re.split(r"[-_.]", stack.lower()))


def tls_in_production(resource: Resource) -> Iterator[str]:
    """What a production stack shows to the world is encrypted."""
    if not is_production(resource.stack):
        return
    for item in objects(resource):
        if item.kind == "Ingress" and item.group in INGRESS:
            yield from _ingress(item)
        elif item.kind == "Service" and item.group == "core":
            yield from _service(item)
        elif item.kind == "EventListener":
            yield from _listener(item)
        elif item.kind == "Gateway" and item.group == "gateway.networking.k8s.io":
            protocols = [at(listener, "protocol") for listener in items(item.at("spec", "listeners"))]
            if "HTTP" in protocols and not {"HTTPS", "TLS"} & {
                listener for listener in protocols if text(listener)
            }:
                yield "its listeners speak plain HTTP: add one with `protocol: HTTPS`"


def _ingress(item: Object) -> Iterator[str]:
    tls = item.at("spec", "tls")
    if not tls:
        yield "it has no TLS: set `ingress.tls`, and `dashboard.tls` for the Dashboard"
        return
    hosts = [host for entry in items(tls) for host in items(at(entry, "hosts"))]
    # One without hosts is for all; what is not known may be.
    if (
        not hosts
        or not all(map(text, hosts))
        or not all(any(items(at(entry, "hosts"))) for entry in items(tls))
    ):
        return
    for rule in items(item.at("spec", "rules")):
        host = at(rule, "host") or ""
        if isinstance(host, str) and not any(_fits(host, pattern) for pattern in hosts):
            yield f"it has no TLS for {host or 'other host names'}: add the host to `spec.tls`"


def _fits(host: str, pattern: str) -> bool:
    """True when a certificate's host is this; `*.example.com` is for each name of one label more."""
    return host == pattern or (pattern.startswith("*.") and host.partition(".")[2] == pattern[2:])


def _service(item: Object) -> Iterator[str]:
    service_type = item.at("spec", "type")
    if service_type not in EXPOSING and not any(items(item.at("spec", "externalIPs"))):
        return
    annotations = item.at("metadata", "annotations")
    if _has(annotations, CERTIFICATES) or (service_type == "LoadBalancer" and _has(annotations, INTERNAL)):
        return
    ports = [port for port in items(item.at("spec", "ports")) if at(port, "protocol") not in ("UDP", "SCTP")]
    if ports and not any(_is_encrypted(port) for port in ports):
        exposure = service_type if service_type in EXPOSING else "externalIPs"
        yield f"its {exposure} speaks plain HTTP, as no port is for TLS: {ADVICE}"


def _has(annotations: Any, table: Mapping[str, re.Pattern[str]]) -> bool:
    return any(
        text(value := at(annotations, name)) and pattern.search(value) is not None
        for name, pattern in table.items()
    )


def _is_encrypted(port: Any) -> bool:
    """True when a Service's port is for TLS, as far as it says."""
    protocol, name = at(port, "appProtocol"), at(port, "name")
    if text(protocol):
        return TLS_NAME.search(protocol) is not None
    if at(port, "targetPort") in PLAIN_PORTS:
        return False
    # SSH is encrypted too.
    return at(port, "port") in (*TLS_PORTS, 22) or (text(name) and TLS_NAME.search(name) is not None)


def _listener(item: Object) -> Iterator[str]:
    service = item.at("spec", "resources", "kubernetesResource")
    service_type = at(service, "serviceType") or item.at("spec", "serviceType")
    if service_type not in EXPOSING:
        return
    # With a certificate in its environment the listener itself speaks TLS.
    containers = items(at(service, "spec", "template", "spec", "containers"))
    names = [at(variable, "name") for container in containers for variable in items(at(container, "env"))]
    if "TLS_CERT" not in names or "TLS_KEY" not in names:
        yield f"its {service_type} speaks plain HTTP: {ADVICE}"
