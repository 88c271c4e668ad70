"""Objects under the real Pulumi CLI, as a program meets them."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugins.kubernetes.api import Api
from plugins.kubernetes.values import Properties
from tests.cluster.api_server import ApiServer
from tests.cluster.kubernetes_plugin.objects import config_map, nobody_answers
from tests.cluster.kubernetes_plugin.stack import Stack

pytestmark = pytest.mark.cluster

ALL_KINDS = """
space = kubernetes.core.v1.Namespace("space", metadata={"name": "NAME"}, opts=options())
name = space.metadata.name
kubernetes.core.v1.Secret(
    "token", metadata={"namespace": name}, string_data={"token": "hunter2"}, opts=options())
settings = kubernetes.core.v1.ConfigMap(
    "settings", metadata={"namespace": name}, data={"a": pulumi.Output.secret("swordfish")}, opts=options())
crd = kubernetes.apiextensions.v1.CustomResourceDefinition(
    "things",
    metadata={"name": "things.NAME.example.com"},
    spec={
        "group": "NAME.example.com",
        "names": {"kind": "Thing", "plural": "things"},
        "scope": "Namespaced",
        "versions": [{"name": "v1", "served": True, "storage": True, "schema": {
            "open_apiv3_schema": {"type": "object", "x_kubernetes_preserve_unknown_fields": True}}}],
    },
    opts=options(),
)
kubernetes.apiextensions.CustomResource(
    "thing", api_version="NAME.example.com/v1", kind="Thing", metadata={"name": "thing", "namespace": name},
    spec={"list": [1, 2.5, "x"], "deep": {"yes": True}}, opts=options(depends_on=[crd]))
web = kubernetes.apps.v1.Deployment(
    "web",
    metadata={"namespace": name},
    spec={
        "replicas": 0,
        "selector": {"match_labels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}},
                     "spec": {"containers": [{"name": "main", "image": "example.invalid/none"}]}},
    },
    opts=options(),
)
service = kubernetes.core.v1.Service(
    "web", metadata={"namespace": name, "annotations": {"pulumi.com/skipAwait": "true"}},
    spec={"selector": {"app": "web"}, "ports": [{"port": 80}]}, opts=options())
pulumi.export("address", service.spec.cluster_ip)
pulumi.export("observed", web.status.observed_generation)
pulumi.export("settings", settings.metadata.name)
"""
ONE = """
settings = kubernetes.core.v1.ConfigMap(
    "NAME", metadata={"namespace": "NAMESPACE"}, data={"a": "VALUE"}, opts=options(OPTIONS))
pulumi.export("name", settings.metadata.name)
"""


def filled(program: str, **words: str) -> str:
    for word, value in words.items():
        program = program.replace(word, value)
    return program


def names(api: Api, namespace: str) -> set[str]:
    found = {item["metadata"]["name"] for item in api.list("v1", "ConfigMap", namespace)}
    return found - {"kube-root-ca.crt"}


def test_a_stack_lives_from_preview_to_destroy(api: Api, api_server: ApiServer, tmp_path: Path) -> None:
    """A namespace and a CRD of the same program, the objects in them, and nothing to do the second time."""
    stack = Stack(tmp_path / "stack", api_server.kubeconfig, filled(ALL_KINDS, NAME="whole-life"))
    stack.succeed("preview")
    assert api.get("v1", "Namespace", None, "whole-life") is None, "a preview makes nothing"
    stack.up()
    outputs = stack.outputs
    assert outputs["address"].startswith("10."), "typed outputs come from the live object"
    assert outputs["observed"] == 1, "after the wait, so that the status is the finished one"
    thing = api.get("whole-life.example.com/v1", "Thing", "whole-life", "thing")
    assert thing is not None
    assert thing["spec"] == {"list": [1, 2.5, "x"], "deep": {"yes": True}}, (
        "values arrive as they were written"
    )
    state = str(stack.state)
    for secret in ("hunter2", "aHVudGVyMg==", "swordfish"):
        assert secret not in state, "secrets are ciphertext in the state"
    stack.succeed("up", "--yes", "--skip-preview", "--expect-no-changes")
    stack.succeed("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    stack.succeed("preview", "--expect-no-changes")
    stack.succeed("destroy", "--yes", "--skip-preview")
    assert api.get("v1", "Namespace", None, "whole-life") is None, "destroy leaves nothing"
    crd = api.get(
        "apiextensions.k8s.io/v1", "CustomResourceDefinition", None, "things.whole-life.example.com"
    )
    assert crd is None


def test_changes_renames_and_imports(api: Api, api_server: ApiServer, namespace: str, tmp_path: Path) -> None:
    """Replacement of an autonamed object, an alias, `import_` and `get`:
    https://www.pulumi.com/docs/iac/concepts/options/"""

    def program(**words: str) -> str:
        return filled(ONE, **({"NAMESPACE": namespace, "NAME": "settings", "OPTIONS": ""} | words))

    stack = Stack(tmp_path / "stack", api_server.kubeconfig, program(VALUE="1"))
    stack.up()
    first = stack.outputs["name"]
    assert names(api, namespace) == {first}
    stack.write(program(VALUE="2"))
    stack.up()
    second = stack.outputs["name"]
    assert names(api, namespace) == {second}, "the old one is gone"
    assert first != second, "data is immutable by default, so the new one has a new name"
    stack.write(program(VALUE="2", NAME="renamed", OPTIONS='aliases=[pulumi.Alias(name="settings")]'))
    stack.up()
    assert names(api, namespace) == {second}, "renamed in the program, the object stays"
    api.create(config_map("found", namespace, a="b"), field_manager="test")
    more = f"""
found = kubernetes.core.v1.ConfigMap(
    "found", metadata={{"name": "found", "namespace": "{namespace}"}}, data={{"a": "b"}},
    opts=options(import_="{namespace}/found"))
seen = kubernetes.core.v1.ConfigMap.get("seen", "{namespace}/{second}", opts=options())
pulumi.export("seen", seen.data)
"""
    stack.write(program(VALUE="2", NAME="renamed", OPTIONS='aliases=[pulumi.Alias(name="settings")]') + more)
    stack.up()
    assert stack.outputs["seen"] == {"a": "2"}
    stack.succeed("destroy", "--yes", "--skip-preview")
    assert names(api, namespace) == set(), "what was imported is ours, what was only read went with its owner"


def test_a_deployment_that_did_not_start_is_taken_up_again(
    api: Api, api_server: ApiServer, namespace: str, tmp_path: Path
) -> None:
    """ErrorResourceInitFailed: the state has the object and why, and the next `up` goes on from there."""
    program = filled(ALL_KINDS[ALL_KINDS.index("web = ") : ALL_KINDS.index("service = ")])
    program = f'name = "{namespace}"\n' + program.replace(
        '"namespace": name', '"namespace": name, "annotations": {"pulumi.com/timeoutSeconds": "2"}'
    )
    stack = Stack(
        tmp_path / "stack", api_server.kubeconfig, program.replace('"replicas": 0', '"replicas": 1')
    )
    said = stack.fail("up", "--yes", "--skip-preview")
    assert "failed to fully initialize or become live" in said
    kept: Properties = stack.resource("web")
    assert kept["initErrors"], "the reasons, for the next run"
    uid = kept["outputs"]["metadata"]["uid"]
    stack.write(program)
    stack.up()
    again = stack.resource("web")
    assert again["outputs"]["metadata"]["uid"] == uid, "the same object, not a second one"
    assert not again.get("initErrors")
    stack.succeed("destroy", "--yes", "--skip-preview")


def test_preview_works_before_there_is_a_cluster(
    api: Api, api_server: ApiServer, namespace: str, tmp_path: Path
) -> None:
    """#3027: a provider whose kubeconfig is known only after the update, as of a cluster of the same
    program.
    """
    program = f"""
import pulumi_random
cluster = pulumi_random.RandomString(
    "cluster", length=4, opts=pulumi.ResourceOptions(provider=pulumi_random.Provider("random")))
later = kubernetes.Provider("later", kubeconfig=cluster.result.apply(lambda _: open("kubeconfig").read()))
kubernetes.core.v1.ConfigMap(
    "settings", metadata={{"name": "settings", "namespace": "{namespace}"}},
    opts=pulumi.ResourceOptions(provider=later))
"""
    stack = Stack(tmp_path / "stack", api_server.kubeconfig, program)
    stack.succeed("preview")
    stack.up()
    assert names(api, namespace) == {"settings"}
    stack.succeed("destroy", "--yes", "--skip-preview")


def test_without_a_cluster_up_says_one_clear_sentence(tmp_path: Path) -> None:
    """0.18.0: "Emit better error when the API server is unreachable"."""
    program = filled(ONE, NAME="settings", NAMESPACE="default", VALUE="1", OPTIONS="")
    stack = Stack(tmp_path / "stack", nobody_answers(), program)
    stack.succeed("preview")
    said = stack.fail("up", "--yes", "--skip-preview")
    assert "configured Kubernetes cluster is unreachable" in said
    assert "Traceback" not in said
