"""What the program adds to a release's workloads."""

from typing import Any

import pytest
import yaml

from components.kube.priority import INFRASTRUCTURE
from components.kube.workloads import CLIENT_LIMITS, OTHER, WORKLOADS, budgets, fitted
from components.tekton.tekton import Tekton, TektonArgs, group_by_stage
from pipelines.tasks.bounds import CPU_MILLIS
from tests.cluster.recorded_stack import recording
from tests.support.manifests import Object, an_object, deployment, releases
from tests.support.program import ROOT
from tests.support.recorded import record

CONTROLLER, INTERCEPTORS = "tekton-pipelines-controller", "tekton-triggers-core-interceptors"
WEBHOOK = "tekton-pipelines-webhook"
HERE = "tekton-pipelines"


def pod(item: Object) -> dict[str, Any]:
    found: dict[str, Any] = item["spec"]["template"]["spec"]
    return found


def scaler(least: int) -> Object:
    spec = {"minReplicas": least, "maxReplicas": 5, "scaleTargetRef": {"kind": "Deployment", "name": WEBHOOK}}
    return an_object("HorizontalPodAutoscaler", WEBHOOK, api="autoscaling/v2", namespace=HERE, spec=spec)


@pytest.mark.parametrize(
    ("name", "cpu", "memory"),
    [
        (CONTROLLER, "50m", "128Mi"),
        (WEBHOOK, "50m", "64Mi"),
        (INTERCEPTORS, "50m", "64Mi"),
        ("tekton-triggers-controller", "20m", "64Mi"),
        ("tekton-triggers-webhook", "20m", "64Mi"),
        ("tekton-dashboard", "20m", "64Mi"),
        ("of-a-later-release", "10m", "64Mi"),
    ],
)
def test_every_container_asks_for_cpu_and_memory(name: str, cpu: str, memory: str) -> None:
    (found,) = fitted([deployment(name, {"name": "a"})])
    (container,) = pod(found)["containers"]
    assert container["resources"] == {"requests": {"cpu": cpu, "memory": memory}}, (
        "BestEffort gets what a busy node leaves"
    )


def test_what_upstream_asks_for_stays() -> None:
    theirs = {"requests": {"cpu": "100m"}, "limits": {"memory": "500Mi"}}
    (found,) = fitted([deployment(WEBHOOK, {"name": "webhook", "resources": theirs})])
    (container,) = pod(found)["containers"]
    assert container["resources"] == {
        "requests": {"cpu": "100m", "memory": WORKLOADS[WEBHOOK].memory},
        "limits": {"memory": "500Mi"},
    }


def test_every_workload_stays_longer_than_builds_and_leaves_a_dead_node_soon() -> None:
    for item in fitted([deployment(name, {"name": "a"}) for name in WORKLOADS]):
        assert pod(item)["priorityClassName"] == INFRASTRUCTURE
        seconds = {entry["key"]: entry["tolerationSeconds"] for entry in pod(item)["tolerations"]}
        assert seconds == {
            "node.kubernetes.io/not-ready": 30,
            "node.kubernetes.io/unreachable": 30,
        }


def test_what_a_push_passes_is_there_twice_on_different_nodes() -> None:
    two = {
        item["metadata"]["name"]: item
        for item in fitted([deployment(name, {"name": "a"}) for name in WORKLOADS])
        if item["spec"].get("replicas", 1) > 1
    }
    assert set(two) == {CONTROLLER, WEBHOOK, INTERCEPTORS}
    for name, item in two.items():
        (spread,) = pod(item)["topologySpreadConstraints"]
        assert spread["labelSelector"]["matchLabels"] == item["spec"]["selector"]["matchLabels"], name
        assert spread["whenUnsatisfiable"] == "ScheduleAnyway", "a cluster of one node must take both"


def test_a_scaled_workload_has_its_number_from_the_autoscaler_alone() -> None:
    changed, item = fitted([scaler(1), deployment(WEBHOOK, {"name": "webhook"})])
    assert changed["spec"]["minReplicas"] == 2
    assert "replicas" not in item["spec"], "each `up` would undo what the autoscaler does"
    assert fitted([scaler(3)])[0]["spec"]["minReplicas"] == 3, "more is upstream's business"


def test_interceptors_ask_the_api_server_as_often_as_they_must() -> None:
    given = [{"name": "A", "value": "1"}, {"name": "KUBE_API_QPS", "value": "5"}]
    item = deployment(INTERCEPTORS, {"name": "interceptors", "env": given})
    (container,) = pod(fitted([item])[0])["containers"]
    assert {entry["name"]: entry["value"] for entry in container["env"]} == {"A": "1", **CLIENT_LIMITS}
    assert pod(item)["containers"][0]["env"] == given, "the release's own object stays as it is"


def test_other_objects_stay_as_they_are() -> None:
    others = [an_object("ConfigMap", "config", namespace=HERE), an_object("Service", "a", namespace=HERE)]
    assert fitted(others) == others


def test_the_stages_have_the_fitted_objects() -> None:
    found = [item for item in group_by_stage(releases())["workloads"] if item["kind"] == "Deployment"]
    assert found
    assert all(pod(item)["priorityClassName"] == INFRASTRUCTURE for item in found)


def test_a_drain_leaves_one_of_two_and_waits_for_no_pod_that_is_not_ready() -> None:
    recording = record(lambda: Tekton("tekton", TektonArgs(releases=releases())))
    found = {one.plain()["metadata"]["name"]: one for one in recording.all("PodDisruptionBudget")}
    assert set(found) == {WEBHOOK, INTERCEPTORS}, "what there is of the two in these releases"
    for name, one in found.items():
        assert one.plain()["metadata"]["namespace"] == HERE
        assert one.plain()["spec"] == {
            "maxUnavailable": 1,
            "selector": {"matchLabels": {"app.kubernetes.io/name": name}},
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
        }
        assert one.deleted_with == recording.one("Namespace", HERE).urn


def test_one_replica_has_no_budget_as_it_could_never_be_moved() -> None:
    assert budgets([deployment("tekton-triggers-controller", {"name": "a"})]) == []


PATCHES = ROOT / "sandbox" / "node" / "patches"
CORES, RUN_MILLIS = 2, 50 + 2 * CPU_MILLIS + 20  # a run's affinity assistant, two builds and a report
OWN = {"listener": 2 * 50, "coredns": 10, "local-path-provisioner": 10}  # of no Deployment of the stack
SPREAD = {"traefik": 2}  # replicas that another component may give it


def millis(item: Object) -> int:
    requests = [container["resources"]["requests"]["cpu"] for container in pod(item)["containers"]]
    return sum(int(cpu[:-1]) if cpu.endswith("m") else int(cpu) * 1000 for cpu in requests)


def test_a_node_of_two_cores_has_room_for_all_of_it_and_a_run_and_for_the_change_to_it() -> None:
    """With the real releases, on the sandbox. While they change there is one more of each."""
    old = [item for item in recording("objects") if item["kind"] in ("Deployment", "HorizontalPodAutoscaler")]
    for item in old:
        if item["metadata"]["name"] == INTERCEPTORS:  # the program of that day had added it
            del pod(item)["containers"][0]["resources"]
    patched = [yaml.safe_load(file.read_text()) for file in PATCHES.iterdir()]
    control_plane = sum(
        int(container["resources"]["requests"]["cpu"].removesuffix("m"))
        for patch in patched
        for container in patch["spec"]["containers"]
    )
    found = [item for item in fitted(old) if item["kind"] == "Deployment"]
    replicas = {
        item["metadata"]["name"]: WORKLOADS.get(item["metadata"]["name"], OTHER).replicas for item in found
    } | SPREAD
    steady = sum(millis(item) * replicas[item["metadata"]["name"]] for item in found) + sum(OWN.values())
    surge = sum(millis(item) for item in found)
    assert control_plane + steady + RUN_MILLIS + surge <= CORES * 1000
