"""Workloads are ready when the official provider says they are, and say why they are not.

Each docstring names the documented rule:
https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/ and the `Resource readiness` it describes.
"""

from __future__ import annotations

from typing import Any

import pytest

from plugins.kubernetes.await_workloads import (
    daemon_set,
    deployment,
    job,
    pod,
    replication_controller,
    stateful_set,
)

Object = dict[str, Any]


def condition(kind: str, status: str, **more: str) -> Object:
    return {"type": kind, "status": status, **more}


AVAILABLE = condition("Available", "True", reason="MinimumReplicasAvailable")
ROLLED_OUT = condition("Progressing", "True", reason="NewReplicaSetAvailable")


def rollout(*conditions: Object, generation: int = 2, observed: int = 2, **status: int) -> Object:
    counts = {"replicas": 3, "updatedReplicas": 3, "readyReplicas": 3, "availableReplicas": 3, **status}
    return {
        "metadata": {"name": "web", "generation": generation},
        "spec": {"replicas": 3},
        "status": {"observedGeneration": observed, "conditions": list(conditions), **counts},
    }


def test_a_deployment_is_ready_when_its_rollout_is_complete_and_it_is_available() -> None:
    """Deployment: Available is True and Progressing is True with reason NewReplicaSetAvailable."""
    assert deployment(rollout(AVAILABLE, ROLLED_OUT)).ready


def test_a_deployment_whose_last_change_the_controller_has_not_seen_is_not_ready() -> None:
    """Deployment: status counts only once observedGeneration has caught up."""
    assert not deployment(rollout(AVAILABLE, ROLLED_OUT, observed=1)).ready, "the status is of the old spec"


def test_a_deployment_without_any_status_is_not_ready() -> None:
    assert not deployment({"metadata": {"generation": 1}, "spec": {}}).ready


@pytest.mark.parametrize(
    "obj",
    [
        rollout(AVAILABLE, condition("Progressing", "True", reason="ReplicaSetUpdated")),
        rollout(condition("Available", "False"), ROLLED_OUT),
        rollout(AVAILABLE, ROLLED_OUT, readyReplicas=2),
        rollout(AVAILABLE, ROLLED_OUT, updatedReplicas=2),
        rollout(AVAILABLE, ROLLED_OUT, replicas=4),
    ],
)
def test_a_deployment_in_the_middle_of_a_rollout_is_not_ready(obj: Object) -> None:
    assert not deployment(obj).ready


def test_a_deployment_tells_how_many_pods_are_available() -> None:
    seen = deployment(rollout(condition("Available", "False"), readyReplicas=1))
    assert "(1/3 Pods available)" in seen.message
    assert "Minimum number of live Pods was not attained" in seen.problems


def test_a_deployment_past_its_deadline_is_told_and_still_waited_for() -> None:
    """Deployment: ProgressDeadlineExceeded is a warning; the wait goes on until its own timeout."""
    late = condition(
        "Progressing", "False", reason="ProgressDeadlineExceeded", message="timed out progressing."
    )
    seen = deployment(rollout(late, readyReplicas=0))
    assert "[ProgressDeadlineExceeded] timed out progressing." in seen.problems
    assert not seen.failed, "the image may be pushed late, and then it does become ready"


def test_a_deployment_names_why_pods_could_not_be_made() -> None:
    quota = condition("ReplicaFailure", "True", reason="FailedCreate", message="exceeded quota")
    assert "[FailedCreate] exceeded quota" in deployment(rollout(quota, readyReplicas=0)).problems


def test_a_deployment_of_no_replicas_is_ready() -> None:
    """Deployment: replicas 0 needs no Pods."""
    obj = rollout(AVAILABLE, ROLLED_OUT, replicas=0, updatedReplicas=0, readyReplicas=0)
    obj["spec"]["replicas"] = 0
    assert deployment(obj).ready


def replicas(generation: int = 1, strategy: str = "RollingUpdate", **status: Any) -> Object:
    return {
        "metadata": {"generation": generation},
        "spec": {"replicas": 2, "updateStrategy": {"type": strategy}},
        "status": {
            "observedGeneration": generation,
            "replicas": 2,
            "readyReplicas": 2,
            "currentReplicas": 2,
            "currentRevision": "a",
            "updateRevision": "a",
            **status,
        },
    }


def test_a_stateful_set_is_ready_when_all_counts_and_the_revision_agree() -> None:
    """StatefulSet: replicas, currentReplicas, readyReplicas are spec.replicas; updateRevision is current."""
    assert stateful_set(replicas()).ready


@pytest.mark.parametrize(
    ("obj", "problem"),
    [
        (replicas(readyReplicas=1), "1 out of 2 replicas succeeded readiness checks"),
        (replicas(2, updateRevision="b"), 'failed to advance from revision "a" to revision "b"'),
    ],
)
def test_a_stateful_set_that_is_not_ready_says_what_is_missing(obj: Object, problem: str) -> None:
    seen = stateful_set(obj)
    assert not seen.ready
    assert problem in seen.problems[0]


def test_a_stateful_set_on_delete_does_not_wait_for_the_new_revision() -> None:
    """StatefulSet, OnDelete: after an update only replicas and readyReplicas count."""
    obj = replicas(2, "OnDelete", updateRevision="b", currentReplicas=0)
    assert stateful_set(obj).ready, "its Pods change when somebody deletes them, which may be next week"


def test_a_stateful_set_with_a_status_of_the_past_is_not_ready() -> None:
    """StatefulSet: observedGeneration must have caught up."""
    assert not stateful_set(replicas(2, observedGeneration=1)).ready


def daemons(**status: int) -> Object:
    counts = dict.fromkeys(
        (
            "desiredNumberScheduled",
            "currentNumberScheduled",
            "updatedNumberScheduled",
            "numberAvailable",
            "numberReady",
        ),
        3,
    )
    return {"metadata": {"generation": 1}, "status": {"observedGeneration": 1, **counts, **status}}


def test_a_daemon_set_is_ready_when_every_node_has_its_pod() -> None:
    """DaemonSet: kstatus, desired <= current, updated, available, ready."""
    assert daemon_set(daemons()).ready
    for key in ("currentNumberScheduled", "updatedNumberScheduled", "numberAvailable", "numberReady"):
        assert not daemon_set(daemons(**{key: 2})).ready, key


def test_a_replication_controller_is_ready_when_all_replicas_are_available() -> None:
    obj: Object = {"spec": {"replicas": 2}, "status": {"availableReplicas": 1}}
    assert not replication_controller(obj).ready
    obj["status"]["availableReplicas"] = 2
    assert replication_controller(obj).ready


def test_a_job_is_ready_when_complete() -> None:
    """Job: startTime is set, condition Complete is True."""
    assert "start" in job({"status": {}}).message
    running = job({"status": {"startTime": "now", "active": 1}})
    assert "(Active: 1 | Succeeded: 0 | Failed: 0)" in running.message
    assert job({"status": {"startTime": "now", "conditions": [condition("Complete", "True")]}}).ready


def test_a_job_that_failed_is_an_error_at_once() -> None:
    """Job: condition Failed (BackoffLimitExceeded, DeadlineExceeded) ends the wait."""
    failed = condition("Failed", "True", reason="BackoffLimitExceeded", message="too many retries")
    seen = job({"status": {"startTime": "now", "conditions": [failed]}})
    assert seen.failed
    assert seen.problems == ("[BackoffLimitExceeded] too many retries",)


def running_pod(*kinds: str, phase: str = "Running", **status: Any) -> Object:
    return {
        "metadata": {"name": "web", "namespace": "shop"},
        "status": {"phase": phase, "conditions": [condition(kind, "True") for kind in kinds], **status},
    }


def test_a_pod_is_ready_after_scheduling_and_initialization() -> None:
    """Pod: PodScheduled, Initialized and Ready are True."""
    assert "scheduled" in pod(running_pod()).message
    assert "initialized" in pod(running_pod("PodScheduled")).message
    assert "ready" in pod(running_pod("PodScheduled", "Initialized")).message
    assert pod(running_pod("PodScheduled", "Initialized", "Ready")).ready


def test_a_pod_that_has_done_its_work_is_ready() -> None:
    """Pod: phase Succeeded counts as ready."""
    assert pod(running_pod(phase="Succeeded")).ready


def test_a_pod_that_failed_is_an_error_at_once() -> None:
    seen = pod(running_pod(phase="Failed", message="node was drained"))
    assert seen.failed
    assert seen.problems == ("node was drained",)
