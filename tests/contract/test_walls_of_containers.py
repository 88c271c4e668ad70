"""Every container that the program makes: as whom it runs, what it asks for, and what it may take.

A row is all of it, so that a limit or a check that is taken away is another row.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from components.kube.priority import BUILDS, INFRASTRUCTURE
from tests.support.recorded import Recording

Walls = dict[str, Any]
RESTRICTED: Walls = {
    "runAsNonRoot": True,
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}
READ_ONLY: Walls = {**RESTRICTED, "readOnlyRootFilesystem": True}
# newuidmap is privilege escalation, and RuntimeDefault forbids the user namespace.
ROOTLESS: Walls = {"runAsNonRoot": True}


@dataclass(frozen=True, kw_only=True)
class Row:
    walls: Walls
    """The pod's securityContext and over it the container's."""
    requests: dict[str, str]
    limits: dict[str, str]
    folders: dict[str, str | None] = field(default_factory=dict)
    """The pod's emptyDirs, with their sizeLimit."""
    priority: str | None = None
    """The pod's class; None: the run's, or 0."""
    token: bool | None = None
    """The pod's own word on its account's token; None: as the account says."""
    seconds: int | None = None
    """For which it stays on a node that does not answer, beside others of its kind on other nodes."""


def user(walls: Walls, number: int) -> Walls:
    return {**walls, "runAsUser": number, "runAsGroup": number}


def amounts(cpu: str = "", memory: str = "", disk: str = "") -> dict[str, str]:
    named = {"cpu": cpu, "memory": memory, "ephemeral-storage": disk}
    return {name: amount for name, amount in named.items() if amount}


PROOF = Row(
    walls=user(READ_ONLY, 1000),
    requests=amounts("10m", "16Mi"),
    limits=amounts(memory="64Mi"),
    token=False,
)
BUILD = {"requests": amounts("250m", "512Mi", "2560Mi"), "limits": amounts("4", "4Gi", "25Gi")}
ALWAYS = {
    "builds git-clone clone": Row(
        walls=user(RESTRICTED, 1000),
        requests=amounts("100m", "128Mi"),
        limits=amounts(memory="2Gi"),
        folders={"home": "256Mi"},
    ),
    "builds commit-status report": Row(
        walls=user(RESTRICTED, 1000), requests=amounts("20m", "32Mi"), limits=amounts(memory="128Mi")
    ),
    "builds network-proof network-proof": PROOF,
    "builds-janitor network-proof network-proof": PROOF,
    "builds-janitor janitor janitor": Row(
        walls=user(READ_ONLY, 65532),
        requests=amounts("20m", "64Mi"),
        limits=amounts(memory="256Mi"),
        folders={"home": None},
        priority=INFRASTRUCTURE,
        seconds=30,
    ),
    # Triggers sets the rest, and refuses a class.
    "builds-webhook github-listener": Row(
        walls={}, requests=amounts("50m", "64Mi"), limits=amounts(memory="2496Mi"), seconds=30
    ),
    "ingress traefik traefik": Row(
        walls=user(READ_ONLY, 65532),
        requests=amounts("50m", "64Mi"),
        limits=amounts(memory="512Mi"),
        folders={"bodies": "256Mi"},
        priority=INFRASTRUCTURE,
        seconds=30,
    ),
    "dashboard dashboard-oauth2-proxy oauth2-proxy": Row(
        walls=user(READ_ONLY, 65532),
        requests=amounts("10m", "32Mi"),
        limits=amounts(memory="128Mi"),
        priority=INFRASTRUCTURE,
        token=False,
        seconds=30,
    ),
}
OF_BUILDER = {
    "buildkit": {
        "builds build-image build-and-push": Row(
            walls=user(ROOTLESS, 1000), folders={"buildkit": "25Gi"}, **BUILD
        )
    },
    "docker": {
        "builds docker-socket docker-build": Row(
            walls={key: value for key, value in user(RESTRICTED, 1000).items() if key != "seccompProfile"},
            requests=amounts("100m", "128Mi"),
            limits=amounts("4", "1Gi", "1Gi"),
            folders={"dind-storage": "25Gi", "dind-socket": None},
        ),
        "builds docker-socket server": Row(
            walls={"privileged": True, "runAsNonRoot": False, "runAsUser": 0, "runAsGroup": 0},
            folders={"dind-storage": "25Gi", "dind-socket": None},
            **BUILD,
        ),
    },
    "shared": {
        "builds build-image build-and-push": Row(
            walls=user(RESTRICTED, 1000),
            requests=amounts("50m", "64Mi"),
            limits=amounts("4", "512Mi", "1Gi"),
        ),
        "builds-buildkitd buildkitd buildkitd": Row(
            walls={**user(ROOTLESS, 1000), "fsGroup": 1000, "fsGroupChangePolicy": "OnRootMismatch"},
            requests=amounts("250m", "512Mi", "64Mi"),
            limits=amounts("16", "16Gi", "2Gi"),
            priority=BUILDS,
            token=False,
        ),
    },
}


def pods(recording: Recording) -> Iterator[tuple[str, Any, dict[str, str]]]:
    """Name, spec and labels of each kind of pod."""
    templated = ("Deployment", "StatefulSet", "DaemonSet", "Job")
    kinds = (*templated, "Task", "EventListener")
    for kind, body in [(each, body) for each in kinds for body in recording.own(each)]:
        meta = body["metadata"]
        name = f"{meta.get('namespace')} {re.sub('-[0-9a-f]{8}$', '', meta['name'])}"
        if kind in templated:
            template = body["spec"]["template"]
            yield name, template["spec"], template["metadata"]["labels"]
        elif kind == "Task":
            spec = body["spec"]
            yield name, {**spec, "containers": [*spec["steps"], *spec.get("sidecars", ())]}, {}
        else:
            spec = body["spec"]["resources"]["kubernetesResource"]["spec"]["template"]["spec"]
            yield name, spec, {"eventlistener": meta["name"]}


def seconds(pod: Any, labels: dict[str, str]) -> int | None:
    tolerated = pod.get("tolerations", ())
    found = {entry["tolerationSeconds"] for entry in tolerated}
    keys = {entry["key"] for entry in tolerated if entry["effect"] == "NoExecute"}
    spread = [entry["labelSelector"]["matchLabels"] for entry in pod.get("topologySpreadConstraints", ())]
    lost = {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"}
    if keys == lost and len(found) == len(spread) == 1 and spread[0] and spread[0].items() <= labels.items():
        return int(found.pop())
    return None


def rows(recording: Recording) -> Iterator[tuple[str, Row]]:
    for name, pod, labels in pods(recording):
        for container in pod["containers"]:
            resources = container.get("resources") or container.get("computeResources") or {}
            yield (
                f"{name} {container.get('name', '')}".strip(),
                Row(
                    walls={**pod.get("securityContext", {}), **container.get("securityContext", {})},
                    requests=resources.get("requests", {}),
                    limits=resources.get("limits", {}),
                    folders={
                        volume["name"]: volume["emptyDir"].get("sizeLimit")
                        for volume in pod.get("volumes", ())
                        if "emptyDir" in volume
                    },
                    priority=pod.get("priorityClassName"),
                    token=pod.get("automountServiceAccountToken"),
                    seconds=seconds(pod, labels),
                ),
            )


def test_every_container_of_ours_has_its_walls_and_its_bounds(built: tuple[str, Recording]) -> None:
    builder, recording = built
    assert dict(rows(recording)) == {**ALWAYS, **OF_BUILDER[builder]}, (
        "a limit or a check less, or a container that nobody has judged"
    )
