"""ConfigFile and ConfigGroup register what the official provider's yaml/v2 registers."""

from __future__ import annotations

import pytest

from plugins.kubernetes.errors import PluginError
from plugins.kubernetes.values import from_wire
from tests.unit.kubernetes_monitor import Monitor, Object, config_map, construct, group, refusal


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
