"""Requests of a push's follower to a real API server."""

from collections.abc import Iterator
from typing import Any

import pytest
from kubernetes import client, config

from inspection.pipeline_run import RUN_LABEL
from inspection.runs import EVENT_LABEL, Cluster
from tests.cluster.api_server import ApiServer
from tests.cluster.objects import Objects
from toolkit.polling import wait_for

pytestmark = pytest.mark.cluster

KINDS = {"PipelineRun": "pipelineruns", "TaskRun": "taskruns"}


@pytest.fixture(scope="module")
def tekton(api_server: ApiServer) -> Iterator[None]:
    """Tekton's kinds without Tekton: any content, no controller."""
    api = config.new_client_from_config(config_file=str(api_server.kubeconfig_file))
    extensions = client.ApiextensionsV1Api(api)
    for kind, plural in KINDS.items():
        schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
        extensions.create_custom_resource_definition(
            {
                "metadata": {"name": f"{plural}.tekton.dev"},
                "spec": {
                    "group": "tekton.dev",
                    "scope": "Namespaced",
                    "names": {"kind": kind, "plural": plural},
                    "versions": [version],
                },
            }
        )
    yield
    for plural in KINDS.values():
        extensions.delete_custom_resource_definition(f"{plural}.tekton.dev")


@pytest.fixture
def cluster(tekton: None, api_server: ApiServer, namespace: str) -> Cluster:
    return Cluster.from_kubeconfig(api_server.kubeconfig_file, namespace)


def make(objects: Objects, namespace: str, kind: str, name: str, labels: dict[str, str]) -> None:
    metadata: dict[str, Any] = {"name": name, "namespace": namespace, "labels": labels}
    body = {"apiVersion": "tekton.dev/v1", "kind": kind, "metadata": metadata, "spec": {}}

    def served() -> Any:
        try:
            return objects.create(body)
        except Exception as error:
            return str(error)

    wait_for(f"{kind} is served", served, seconds=20)


def test_only_the_run_of_the_event_is_found(cluster, objects, namespace):
    make(objects, namespace, "PipelineRun", "mine", {EVENT_LABEL: "e-1"})
    make(objects, namespace, "PipelineRun", "another", {EVENT_LABEL: "e-2"})
    assert [run["metadata"]["name"] for run in cluster.pipeline_runs("e-1")] == ["mine"]
    assert len(cluster.pipeline_runs()) == 2, "without an event, all of the namespace"


def test_only_the_tasks_of_the_run_are_found(cluster, objects, namespace):
    make(objects, namespace, "TaskRun", "mine", {RUN_LABEL: "run-1"})
    make(objects, namespace, "TaskRun", "another", {RUN_LABEL: "run-2"})
    assert [run["metadata"]["name"] for run in cluster.task_runs("run-1")] == ["mine"]


def test_a_run_that_is_gone_is_none_and_a_log_that_is_gone_is_empty(cluster):
    assert cluster.pipeline_run("gone") is None
    assert cluster.log("gone", "step-build", 5) == [], "the failure itself must still be told"


def test_a_listener_without_pods_has_no_messages(cluster):
    assert cluster.listener_messages("e-1", "default") == []
