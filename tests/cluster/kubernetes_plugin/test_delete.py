"""Delete: asks, and waits until the object is really gone."""

from __future__ import annotations

import time

import pytest

from plugins.kubernetes.api import Api
from plugins.kubernetes.values import Properties
from tests.cluster.kubernetes_plugin.objects import (
    config_map,
    custom_object,
    custom_resource_definition,
    deployment,
)
from tests.cluster.kubernetes_plugin.plugin import Plugin, Refusal, Resource, urn_of

pytestmark = pytest.mark.cluster


def held(namespace: str) -> Properties:
    obj = config_map("held", namespace)
    obj["metadata"]["finalizers"] = ["example.com/hold"]
    return obj


def let_go(api: Api, namespace: str) -> None:
    found = api.get("v1", "ConfigMap", namespace, "held")
    if found is not None:
        api.json_patch(found, [{"op": "remove", "path": "/metadata/finalizers"}])


def test_deleted_means_gone(plugin: Plugin, api: Api, namespace: str) -> None:
    """condition/deleted.go: waits for the Deleted event or a 404."""
    made = plugin.up("settings", config_map("settings", namespace))
    plugin.delete(made)
    assert api.get("v1", "ConfigMap", namespace, "settings") is None


def test_what_is_gone_already_is_no_error(plugin: Plugin, namespace: str) -> None:
    """await.go, Deletion, nilIfGVKDeleted: "semantically like running refresh before deletion"."""
    made = plugin.up("settings", config_map("settings", namespace))
    plugin.delete(made)
    plugin.delete(made)


def test_an_object_whose_crd_is_gone_counts_as_deleted(plugin: Plugin, namespace: str) -> None:
    """0.22.2: "pulumi destroy will not fail to delete a CR if the related CRD is missing"."""
    crd = plugin.up("things", custom_resource_definition(namespace))
    thing = plugin.up("thing", custom_object(crd.inputs, "thing", namespace))
    plugin.delete(crd)
    plugin.delete(thing)


def test_a_namespace_is_gone_with_all_that_is_in_it(plugin: Plugin, api: Api, namespace: str) -> None:
    """A namespace is deleted in the background; what comes next must not meet it Terminating."""
    inner = f"{namespace}-inner"
    space = plugin.up("space", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": inner}})
    plugin.up("settings", config_map("settings", inner))
    plugin.delete(space)
    assert api.get("v1", "Namespace", None, inner) is None
    assert api.get("v1", "ConfigMap", inner, "settings") is None


def test_what_depends_on_the_object_goes_first(plugin: Plugin, api: Api, namespace: str) -> None:
    """Foreground by default: https://www.pulumi.com/registry/packages/kubernetes
    (deletionPropagationPolicy)
    """
    made = plugin.up("web", deployment("web", namespace))
    plugin.delete(made)
    assert not api.list("apps/v1", "ReplicaSet", namespace), "a Deployment takes its ReplicaSets along"


def test_orphan_leaves_what_depends_on_the_object(plugin: Plugin, api: Api, namespace: str) -> None:
    """4.12.0, #3011: annotation pulumi.com/deletionPropagationPolicy."""
    made = plugin.up("web", deployment("web", namespace, deletionPropagationPolicy="orphan"))
    plugin.delete(made)
    assert len(api.list("apps/v1", "ReplicaSet", namespace)) == 1
    assert api.get("apps/v1", "Deployment", namespace, "web") is None


@pytest.mark.parametrize("by_annotation", [False, True])
def test_a_finalizer_that_holds_is_named_when_the_time_is_up(
    plugin: Plugin, api: Api, namespace: str, by_annotation: bool
) -> None:
    """4.18.0: "an object has finalizers which might be blocking deletion"; customTimeouts,
    pulumi.com/timeoutSeconds.
    """
    obj = held(namespace)
    if by_annotation:
        obj["metadata"]["annotations"] = {"pulumi.com/timeoutSeconds": "1"}
    made = plugin.up("held", obj)
    try:
        began = time.monotonic()
        with pytest.raises(Refusal, match=r"still there 1 s after .* \(example.com/hold\)") as refusal:
            plugin.delete(made, timeout=0 if by_annotation else 1)
        assert time.monotonic() - began < 10, "the wait is bounded"
        assert refusal.value.partial is not None, "the engine keeps it, so that the next destroy tries again"
        assert "deletionTimestamp" in refusal.value.partial.state["metadata"], "with its last state"
    finally:
        let_go(api, namespace)


def test_skip_await_does_not_wait_for_a_deployment_to_go(plugin: Plugin, api: Api, namespace: str) -> None:
    """metadata/overrides.go: for workloads, skipAwait also ends the wait at deletion (#1232, #3154)."""
    obj = deployment("web", namespace, skipAwait="true")
    obj["metadata"]["finalizers"] = ["example.com/hold"]
    made = plugin.up("web", obj)
    plugin.delete(made, timeout=5)
    found = api.get("apps/v1", "Deployment", namespace, "web")
    assert found is not None, "it was not waited for"
    api.json_patch(found, [{"op": "remove", "path": "/metadata/finalizers"}])


def test_another_object_of_the_same_name_is_not_waited_for(plugin: Plugin, api: Api, namespace: str) -> None:
    """A controller may make the object anew at once; ours is gone all the same."""
    made = plugin.up("held", held(namespace))
    stale = Resource(urn_of("held", made.inputs), made.id, made.inputs, made.state)
    let_go(api, namespace)
    plugin.delete(stale)
    assert api.get("v1", "ConfigMap", namespace, "held") is None
