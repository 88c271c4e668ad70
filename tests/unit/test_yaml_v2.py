"""ConfigFile and ConfigGroup register what the official provider's yaml/v2 registers."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest

from plugins.kubernetes.errors import PluginError
from plugins.kubernetes.values import UNKNOWN, Secret, from_wire, has_secret
from tests.unit.kubernetes_monitor import Monitor

Object = dict[str, Any]


def config_map(name: str = "settings", namespace: str | None = "shop", **annotations: str) -> Object:
    metadata: Object = {"name": name}
    if namespace:
        metadata["namespace"] = namespace
    if annotations:
        metadata["annotations"] = annotations
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"colour": "blue"}}


def construct(kind: str, inputs: Object, **options: Any) -> Monitor:
    with Monitor() as monitor:
        monitor.construct(kind, inputs, **options)
    return monitor


def group(*objs: Any, **inputs: Any) -> Monitor:
    return construct("ConfigGroup", {"objs": list(objs), **inputs})


def refusal(kind: str, inputs: Object) -> str:
    with Monitor() as monitor, pytest.raises(PluginError) as caught:
        monitor.construct(kind, inputs)
    return str(caught.value)


def test_a_child_is_named_after_component_namespace_and_object() -> None:
    """yaml/v2: `<resourcePrefix>:<namespace>/<name>`, the prefix being the component's name unless given."""
    monitor = group(config_map(), {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    assert set(monitor.names) == {"app:shop", "app:shop/settings"}, (
        "state moves between the two plugins by name"
    )
    assert group(config_map(), resourcePrefix="other").names == ["other:shop/settings"]
    assert group(config_map(), resourcePrefix="").names == ["shop/settings"], "an empty prefix is no prefix"


def test_the_types_of_children_are_those_of_the_sdk() -> None:
    """yaml/v2: kinds built in get their SDK type, custom kinds kubernetes:<group>/<version>:<Kind>."""
    monitor = group(
        config_map(),
        {"apiVersion": "tekton.dev/v1", "kind": "Task", "metadata": {"name": "t", "namespace": "shop"}},
        {"apiVersion": "core/v1", "kind": "Service", "metadata": {"name": "s", "namespace": "shop"}},
    )
    types = {child.name: child.type for child in monitor.children}
    assert types == {
        "app:shop/settings": "kubernetes:core/v1:ConfigMap",
        "app:shop/t": "kubernetes:tekton.dev/v1:Task",
        "app:shop/s": "kubernetes:core/v1:Service",
    }
    assert monitor.child("app:shop/s")["apiVersion"] == "v1", "the API server knows no core/v1"


def test_children_belong_to_the_component_and_use_its_provider() -> None:
    """Components: children have the component as parent and inherit provider and protection."""
    reference = "urn:pulumi:test::test::pulumi:providers:kubernetes::cluster::id"
    monitor = construct(
        "ConfigGroup",
        {"objs": [config_map()]},
        providers={"kubernetes": reference},
        dependencies=["urn:of:another"],
        parent="urn:of:parent",
        protect=True,
    )
    child, component = monitor.children[0], monitor.component
    assert child.parent == "urn:pulumi:test::test::kubernetes:yaml/v2:ConfigGroup::app"
    assert child.provider == reference, "without it the object would go to the default cluster"
    assert child.protect, "a protected component protects its children"
    assert (component.parent, list(component.dependencies)) == ("urn:of:parent", ["urn:of:another"])
    assert not component.custom
    assert monitor.outputs, "without outputs registered the component would show as creating for ever"


def test_without_a_provider_the_default_one_of_this_version_is_used() -> None:
    child = group(config_map()).children[0]
    assert (child.provider, child.version) == ("", "4.0.0")


def test_the_default_namespace_is_filled_in_where_a_kind_needs_one() -> None:
    """yaml/v2: objects without a namespace get the provider's; cluster-wide kinds get none."""
    monitor = group(
        config_map(namespace=None),
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "reader"}},
    )
    assert set(monitor.names) == {"app:default/settings", "app:reader"}


def definition(scope: str) -> Object:
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "things.example.com"},
        "spec": {"group": "example.com", "names": {"kind": "Thing"}, "scope": scope},
    }


THING: Object = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "t"}}


@pytest.mark.parametrize(("scope", "name"), [("Namespaced", "app:default/t"), ("Cluster", "app:t")])
def test_a_definition_in_the_same_component_says_whether_its_kind_has_namespaces(
    scope: str, name: str
) -> None:
    """yaml/v2: CRDs among the objects are looked at before the cluster is asked."""
    assert name in group(THING, definition(scope)).names


def test_a_kind_nobody_knows_is_registered_without_a_namespace_and_with_a_warning() -> None:
    """pulumi-kubernetes 4.32: a preview without the cluster no longer fails on it."""
    monitor = group(THING)
    assert monitor.names == ["app:t"]
    assert "example.com/v1/Thing" in monitor.warnings[0], "the user must learn which kind needs a namespace"


def test_a_custom_resource_waits_for_its_definition_and_an_object_for_its_namespace() -> None:
    """yaml/v2 sorts by kind: CRDs before their resources, namespaces before what is in them."""
    thing = {**THING, "metadata": {"name": "t", "namespace": "shop"}}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    monitor = group(thing, definition("Namespaced"), namespace)
    assert monitor.names[-1] == "app:shop/t", "it cannot be created before the other two"
    waits_for = {urn.rpartition("::")[2] for urn in monitor.children[-1].dependencies}
    assert waits_for == {"app:things.example.com", "app:shop"}, "destroy follows the same edges backwards"


def test_the_depends_on_annotation_orders_objects() -> None:
    """yaml/v2: config.kubernetes.io/depends-on, group/namespaces/namespace/kind/name or group/kind/name."""
    annotation = "/namespaces/shop/ConfigMap/b, /Namespace/other"
    monitor = group(
        config_map("a", **{"config.kubernetes.io/depends-on": annotation}),
        config_map("b"),
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "other"}},
    )
    assert monitor.names[-1] == "app:shop/a"
    assert [urn.rpartition("::")[2] for urn in monitor.children[-1].dependencies] == [
        "app:shop/b",
        "app:other",
    ]


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        ("ConfigMap/b", "should be group/namespaces/namespace/kind/name"),
        ("/namespaces/shop/ConfigMap/missing", "not among the objects"),
        ("/namespaces/shop/ConfigMap/a", "circle"),
    ],
)
def test_a_wrong_depends_on_annotation_is_refused_with_what_is_wrong(annotation: str, words: str) -> None:
    objs = [config_map("a", **{"config.kubernetes.io/depends-on": annotation})]
    assert words in refusal("ConfigGroup", {"objs": objs})


def test_independent_objects_are_registered_at_the_same_time() -> None:
    """Awaited one after the other, a release of a hundred objects would take a hundred waits."""
    with Monitor(together=20) as monitor:
        monitor.construct("ConfigGroup", {"objs": [config_map(f"c{number}") for number in range(20)]})
    assert len(monitor.children) == 20, "none of the 20 would have ended had they not been under way together"


def test_the_answer_names_all_children() -> None:
    """yaml/v2: output `resources`, which depends on every child, so that dependents wait for all of them."""
    with Monitor() as monitor:
        answer = monitor.construct("ConfigGroup", {"objs": [config_map("a"), config_map("b")]})
    resources = from_wire(answer.state)["resources"]
    assert [each["id"] for each in resources] == ["app:shop/a", "app:shop/b"]
    assert len(answer.stateDependencies["resources"].urns) == 2


def test_a_child_that_fails_fails_the_component() -> None:
    with Monitor(failing=frozenset({"app:shop/a"})) as monitor, pytest.raises(PluginError) as caught:
        monitor.construct("ConfigGroup", {"objs": [config_map("a")]})
    assert "app:shop/a was refused" in str(caught.value)


def test_what_depends_on_a_failed_child_is_not_begun() -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    with Monitor(failing=frozenset({"app:shop"})) as monitor, pytest.raises(PluginError):
        monitor.construct("ConfigGroup", {"objs": [config_map(), namespace]})
    assert monitor.names == ["app:shop"]


def test_skip_await_is_an_annotation_on_every_child() -> None:
    """yaml/v2: skipAwait adds pulumi.com/skipAwait, also where annotations are null."""
    bare = config_map("bare")
    bare["metadata"]["annotations"] = None
    monitor = group(config_map(team="shop"), bare, skipAwait=True)
    annotations = monitor.child("app:shop/settings")["metadata"]["annotations"]
    assert annotations == {"team": "shop", "pulumi.com/skipAwait": "true"}
    assert monitor.child("app:shop/bare")["metadata"]["annotations"] == {"pulumi.com/skipAwait": "true"}


def test_what_a_secret_object_holds_is_secret() -> None:
    """yaml/v2: data and stringData of a v1 Secret are always secret."""
    text = (
        "{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: shop}, stringData: {token: hunter2}}"
    )
    monitor = construct("ConfigGroup", {"yaml": text})
    assert monitor.child("app:shop/s")["stringData"] == Secret({"token": "hunter2"})
    assert list(monitor.children[0].additionalSecretOutputs) == ["data", "stringData"]


def test_a_secret_inside_an_object_stays_secret() -> None:
    obj = config_map()
    obj["data"] = {"colour": Secret("blue")}
    assert group(obj).child("app:shop/settings")["data"] == {"colour": Secret("blue")}


@pytest.mark.parametrize(
    "inputs",
    [
        {"yaml": Secret("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {x: y}}")},
        {"objs": Secret([{**config_map("a", "default", note="n"), "data": {"x": "y"}}])},
    ],
)
def test_objects_from_a_secret_argument_are_secret_but_for_their_identity(inputs: Object) -> None:
    child = construct("ConfigGroup", inputs).child("app:default/a")
    assert child["data"] == Secret({"x": "y"}), "the argument was secret, so what came out of it is"
    assert child["metadata"]["name"] == "a", "the name is in the URN, which cannot be secret"
    assert has_secret(child["metadata"].get("annotations", Secret(None)))


def test_values_not_known_yet_stay_unknown_in_an_object_whose_name_is_known() -> None:
    obj = {**config_map(), "data": {"uid": UNKNOWN}}
    assert group(obj).child("app:shop/settings")["data"] == {"uid": UNKNOWN}, "preview shows what it can"


@pytest.mark.parametrize(
    "inputs",
    [
        {"yaml": UNKNOWN},
        {"files": UNKNOWN},
        {"objs": [UNKNOWN]},
        {"objs": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": UNKNOWN}}]},
        {"objs": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": UNKNOWN}]},
    ],
)
def test_what_is_not_known_yet_is_left_out_of_a_preview_with_a_warning(inputs: Object) -> None:
    """yaml/v2: "Required input properties have unknown values. Preview is incomplete." """
    with Monitor() as monitor:
        answer = monitor.construct("ConfigGroup", inputs, dryRun=True)
    assert monitor.children == []
    assert "Preview is incomplete" in monitor.warnings[0]
    assert from_wire(answer.state)["resources"] is UNKNOWN


def test_lists_are_taken_apart_and_empty_documents_ignored() -> None:
    """yaml/v2 and kubectl: a v1 List, or a list of a kind, stands for its items."""
    text = textwrap.dedent("""
        # only a comment
        ---
        ---
        apiVersion: v1
        kind: List
        items:
        - apiVersion: v1
          kind: ConfigMapList
          items:
          - {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}}
        - {apiVersion: v1, kind: ConfigMap, metadata: {name: b, namespace: shop}}
    """)
    assert set(construct("ConfigGroup", {"yaml": text}).names) == {"app:shop/a", "app:shop/b"}


def test_an_object_given_twice_is_refused_with_both_places(tmp_path: Path) -> None:
    file = tmp_path / "one.yaml"
    file.write_text("{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: shop}}")
    message = refusal("ConfigGroup", {"files": [str(file)], "objs": [config_map()]})
    assert "defined twice" in message
    assert str(file) in message
    assert "objs" in message


@pytest.mark.parametrize(
    ("obj", "words"),
    [
        ({"kind": "ConfigMap", "metadata": {"name": "a"}}, "needs apiVersion and kind"),
        ({"apiVersion": "v1", "kind": "ConfigMap"}, "needs a metadata.name"),
        (
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "a-"}},
            "needs a metadata.name",
        ),
    ],
)
def test_an_object_without_an_identity_is_refused(obj: Object, words: str) -> None:
    """yaml/v2: kind, apiVersion and .metadata.name are required."""
    assert words in refusal("ConfigGroup", {"objs": [obj]})


def test_a_config_file_needs_its_file_and_knows_its_arguments() -> None:
    assert "needs the argument file" in refusal("ConfigFile", {})
    assert "has no argument files" in refusal("ConfigFile", {"file": "a.yaml", "files": []})
