"""Update: server-side apply. Mirrors the official provider 4.34 (its CHANGELOG and documentation)."""

from __future__ import annotations

import copy

import pytest

from plugins.kubernetes.api import Api
from plugins.kubernetes.values import Properties
from tests.cluster.api_server import ApiServer
from tests.cluster.kubernetes_plugin.objects import config_map, custom_resource_definition, deployment
from tests.cluster.kubernetes_plugin.plugin import Plugin, Refusal, Resource

pytestmark = pytest.mark.cluster


def labelled(obj: Properties, **labels: str) -> Properties:
    new = copy.deepcopy(obj)
    new["metadata"]["labels"] = labels
    return new


def live(api: Api, resource: Resource) -> Properties:
    namespace, _, name = resource.id.rpartition("/")
    found = api.get(resource.inputs["apiVersion"], resource.inputs["kind"], namespace or None, name)
    assert found is not None, f"{resource.id} is there"
    return found


def test_a_field_taken_out_of_the_program_goes(plugin: Plugin, api: Api, namespace: str) -> None:
    """Server-side apply, 4.0.0, #2398; what Create wrote client-side (4.29.0) is taken over at the first
    update.
    """
    made = plugin.up("settings", labelled(config_map("settings", namespace), a="1", b="2"))
    made = plugin.update(made, labelled(made.inputs, b="3"))
    assert live(api, made)["metadata"]["labels"] == {"b": "3"}, "owned by us and no longer wanted"
    made = plugin.update(made, labelled(made.inputs, c="4"))
    assert live(api, made)["metadata"]["labels"] == {"c": "4"}, "and so at every later update"


def test_what_others_wrote_stays(plugin: Plugin, api: Api, namespace: str) -> None:
    """Server-side apply: https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management"""
    made = plugin.up("settings", labelled(config_map("settings", namespace), ours="1"))
    theirs = {key: made.inputs[key] for key in ("apiVersion", "kind")}
    theirs["metadata"] = {"name": "settings", "namespace": namespace, "labels": {"x": "y"}}
    api.apply(theirs, field_manager="somebody")
    made = plugin.update(made, labelled(made.inputs, ours="2"))
    assert live(api, made)["metadata"]["labels"] == {"ours": "2", "x": "y"}


def test_the_field_manager_is_the_resource_s_own_and_stays(plugin: Plugin, api: Api, namespace: str) -> None:
    """Field manager: https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/#fieldmanager"""
    made = plugin.up("settings", labelled(config_map("settings", namespace), a="1"))
    manager = made.state["__fieldManager"]
    made = plugin.update(plugin.update(made, labelled(made.inputs, a="2")), labelled(made.inputs, a="3"))
    owners = {
        (entry["manager"], entry["operation"]) for entry in live(api, made)["metadata"]["managedFields"]
    }
    assert owners == {(manager, "Apply")}, "one owner, not one for each run"
    assert manager.startswith("pulumi-kubernetes-"), "so that people see whose it is"


def test_a_field_of_another_manager_is_a_conflict_that_names_the_remedy(
    plugin: Plugin, api: Api, namespace: str
) -> None:
    """3.22.2, 3.23.1, #2265, and 4.12.0, #2983: conflicts name the managers, a guide and how to resolve
    them.
    """
    made = plugin.up("web", deployment("web", namespace, skipAwait="true"))
    theirs = copy.deepcopy(made.inputs)
    theirs["spec"]["replicas"] = 3
    api.apply(theirs, field_manager="autoscaler", force=True)
    ours = copy.deepcopy(made.inputs)
    ours["spec"]["replicas"] = 5
    with pytest.raises(Refusal, match='conflict with "autoscaler"') as refusal:
        plugin.update(made, ours)
    assert "pulumi.com/patchForce" in refusal.value.message, "one way out"
    assert "#handle-field-conflicts-on-existing-resources" in refusal.value.message, "the guide"
    assert live(api, made)["spec"]["replicas"] == 3, "nothing is overwritten"


def test_patch_force_takes_the_field_over(
    plugin: Plugin, api: Api, api_server: ApiServer, namespace: str
) -> None:
    """Annotation pulumi.com/patchForce, and enablePatchForce for all of a provider (4.29.0, #2280)."""
    made = plugin.up("web", deployment("web", namespace, skipAwait="true"))
    ours = copy.deepcopy(made.inputs)
    for replicas, forced in enumerate(("annotation", "option"), start=1):
        theirs = copy.deepcopy(made.inputs)
        theirs["spec"]["replicas"] = 9
        api.apply(theirs, field_manager="autoscaler", force=True)
        ours["spec"]["replicas"] = replicas
        if forced == "annotation":
            ours["metadata"]["annotations"]["pulumi.com/patchForce"] = "true"
            plugin.update(made, ours)
        else:
            del ours["metadata"]["annotations"]["pulumi.com/patchForce"]
            with Plugin(kubeconfig=api_server.kubeconfig, enablePatchForce="true") as forcing:
                forcing.update(made, ours)
        assert live(api, made)["spec"]["replicas"] == replicas, f"by {forced}"


def test_ignored_changes_leave_the_field_to_its_owner(plugin: Plugin, api: Api, namespace: str) -> None:
    """3.20.1, #2074, and 4.3.0, #2566: fields of ignoreChanges are left to whoever manages them."""
    made = plugin.up("web", deployment("web", namespace, skipAwait="true"))
    made = plugin.update(made, labelled(made.inputs, a="1"))
    theirs = {key: made.inputs[key] for key in ("apiVersion", "kind")}
    theirs |= {"metadata": {"name": "web", "namespace": namespace}, "spec": {"replicas": 7}}
    api.apply(theirs, field_manager="autoscaler", force=True)
    made = plugin.update(made, labelled(made.inputs, a="2"), ignore=["spec.replicas"])
    assert live(api, made)["spec"]["replicas"] == 7, "the autoscaler's number stays, and no conflict"


def test_a_crd_is_replaced_as_a_whole(plugin: Plugin, api: Api, namespace: str) -> None:
    """await.go, updateResource: "CRDs require special handling": a PUT, which keeps the objects."""
    made = plugin.up("things", custom_resource_definition(namespace))
    new = copy.deepcopy(made.inputs)
    new["spec"]["versions"].append({**new["spec"]["versions"][0], "name": "v2", "storage": False})
    made = plugin.update(made, new)
    versions = [version["name"] for version in live(api, made)["spec"]["versions"]]
    assert sorted(versions) == ["v1", "v2"]
    plugin.delete(made)


def test_preview_of_an_update_changes_nothing(plugin: Plugin, api: Api, namespace: str) -> None:
    """2.7.0, #1355: preview of Update by dry run."""
    made = plugin.up("settings", labelled(config_map("settings", namespace), a="1"))
    seen = plugin.update(made, labelled(made.inputs, a="2"), preview=True)
    assert seen.state["metadata"]["labels"] == {"a": "2"}
    assert live(api, made)["metadata"]["labels"] == {"a": "1"}


def test_an_update_of_what_is_gone_says_so(plugin: Plugin, api: Api, namespace: str) -> None:
    """await.go, Update: reads the live object first; a refresh is the remedy."""
    made = plugin.up("settings", config_map("settings", namespace))
    plugin.delete(made)
    with pytest.raises(Refusal, match='ConfigMap "settings" not found'):
        plugin.update(made, labelled(made.inputs, a="2"))


def test_without_server_side_apply_one_manager_writes_everything(
    api: Api, api_server: ApiServer, namespace: str
) -> None:
    """enableServerSideApply=false: manager `pulumi-kubernetes`, label app.kubernetes.io/managed-by, no
    conflicts.
    """
    with Plugin(kubeconfig=api_server.kubeconfig, enableServerSideApply="false") as plugin:
        made = plugin.up("settings", config_map("settings", namespace, a="1"))
        assert made.inputs["metadata"]["labels"] == {"app.kubernetes.io/managed-by": "pulumi"}
        plugin.update(made, {**made.inputs, "data": {"a": "2"}})
    managers = {entry["manager"] for entry in live(api, made)["metadata"]["managedFields"]}
    assert managers == {"pulumi-kubernetes"}
    assert live(api, made)["data"] == {"a": "2"}
