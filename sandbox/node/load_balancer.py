"""Gives Services of type LoadBalancer an address, in the part that a cloud's controller has elsewhere.

kube-proxy serves an address as soon as it stands in a Service's status. So the Services themselves are the
only record of who has which: an address is kept across restarts, and free again when its Service is gone.
"""

import ipaddress
import json
import logging
import os
from typing import Any

from kubernetes import client, config, watch
from urllib3.exceptions import HTTPError

from toolkit.polling import wait_for

log = logging.getLogger("load-balancer")
WATCH_SECONDS = 300
# The node starts both together. To be started again and again instead would take a processor all that time.
START_SECONDS = 600
Service = dict[str, Any]


def assigned_address(service: Service) -> str | None:
    """The address in the Service's status."""
    ingress = service.get("status", {}).get("loadBalancer", {}).get("ingress") or [{}]
    address: str | None = ingress[0].get("ip")
    return address


def changes(services: list[Service], addresses: ipaddress.IPv4Network) -> list[tuple[Service, str | None]]:
    """Changes to write: a Service and its address, or None where a Service has one that it must give up.

    Services of another controller's class are not ours. An address that a Service asks for
    (spec.loadBalancerIP) is given when it is in range and free. The oldest Service comes first, so that the
    same Services always get the same answer.
    """
    pool = [str(host) for host in addresses.hosts()]
    assigned: set[str] = set()
    result: list[tuple[Service, str | None]] = []
    without_address: list[Service] = []
    for service in sorted(services, key=_age):
        address, spec = assigned_address(service), service["spec"]
        if spec["type"] != "LoadBalancer":
            if address in pool:
                result.append((service, None))
        elif spec.get("loadBalancerClass") or service["metadata"].get("deletionTimestamp"):
            assigned.update({address} if address in pool else ())  # kube-proxy still serves it
        elif address in pool and address not in assigned:
            assigned.add(address)
        else:
            without_address.append(service)
    for service in without_address:
        requested = service["spec"].get("loadBalancerIP")
        available = [address for address in pool if address not in assigned]
        if requested and requested not in available:
            log.warning("%s asks for %s, which is not to be had", _name(service), requested)
        elif not available:
            log.warning("%s gets no address: all of %s are taken", _name(service), addresses)
        else:
            assigned.add(requested or available[0])
            result.append((service, requested or available[0]))
    return result


def _age(service: Service) -> tuple[str, str]:
    return str(service["metadata"].get("creationTimestamp")), str(service["metadata"].get("uid"))


def _name(service: Service) -> str:
    return f"{service['metadata']['namespace']}/{service['metadata']['name']}"


def reconcile(core: client.CoreV1Api, addresses: ipaddress.IPv4Network) -> str:
    """Writes the addresses; returns the resource version that they were worked out from."""
    answer: Any = core.list_service_for_all_namespaces(_preload_content=False)
    services = json.loads(answer.data)
    for service, address in changes(services["items"], addresses):
        metadata = service["metadata"]
        body = {
            "metadata": {"resourceVersion": metadata["resourceVersion"]},
            "status": {"loadBalancer": {"ingress": [{"ip": address}] if address else None}},
        }
        try:
            core.patch_namespaced_service_status(metadata["name"], metadata["namespace"], body)
        except client.ApiException as error:
            if error.status not in {404, 409}:  # it changed meanwhile: its next event brings us back
                raise
        else:
            log.info("%s: %s", _name(service), address or "address given up")
    return str(services["metadata"]["resourceVersion"])


def run(core: client.CoreV1Api, addresses: ipaddress.IPv4Network) -> None:
    """Assigns addresses at the start and at every change, until it fails; the caller starts it again."""
    while True:
        version = reconcile(core, addresses)
        events = watch.Watch()
        for _ in events.stream(
            core.list_service_for_all_namespaces, resource_version=version, timeout_seconds=WATCH_SECONDS
        ):
            events.stop()


def main() -> None:
    """`KUBECONFIG` and `ADDRESSES` (CIDR) come from the environment."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    config.load_kube_config(os.environ["KUBECONFIG"])
    core = client.CoreV1Api()
    wait_for("the API server", lambda: _problem(core) or True, seconds=START_SECONDS, interval=1)
    run(core, ipaddress.IPv4Network(os.environ["ADDRESSES"]))


def _problem(core: client.CoreV1Api) -> str:
    try:
        core.list_namespaced_service("default", limit=1)
    except (client.ApiException, HTTPError) as error:
        return str(error)
    return ""


if __name__ == "__main__":
    main()
