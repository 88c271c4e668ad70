"""When Services and Ingresses are ready. Pure functions of the objects and of how long nothing has
changed.
"""

from __future__ import annotations

from collections.abc import Iterable

from plugins.kubernetes.await_readiness import Object, Readiness, at

# So long the endpoints must stand still before "there are none" is believed; the official provider's value.
SETTLED_AFTER = 10.0
# With no endpoints in sight at all, an Ingress waits longer; also the official provider's value.
NO_ENDPOINTS_AFTER = 60.0
SERVICE_OF_SLICE = "kubernetes.io/service-name"

NO_TARGET = (
    "Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not "
    "match "
    "labels on any Pods"
)


def waits_for_endpoints(service: Object) -> bool:
    """Not for headless and ExternalName Services and those without a selector: nobody says who answers for
    them.
    """
    return (
        at(service, "spec", "type") != "ExternalName"
        and at(service, "spec", "clusterIP") != "None"
        and bool(at(service, "spec", "selector"))
    )


def endpoints(slices: Iterable[Object], quiet: float) -> Readiness:
    """Of a Service's EndpointSlices that have not changed for `quiet` seconds: no Pod is still on its way.

    A Service that selects no Pod at all passes once that has settled: Pods may be meant to come later.
    """
    ready = pending = 0
    for each in slices:
        for endpoint in at(each, "endpoints", default=[]):
            conditions = endpoint.get("conditions") or {}
            if conditions.get("ready") is not False:  # absent means ready
                ready += 1
            elif not conditions.get("terminating"):
                pending += 1
    message = f"[1/3] Finding Pods to direct traffic to ({ready} ready, {pending} not ready)"
    if pending:
        return Readiness(False, message, () if ready else (NO_TARGET,))
    return Readiness(ready > 0 or quiet >= SETTLED_AFTER, message, () if ready else (NO_TARGET,))


def service(obj: Object) -> Readiness:
    """A load balancer must have an address; every other Service is ready as it stands."""
    if at(obj, "spec", "type") != "LoadBalancer" or at(obj, "status", "loadBalancer", "ingress"):
        return Readiness(True, "Service initialization complete")
    return Readiness(
        False,
        "[2/3] Attempting to allocate IP address to Service",
        ("Service was not allocated an IP address; does your cloud provider support this?",),
    )


def backends(ingress: Object) -> dict[str, str]:
    """Names of the Services that the rules send to, each with `host/path -> "service"` for messages."""
    found: dict[str, str] = {}
    for rule in at(ingress, "spec", "rules", default=[]):
        for path in at(rule, "http", "paths", default=[]):
            name = at(path, "backend", "service", "name")
            if name:
                where = f'"{rule.get("host") or ""}{path.get("path") or ""}"'
                found.setdefault(name, f'{where} -> "{name}"')
    return found


def targets(ingress: Object, slices: list[Object], external: set[str], quiet: float) -> Readiness:
    """Whether every rule's Service has endpoints, ready or not, or is in `external` (ExternalName).

    What is not there when nothing has changed for a while may never be: then the address alone is waited for.
    """
    known = {at(each, "metadata", "labels", SERVICE_OF_SLICE) for each in slices} | external
    missing = [text for name, text in backends(ingress).items() if name not in known]
    if not missing:
        return Readiness(True, "[1/3] Found a Service for each Ingress path")
    message = "[1/3] Finding a matching Service for each Ingress path"
    problems = tuple(f"No matching Service found for Ingress rule: {text}" for text in missing)
    return Readiness(quiet >= (SETTLED_AFTER if slices else NO_ENDPOINTS_AFTER), message, problems)


def ingress(obj: Object) -> Readiness:
    """A controller must have written an address into the status."""
    if at(obj, "status", "loadBalancer", "ingress"):
        return Readiness(True, "Ingress initialization complete")
    return Readiness(
        False,
        "[2/3] Waiting for update of .status.loadBalancer with hostname/IP",
        ("Ingress .status.loadBalancer field was not updated with a hostname/IP address",),
    )
