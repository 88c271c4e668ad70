"""A Pod that does not start says why, as the official provider reports it on the workload."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.kubernetes.await_pods import pod_problems, selector_of

Object = dict[str, Any]


def pod(*statuses: Object, **status: Any) -> Object:
    conditions = status.pop("conditions", [{"type": "Ready", "status": "False"}])
    return {
        "metadata": {"name": "web-1", "namespace": "shop"},
        "status": {"containerStatuses": list(statuses), "conditions": conditions, **status},
    }


def waiting(reason: str, message: str = "", **more: Any) -> Object:
    return {"name": "app", "state": {"waiting": {"reason": reason, "message": message}}, **more}


def test_an_image_that_cannot_be_pulled_is_named() -> None:
    """Pods: ErrImagePull and ImagePullBackOff with the registry's own words."""
    problems = pod_problems(pod(waiting("ImagePullBackOff", 'Back-off pulling image "nope"')))
    assert problems == [
        '[Pod shop/web-1]: container "app" is waiting: ImagePullBackOff: Back-off pulling image "nope"'
    ]


def test_a_crash_names_the_exit_code_and_the_last_words() -> None:
    """Pods: CrashLoopBackOff with the last termination's reason, code and message."""
    ended = {"exitCode": 137, "reason": "OOMKilled", "message": "out of memory\n"}
    status = waiting("CrashLoopBackOff", "back-off 10s", lastState={"terminated": ended})
    assert pod_problems(pod(status))[1:] == [
        '[Pod shop/web-1]: container "app" ended with exit code 137 (OOMKilled): out of memory'
    ]


def test_a_failing_init_container_is_told() -> None:
    status = {"name": "migrate", "state": {"terminated": {"exitCode": 1, "reason": "Error"}}}
    assert pod_problems(pod(initContainerStatuses=[status])) == [
        '[Pod shop/web-1]: container "migrate" ended with exit code 1'
    ]


def test_a_pod_that_no_node_takes_gives_the_schedulers_reasons() -> None:
    """Pods: PodScheduled False carries the scheduler's message."""
    conditions = [
        {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": "0/1 nodes: no memory",
        }
    ]
    assert pod_problems(pod(conditions=conditions)) == [
        "[Pod shop/web-1]: Unschedulable: 0/1 nodes: no memory"
    ]


@pytest.mark.parametrize(
    "obj",
    [
        pod(waiting("ContainerCreating")),
        pod(waiting("PodInitializing")),
        pod({"name": "app", "ready": True, "lastState": {"terminated": {"exitCode": 1}}}),
        pod(waiting("CrashLoopBackOff"), conditions=[{"type": "Ready", "status": "True"}]),
        pod(phase="Succeeded"),
    ],
)
def test_a_pod_that_starts_or_runs_or_is_done_has_no_problem(obj: Object) -> None:
    assert pod_problems(obj) == []


def test_a_pod_on_its_way_out_is_not_blamed() -> None:
    obj = pod(waiting("CrashLoopBackOff"))
    obj["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    assert pod_problems(obj) == [], "it belongs to the rollout before"


def test_a_pod_that_only_is_not_ready_repeats_its_condition() -> None:
    conditions = [{"type": "Ready", "status": "False", "message": "containers with unready status: [app]"}]
    assert pod_problems(pod(conditions=conditions)) == [
        "[Pod shop/web-1]: containers with unready status: [app]"
    ]


def test_the_pods_of_a_workload_are_found_by_its_selector() -> None:
    expressions = [
        {"key": "tier", "operator": "In", "values": ["a", "b"]},
        {"key": "tier", "operator": "NotIn", "values": ["c"]},
        {"key": "new", "operator": "Exists"},
        {"key": "old", "operator": "DoesNotExist"},
    ]
    selector = {"matchLabels": {"app": "web"}, "matchExpressions": expressions}
    assert selector_of({"kind": "Deployment", "spec": {"selector": selector}}) == (
        "app=web,tier in (a,b),tier notin (c),new,!old"
    )
    assert selector_of({"kind": "ReplicationController", "spec": {"selector": {"app": "web"}}}) == "app=web"
    assert selector_of({"kind": "Pod", "spec": {}}) is None
