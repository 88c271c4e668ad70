"""Workloads are awaited as by the official provider, on a real API server."""

from __future__ import annotations

import pytest

from plugins.kubernetes.api import Api, Object
from tests.cluster.kubernetes_plugin.objects import (
    deployment,
)
from tests.cluster.kubernetes_plugin.waiting import (
    Wait,
    pods_of,
    run_pod,
    set_status,
    stop_pod,
)

pytestmark = pytest.mark.cluster


def test_a_deployment_is_awaited_until_its_pods_are_available(api: Api, namespace: str) -> None:
    """Deployment: rollout complete, Available, all Pods of the ReplicaSet ready."""
    with Wait(api, deployment("web", namespace, replicas=2)) as wait:
        pods = pods_of(api, namespace, 2)
        wait.until_said("(0/2 Pods available)")
        run_pod(api, pods[0])
        wait.until_said("(1/2 Pods available)")
        assert not wait.over, "one of two Pods is not enough"
        run_pod(api, pods[1])
        live = wait.ready()
    assert live["status"]["availableReplicas"] == 2, "outputs are the state that was waited for"


def test_a_deployment_that_does_not_become_ready_names_the_image_that_cannot_be_pulled(
    api: Api, namespace: str
) -> None:
    """Deployment: at the timeout the errors of its Pods are told, and the object is kept in the state."""
    with Wait(api, deployment("web", namespace, replicas=1), timeout=3) as wait:
        stop_pod(api, pods_of(api, namespace, 1)[0], "ImagePullBackOff", "Back-off pulling image")
        error = wait.not_ready()
    assert f"Deployment {namespace}/web is not ready after 3 s" in str(error)
    assert any("ImagePullBackOff: Back-off pulling image" in reason for reason in error.reasons)
    assert error.last_object, "without it the next run would try to create the Deployment again"


def test_warnings_among_the_events_are_told(api: Api, namespace: str) -> None:
    """Await logic: Warning events about the object show up while it is waited for."""
    with Wait(api, deployment("web", namespace, replicas=1), timeout=2) as wait:
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": "w", "namespace": namespace},
            "type": "Warning",
            "reason": "FailedMount",
            "message": "no such secret",
            "involvedObject": {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "name": "web",
                "namespace": namespace,
                "uid": wait.obj["metadata"]["uid"],
            },
        }
        api.create(event, field_manager="test")
        assert "FailedMount: no such secret" in wait.not_ready().reasons


def test_a_pod_is_awaited_until_it_is_ready(api: Api, namespace: str) -> None:
    """Pod: PodScheduled, Initialized, Ready."""
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "one", "namespace": namespace},
        "spec": {"containers": [{"name": "main", "image": "example.invalid/none"}]},
    }
    with Wait(api, pod) as wait:
        wait.until_said("[1/3] Waiting for Pod to be scheduled")
        run_pod(api, wait.obj)
        wait.ready()


def test_a_stateful_set_is_awaited_until_its_pods_are_ready(api: Api, namespace: str) -> None:
    """StatefulSet: all replicas ready and of the current revision."""
    obj = deployment("db", namespace, replicas=1)
    obj["kind"] = "StatefulSet"
    obj["spec"]["serviceName"] = "db"
    with Wait(api, obj) as wait:
        wait.until_said("(0/1 Pods ready)")
        run_pod(api, pods_of(api, namespace, 1)[0])
        wait.ready()


def test_a_daemon_set_without_nodes_is_ready(api: Api, namespace: str) -> None:
    """DaemonSet: as many Pods as nodes want it; here there is no node."""
    obj = deployment("agent", namespace)
    obj["kind"] = "DaemonSet"
    del obj["spec"]["replicas"]
    with Wait(api, obj) as wait:
        assert wait.ready()["status"]["observedGeneration"] == 1, "the controller must have looked at it"


def job(namespace: str) -> Object:
    container = {"name": "main", "image": "example.invalid/none"}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "task", "namespace": namespace},
        "spec": {
            "backoffLimit": 0,
            "template": {"spec": {"containers": [container], "restartPolicy": "Never"}},
        },
    }


def test_a_job_is_awaited_until_it_is_complete(api: Api, namespace: str) -> None:
    """Job: condition Complete."""
    with Wait(api, job(namespace)) as wait:
        pod = pods_of(api, namespace, 1)[0]
        wait.until_said("Active: 1")
        set_status(api, pod, {"phase": "Succeeded"})
        wait.ready()


def test_a_job_that_failed_is_an_error_at_once(api: Api, namespace: str) -> None:
    """Job: condition Failed ends the wait, long before the timeout."""
    with Wait(api, job(namespace)) as wait:
        set_status(api, pods_of(api, namespace, 1)[0], {"phase": "Failed"})
        error = wait.not_ready()
    assert any("BackoffLimitExceeded" in reason for reason in error.reasons)
