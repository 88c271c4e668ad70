"""ConfigFile and ConfigGroup under the real Pulumi CLI, as a program meets them.

https://www.pulumi.com/registry/packages/kubernetes/api-docs/yaml/v2/
"""

from __future__ import annotations

from pathlib import Path

import pytest

from plugins.kubernetes.api import Api
from tests.cluster.api_server import ApiServer
from tests.cluster.kubernetes_plugin.stack import Stack

pytestmark = pytest.mark.cluster

MANIFESTS = """
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: NAMESPACE}
data: {colour: blue}
---
apiVersion: v1
kind: Secret
metadata: {name: credentials, namespace: NAMESPACE}
stringData: {token: hunter2}
---
apiVersion: NAMESPACE.example.com/v1
kind: Thing
metadata: {name: one, namespace: NAMESPACE}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.NAMESPACE.example.com}
spec:
  group: NAMESPACE.example.com
  scope: Namespaced
  names: {kind: Thing, plural: things}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
"""


def test_a_file_lives_from_the_first_up_to_destroy(
    api: Api, api_server: ApiServer, namespace: str, tmp_path: Path
) -> None:
    """yaml/v2: the file's objects are children; a second `up` changes nothing; `destroy` leaves nothing."""
    stack = Stack(
        tmp_path / "stack",
        api_server.kubeconfig,
        f"""
before = kubernetes.core.v1.ConfigMap(
    "before", metadata={{"name": "before", "namespace": "{namespace}"}}, opts=options())
release = ConfigFile("release", file="release.yaml", opts=options(depends_on=[before]))
kubernetes.core.v1.ConfigMap("after", metadata={{"name": "after", "namespace": "{namespace}"}},
    data={{"first": release.resources[0].metadata.name}}, opts=options())
pulumi.export("count", release.resources.apply(len))
""",
    )
    (stack.folder / "release.yaml").write_text(MANIFESTS.replace("NAMESPACE", namespace))
    stack.up()
    assert stack.outputs["count"] == 4, "the output resources names every child"
    child = stack.resource(f"release:{namespace}/settings")
    assert child["parent"].endswith("kubernetes:yaml/v2:ConfigFile::release")
    assert "::cluster::" in child["provider"], "children use the component's provider, not a default one"
    assert "hunter2" not in str(stack.state), "what a Secret holds is never in the state in the clear"
    after = api.get("v1", "ConfigMap", namespace, "after")
    assert after, "what uses the component's outputs is made after its children"
    assert after["data"] == {"first": "settings"}, "the output's entries are resources with their outputs"

    assert "unchanged" in stack.succeed("up", "--yes", "--skip-preview", "--expect-no-changes")

    said = stack.succeed("destroy", "--yes", "--skip-preview")
    assert said.index(f"release:{namespace}/settings deleted") < said.index("before deleting"), (
        "what the component depends on outlives its children"
    )
    assert api.get("v1", "Secret", namespace, "credentials") is None
    assert not api.get(
        "apiextensions.k8s.io/v1", "CustomResourceDefinition", None, f"things.{namespace}.example.com"
    )


def test_what_depends_on_a_group_waits_until_its_children_are_ready(
    api: Api, api_server: ApiServer, namespace: str, tmp_path: Path
) -> None:
    """yaml/v2: a child that does not become ready fails the component, and nothing that depends on it is
    made; the next `up` waits again.
    """
    stack = Stack(
        tmp_path / "stack",
        api_server.kubeconfig,
        f"""
slow = {{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {{
    "name": "slow", "namespace": "{namespace}", "annotations": {{
        "pulumi.com/waitFor": "jsonpath={{.metadata.labels.ready}}=yes",
        "pulumi.com/timeoutSeconds": "2"}}}}}}
group = ConfigGroup("group", objs=[slow], opts=options())
kubernetes.core.v1.ConfigMap(
    "after", metadata={{"name": "after", "namespace": "{namespace}"}}, opts=options(depends_on=[group]))
""",
    )
    said = stack.fail("up", "--yes", "--skip-preview")
    assert f"ConfigMap {namespace}/slow is not ready after 2 s" in said
    assert api.get("v1", "ConfigMap", namespace, "after") is None, "it depends on the whole group"
    slow = api.get("v1", "ConfigMap", namespace, "slow")
    assert slow, "it was made, and is in the state, so that the next run goes on from it"
    api.json_patch(slow, [{"op": "add", "path": "/metadata/labels", "value": {"ready": "yes"}}])
    stack.up()
    assert api.get("v1", "ConfigMap", namespace, "after")
    stack.succeed("destroy", "--yes", "--skip-preview")


def test_transforms_of_the_program_reach_the_children(
    api: Api, api_server: ApiServer, namespace: str, tmp_path: Path
) -> None:
    """Resource options: `transforms` on a component run for its children too, in the engine."""
    stack = Stack(
        tmp_path / "stack",
        api_server.kubeconfig,
        f"""
def coloured(args):
    if args.type_ == "kubernetes:core/v1:ConfigMap":
        return pulumi.ResourceTransformResult({{**args.props, "data": {{"colour": "red"}}}}, args.opts)

text = "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: settings, namespace: {namespace}}}}}"
ConfigGroup("group", yaml=pulumi.Output.secret(text), opts=options(transforms=[coloured]))
""",
    )
    stack.up()
    live = api.get("v1", "ConfigMap", namespace, "settings")
    assert live
    assert live["data"] == {"colour": "red"}
    stack.succeed("destroy", "--yes", "--skip-preview")


def test_a_preview_needs_neither_the_cluster_nor_values_that_are_not_known_yet(tmp_path: Path) -> None:
    """yaml/v2: children are previewed without a cluster in reach; what is not known yet is left out."""
    nowhere = """{"apiVersion": "v1", "kind": "Config", "current-context": "a",
        "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
        "clusters": [{"name": "a", "cluster": {"server": "http://127.0.0.1:1"}}],
        "users": [{"name": "a", "user": {}}]}"""
    stack = Stack(
        tmp_path / "stack",
        nowhere,
        """
first = kubernetes.core.v1.ConfigMap("first", metadata={"name": "first", "namespace": "shop"}, opts=options())
ConfigGroup("group", opts=options(), objs=[
    {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "known", "namespace": "shop"},
     "data": {"first": first.id}},
    {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "thing"}},
    {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": first.id}},
])
""",
    )
    said = stack.succeed("preview")
    assert "group:shop/known" in said, "its name is known, though not all of its values are"
    assert "group:thing" in said
    assert "Unable to determine whether the following kinds are namespaced" in said
    assert "Preview is incomplete" in said


def test_a_file_that_cannot_be_read_is_one_clear_error(
    api_server: ApiServer, namespace: str, tmp_path: Path
) -> None:
    stack = Stack(
        tmp_path / "stack",
        api_server.kubeconfig,
        'ConfigFile("release", file="missing.yaml", opts=options())',
    )
    said = stack.fail("preview")
    assert "cannot read YAML file missing.yaml: No such file or directory" in said
