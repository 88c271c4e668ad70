"""The official Kubernetes provider as the program relies on it: when an object counts as ready."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cluster.api_server import ApiServer
from tests.cluster.objects import Objects
from tests.cluster.pulumi_stack import Stack

pytestmark = pytest.mark.cluster

CONDITION = "condition=Available"
PATHS = json.dumps(["jsonpath={.webhooks[0].clientConfig.caBundle}", "jsonpath={.metadata.labels.ready}=yes"])
WAITING = """
kubernetes.admissionregistration.v1.ValidatingWebhookConfiguration(
    "hook",
    metadata={"name": "hook-NAMESPACE", "annotations": {
        "pulumi.com/waitFor": '''PATHS''', "pulumi.com/timeoutSeconds": "2"}},
    webhooks=[{"name": "a.example.com", "side_effects": "None", "admission_review_versions": ["v1"],
        "client_config": {"service": {"namespace": "NAMESPACE", "name": "none"}}}],
    opts=options())
web = kubernetes.apps.v1.Deployment(
    "web",
    metadata={"name": "web", "namespace": "NAMESPACE", "annotations": {
        "pulumi.com/waitFor": "CONDITION", "pulumi.com/timeoutSeconds": "2"}},
    spec={
        "replicas": REPLICAS,
        "selector": {"match_labels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}},
                     "spec": {"containers": [{"name": "main", "image": "example.invalid/none"}]}},
    },
    opts=options(),
)
kubernetes.core.v1.ConfigMap("after", metadata={"name": "after", "namespace": "NAMESPACE"},
    opts=options(depends_on=[web]))
"""
NOBODY = {
    "apiVersion": "v1",
    "kind": "Config",
    # Port 9 (discard) of loopback: nothing listens, and nothing leaves the machine.
    "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:9"}}],
    "users": [{"name": "u", "user": {"token": "t"}}],
    "contexts": [{"name": "main", "context": {"cluster": "c", "user": "u"}}],
    "current-context": "main",
}
LATER = """
import pulumi_random
cluster = pulumi_random.RandomString(
    "cluster", length=4, opts=pulumi.ResourceOptions(provider=pulumi_random.Provider("random")))
later = kubernetes.Provider("later", kubeconfig=cluster.result.apply(lambda _: open("kubeconfig").read()))
kubernetes.core.v1.ConfigMap(
    "after", metadata={"name": "after", "namespace": "NAMESPACE"},
    opts=pulumi.ResourceOptions(provider=later))
"""


def waiting(namespace: str, replicas: int) -> str:
    words = {"NAMESPACE": namespace, "PATHS": PATHS, "CONDITION": CONDITION, "REPLICAS": str(replicas)}
    program = WAITING
    for word, value in words.items():
        program = program.replace(word, value)
    return program


def test_what_is_not_ready_in_time_is_kept_and_waited_for_again(
    objects: Objects, api_server: ApiServer, namespace: str, tmp_path: Path
) -> None:
    """Readiness by a condition and by paths, as components/ asks for it; dependents wait for it."""
    stack = Stack(tmp_path / "stack", api_server.kubeconfig, waiting(namespace, replicas=1))
    output = stack.fail("up", "--yes", "--skip-preview")
    assert "hook" in output
    assert "timed out" in output
    assert objects.get("v1", "ConfigMap", namespace, "after") is None, "it depends on what is not ready"
    resources = {name: stack.resource(name) for name in ("hook", "web")}
    assert all(resource["initErrors"] for resource in resources.values()), (
        "the next run knows that they are not ready"
    )

    hook = objects.get(
        "admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", None, resources["hook"]["id"]
    )
    assert hook
    hook["webhooks"][0]["clientConfig"]["caBundle"] = "YQ=="  # as Tekton's webhook does for itself
    hook["metadata"]["labels"] = {"ready": "yes"}
    objects.patch(hook)
    stack.write(waiting(namespace, replicas=0))
    stack.up()
    for name, before in resources.items():
        now = stack.resource(name)
        assert now["outputs"]["metadata"]["uid"] == before["outputs"]["metadata"]["uid"], "the same object"
        assert not now.get("initErrors")
    assert objects.get("v1", "ConfigMap", namespace, "after")
    stack.succeed("up", "--yes", "--skip-preview", "--expect-no-changes")
    stack.succeed("destroy", "--yes", "--skip-preview")


def test_a_cluster_of_the_same_program_is_unknown_in_its_preview(
    objects: Objects, api_server: ApiServer, namespace: str, tmp_path: Path
) -> None:
    program = LATER.replace("NAMESPACE", namespace)
    stack = Stack(tmp_path / "stack", api_server.kubeconfig, program)
    stack.succeed("preview")
    stack.up()
    assert objects.get("v1", "ConfigMap", namespace, "after")
    stack.succeed("destroy", "--yes", "--skip-preview")


def test_without_a_cluster_a_preview_works_and_up_says_what_is_wrong(tmp_path: Path) -> None:
    program = 'kubernetes.core.v1.ConfigMap("one", metadata={"name": "one"}, opts=options())\n'
    stack = Stack(tmp_path / "stack", json.dumps(NOBODY), program)
    assert "kubernetes:core/v1:ConfigMap one create" in " ".join(stack.succeed("preview").split())
    output = stack.fail("up", "--yes", "--skip-preview")
    assert "configured Kubernetes cluster is unreachable" in output
    assert "Traceback" not in output
