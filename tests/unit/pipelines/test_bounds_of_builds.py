"""What builds may take, seen in the objects of the whole program, and who goes first."""

from pathlib import Path
from typing import Any

import pytest

from components.kube.priority import BUILDS, INFRASTRUCTURE
from pipelines.tasks.bounds import Bounds
from tests.support import program
from tests.support.recorded import Recording
from tests.unit.components.network.test_network_policy import deploy

HUNDRED = 100
BINARY = {"Ki": 1, "Mi": 2, "Gi": 3}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return program.whole(tmp_path_factory.mktemp("stack"))


def amount(quantity: str) -> float:
    """A quantity of Kubernetes in cores, bytes or pieces."""
    if quantity.endswith("m"):
        return float(quantity[:-1]) / 1000
    unit = BINARY.get(quantity[-2:], 0)
    return float(quantity[:-2] if unit else quantity) * 1024**unit


def test_builds_are_below_all_other_pods_and_drive_nobody_away(whole: Recording) -> None:
    builds, others = (whole.one("PriorityClass", name).plain() for name in (BUILDS, INFRASTRUCTURE))
    assert builds["value"] < 0 < others["value"], "a pod without a class, as the listener's, has 0"
    assert builds["preemptionPolicy"] == "Never"
    assert not {"globalDefault"} & (builds.keys() | others.keys()), (
        "somebody else's pods are not ours to rank"
    )
    (run,) = whole.one("TriggerTemplate", "github-template").plain()["spec"]["resourcetemplates"]
    assert run["spec"]["taskRunTemplate"]["podTemplate"]["priorityClassName"] == BUILDS


def test_the_workloads_of_a_release_start_when_their_class_is_there(whole: Recording) -> None:
    needed = whole.one("PriorityClass", INFRASTRUCTURE).urn
    found = [one for one in whole.all("Deployment") if one.released]
    assert found
    for one in found:
        assert needed in one.dependencies, f"the pods of {one.name} would be refused"


def test_the_listener_and_the_janitor_leave_a_dead_node_soon(whole: Recording) -> None:
    listener = whole.one("EventListener", "github-listener").plain()["spec"]["resources"]
    janitor = whole.one("Deployment", "janitor").plain()["spec"]
    pods = (listener["kubernetesResource"]["spec"]["template"]["spec"], janitor["template"]["spec"])
    for pod in pods:
        assert {entry["tolerationSeconds"] for entry in pod["tolerations"]} == {30}
    assert pods[1]["priorityClassName"] == INFRASTRUCTURE
    assert "priorityClassName" not in pods[0], (
        "Triggers refuses it (event_listener_validation.go, podSpecMask)"
    )
    (spread,) = pods[0]["topologySpreadConstraints"]
    assert spread["labelSelector"]["matchLabels"] == {"eventlistener": "github-listener"}


def test_a_container_that_says_nothing_asks_for_little_and_takes_no_more_than_a_build(tmp_path: Path) -> None:
    found = deploy(tmp_path, builder={"memoryGib": 2, "diskGib": 10}).one("LimitRange", "builds", "builds")
    (entry,) = found.plain()["spec"]["limits"]
    assert entry["type"] == "Container"
    assert entry["default"] == {"memory": "2Gi", "ephemeral-storage": "15Gi"}
    assert entry["defaultRequest"].keys() == {"cpu", "memory", "ephemeral-storage"}, (
        "the quota refuses a pod with a container that asks for none of them"
    )
    assert "max" not in entry
    assert "min" not in entry


def requests(hard: dict[str, Any]) -> dict[str, float]:
    return {key.removeprefix("requests."): amount(value) for key, value in hard.items()}


@pytest.mark.parametrize(
    ("settings", "runs"),
    [({}, HUNDRED), ({"runs": {"concurrencyLimit": 2}}, HUNDRED), ({"runs": {"concurrencyLimit": 300}}, 300)],
)
def test_the_quota_has_room_for_a_hundred_runs_and_for_all_that_may_run(
    tmp_path: Path, settings: dict[str, Any], runs: int
) -> None:
    builder = {"memoryGib": 16, "diskGib": 80, "parallel": 3}
    recording = deploy(tmp_path, builder=builder, **settings)
    quota = recording.one("ResourceQuota", "builds", "builds").plain()
    room = requests(quota["spec"]["hard"])
    build = Bounds(memory_gib=16, disk_gib=80, cpus=4).requests
    assert room.pop("pods") == runs * (3 + 3)
    assert room.keys() == build.keys(), "requests alone: limits are more than a node has, and are to be"
    for key, asked in build.items():
        assert runs * 3 * amount(asked) < room[key] < 2 * runs * 3 * amount(asked) + runs * 2**30


def test_the_quota_comes_when_every_container_has_requests(whole: Recording) -> None:
    quota = whole.one("ResourceQuota", "builds", "builds")
    assert whole.one("LimitRange", "builds", "builds").urn in quota.dependencies
    assert quota.plain()["metadata"]["annotations"] == {"pulumi.com/skipAwait": "true"}


@pytest.mark.parametrize("kind", ["buildkit", "docker"])
def test_what_runs_a_dockerfile_has_a_limit_of_everything(tmp_path: Path, kind: str) -> None:
    builder = {"kind": kind, "memoryGib": 6, "diskGib": 30, "cpus": 2}
    name = {"buildkit": "build-image", "docker": "docker-socket"}[kind]
    task = deploy(tmp_path, builder=builder).one("Task", name, "builds").plain()["spec"]
    (runs,) = task["sidecars"] if kind == "docker" else task["steps"]
    assert runs["computeResources"]["limits"] == {"cpu": "2", "memory": "6Gi", "ephemeral-storage": "35Gi"}
    assert {"name": "DISK_GIB", "value": "30"} in runs["env"]
    sizes = {volume["name"]: volume.get("emptyDir", {}).get("sizeLimit") for volume in task["volumes"]}
    assert sizes[{"buildkit": "buildkit", "docker": "dind-storage"}[kind]] == "35Gi"


def test_a_shared_buildkitd_is_a_build_to_its_node(tmp_path: Path) -> None:
    builder = {"buildkitdVolumeGib": 50, "memoryGib": 2, "parallel": 3, "cpus": 2}
    spec = (
        deploy(tmp_path, builder=builder).one("StatefulSet", "buildkitd").plain()["spec"]["template"]["spec"]
    )
    assert spec["priorityClassName"] == BUILDS
    (container,) = spec["containers"]
    assert container["resources"]["limits"] == {"cpu": "6", "memory": "6Gi", "ephemeral-storage": "2Gi"}
