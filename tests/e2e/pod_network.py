"""Connections that a pod of the sandbox tries, and those that come about."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.e2e.kubectl import kubectl
from toolkit.paths import Paths
from toolkit.polling import wait_for

SECONDS = 180
AT_ONCE = 30
# Each word is HOST:PORT; those with a TCP connection are printed. Policies bind seconds after a pod's start
# in some clusters, and here before it: one try is enough.
SCRIPT = f"""printf '%s\\n' "$@" | xargs -P {AT_ONCE} -n 1 sh -c '
seconds=$(curl --silent --noproxy "*" --output /dev/null --connect-timeout 2 --max-time 4 \\
  --write-out "%{{time_connect}}" "http://$1/")
case $seconds in 0 | 0.000000) ;; *) echo "$1" ;; esac
' try
true"""


def reached(
    paths: Paths, image: str, namespace: str, targets: Iterable[str], labels: Mapping[str, str] = {}
) -> set[str]:
    """Targets, each HOST:PORT, that a pod in the namespace connects to by TCP."""
    with _pod(paths, image, namespace, labels, [*targets]) as name:

        def ended() -> str | bool:
            phase = kubectl(paths, "get", "pod", name, "-n", namespace, "-o", "jsonpath={.status.phase}")
            return phase == "Succeeded" or phase

        wait_for(f"the tries of a pod in {namespace}", ended, seconds=SECONDS)
        return set(kubectl(paths, "logs", name, "-n", namespace).split())


@contextmanager
def _pod(
    paths: Paths, image: str, namespace: str, labels: Mapping[str, str], arguments: list[str]
) -> Iterator[str]:
    name = "tries-connections"
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": dict(labels)},
        "spec": {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "securityContext": {"runAsNonRoot": True, "runAsUser": 1000, "seccompProfile": _DEFAULT},
            "containers": [
                {
                    "name": "tries",
                    "image": image,
                    "command": ["sh", "-c", SCRIPT, "tries", *arguments],
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "capabilities": {"drop": ["ALL"]},
                    },
                }
            ],
        },
    }
    kubectl(paths, "create", "-f", "-", stdin=json.dumps(pod))
    try:
        yield name
    finally:
        kubectl(paths, "delete", "pod", name, "-n", namespace, "--now")


_DEFAULT = {"type": "RuntimeDefault"}


def services(paths: Paths) -> dict[str, str]:
    """Every TCP port of every Service, as HOST:PORT, and whose it is."""
    owners = {}
    for item in _items(paths, "services"):
        for port in item["spec"]["ports"]:
            if port.get("protocol", "TCP") == "TCP" and item["spec"].get("clusterIP", "None") != "None":
                addresses = [item["spec"]["clusterIP"], *_balancers(item)]
                owners |= {f"{address}:{port['port']}": _name(item) for address in addresses}
    return owners


def pods(paths: Paths) -> dict[str, str]:
    """Every port that a container of a running pod names, as HOST:PORT, and whose it is."""
    owners = {}
    for item in _items(paths, "pods"):
        address = item["status"].get("podIP")
        if address and item["status"]["phase"] == "Running":
            for container in item["spec"]["containers"]:
                for port in container.get("ports", ()):
                    owners[f"{address}:{port['containerPort']}"] = _name(item)
    return owners


def _balancers(service: Any) -> list[str]:
    return [item["ip"] for item in service["status"].get("loadBalancer", {}).get("ingress", ())]


def _items(paths: Paths, kind: str) -> list[Any]:
    items: list[Any] = json.loads(kubectl(paths, "get", kind, "-A", "-o", "json"))["items"]
    return items


def _name(item: Any) -> str:
    return f"{item['metadata']['namespace']}/{item['metadata']['name']}"
