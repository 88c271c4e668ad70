"""Diff: what changes in place, what replaces, and what is no change at all."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from plugins.kubernetes.api import Api
from plugins.kubernetes.values import UNKNOWN, Properties
from tests.cluster.kubernetes_plugin.objects import config_map, deployment
from tests.cluster.kubernetes_plugin.plugin import Plugin, Resource, urn_of

pytestmark = pytest.mark.cluster
Response = provider_pb2.DiffResponse
PropertyDiff = provider_pb2.PropertyDiff

REPLACING: list[tuple[str, str, Properties, list[str]]] = [
    # apiVersion, kind, body, and the path that cannot be changed in place
    ("apps/v1", "Deployment", {"spec": {"selector": {"matchLabels": {"a": "b"}}}}, ["spec", "selector"]),
    ("apps/v1", "DaemonSet", {"spec": {"selector": {"matchLabels": {"a": "b"}}}}, ["spec", "selector"]),
    ("apps/v1", "StatefulSet", {"spec": {"serviceName": "a"}}, ["spec", "serviceName"]),
    (
        "apps/v1",
        "StatefulSet",
        {"spec": {"volumeClaimTemplates": [{"x": 1}]}},
        ["spec", "volumeClaimTemplates"],
    ),
    ("batch/v1", "Job", {"spec": {"template": {"spec": {"a": 1}}}}, ["spec", "template"]),
    ("batch/v1", "Job", {"spec": {"completions": 1}}, ["spec", "completions"]),
    ("rbac.authorization.k8s.io/v1", "RoleBinding", {"roleRef": {"name": "a"}}, ["roleRef"]),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", {"roleRef": {"name": "a"}}, ["roleRef"]),
    ("storage.k8s.io/v1", "StorageClass", {"provisioner": "a"}, ["provisioner"]),
    ("storage.k8s.io/v1", "StorageClass", {"parameters": {"a": "b"}}, ["parameters"]),
    ("v1", "PersistentVolumeClaim", {"spec": {"storageClassName": "a"}}, ["spec", "storageClassName"]),
    ("v1", "PersistentVolumeClaim", {"spec": {"accessModes": ["a"]}}, ["spec", "accessModes"]),
    ("v1", "PersistentVolume", {"spec": {"hostPath": {"path": "a"}}}, ["spec", "hostPath"]),
    ("v1", "Pod", {"spec": {"containers": [{"image": "a"}]}}, ["spec", "containers"]),
    ("v1", "Pod", {"spec": {"nodeName": "a"}}, ["spec", "nodeName"]),
    ("v1", "Service", {"spec": {"clusterIP": "a"}}, ["spec", "clusterIP"]),
    ("v1", "ResourceQuota", {"spec": {"scopes": ["a"]}}, ["spec", "scopes"]),
    ("v1", "Secret", {"type": "a"}, ["type"]),
    ("v1", "Secret", {"data": {"a": "YQ=="}}, ["data"]),
    ("v1", "Secret", {"stringData": {"a": "a"}}, ["stringData"]),
    ("v1", "ConfigMap", {"data": {"a": "a"}}, ["data"]),
    ("v1", "ConfigMap", {"binaryData": {"a": "YQ=="}}, ["binaryData"]),
]


def resource(obj: Properties) -> Resource:
    return Resource(urn_of("x", obj), "default/x", obj, {"__inputs": obj, **obj})


def changed(value: Any) -> Any:
    """The same shape with other leaves."""
    if isinstance(value, dict):
        return {key: changed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [changed(item) for item in value]
    return value + 1 if isinstance(value, int) else "Yg==" if value == "YQ==" else "other"


@pytest.mark.parametrize(("api_version", "kind", "body", "path"), REPLACING)
def test_a_change_the_server_would_refuse_replaces(
    plugin: Plugin, api_version: str, kind: str, body: Properties, path: list[str]
) -> None:
    """diff.go, forceNew: the fields that trigger a replacement; data of ConfigMaps and Secrets unless
    enableConfigMapMutable (3.17.0) and enableSecretMutable (4.18.0)."""
    old = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "x", "namespace": "default"}, **body}
    new = copy.deepcopy(old)
    holder = new
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = changed(holder[path[-1]])
    found = plugin.diff(resource(old), new)
    assert found.changes == Response.DIFF_SOME
    assert found.replaces, f"{kind} {'.'.join(path)} cannot be changed in place"
    assert found.deleteBeforeReplace, "the new one has the same name, so the old one must go first"


@pytest.mark.parametrize(
    ("option", "kind"), [("enableConfigMapMutable", "ConfigMap"), ("enableSecretMutable", "Secret")]
)
def test_mutable_data_is_changed_in_place_when_asked(option: str, kind: str) -> None:
    """3.17.0, #1926, and 4.18.0: in place, unless the object itself says `immutable`."""
    old = {**config_map("x", "default"), "kind": kind, "data": {"a": "YQ=="}}
    new = {**old, "data": {"a": "Yg=="}}
    with Plugin(kubeconfig="none", **{option: "true"}) as plugin:
        assert not plugin.diff(resource(old), new).replaces
        assert plugin.diff(resource({**old, "immutable": True}), {**new, "immutable": True}).replaces


@pytest.mark.parametrize("field", ["name", "namespace"])
def test_another_name_or_namespace_is_another_object(plugin: Plugin, field: str) -> None:
    """diff.go: "changing the identity of the resource always causes a replacement"."""
    new = config_map("x", "default")
    new["metadata"][field] = "other"
    found = plugin.diff(resource(config_map("x", "default")), new)
    assert list(found.replaces) == [f"metadata.{field}"]
    assert not found.deleteBeforeReplace, "both can exist at once, so nothing is missing in between"


def test_an_autonamed_object_is_created_before_the_old_one_goes(plugin: Plugin) -> None:
    """https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming: "zero-downtime replacement"."""
    old = config_map("x-1234abcd", "default", a="1")
    old["metadata"]["annotations"] = {"pulumi.com/autonamed": "true"}
    new = copy.deepcopy(old)
    new["data"]["a"] = "2"
    found = plugin.diff(resource(old), new)
    assert found.replaces
    assert not found.deleteBeforeReplace, "the replacement gets a name of its own"


def test_the_kinds_of_change_are_told_by_path(plugin: Plugin) -> None:
    """Detailed diffs, with replacement only where it is due."""
    old = deployment("web", "default")
    new = copy.deepcopy(old)
    new["spec"]["replicas"] = 2
    new["spec"]["paused"] = True
    del new["metadata"]["annotations"]
    old["metadata"]["annotations"] = {"example.com/a.b": "c"}
    new["spec"]["template"]["spec"]["containers"][0]["image"] = "other"
    found = plugin.diff(resource(old), new)
    assert {path: change.kind for path, change in found.detailedDiff.items()} == {
        "spec.replicas": PropertyDiff.UPDATE,
        "spec.paused": PropertyDiff.ADD,
        "metadata.annotations": PropertyDiff.DELETE,
        "spec.template.spec.containers[0].image": PropertyDiff.UPDATE,
    }
    assert not found.replaces


def test_a_value_to_come_counts_as_a_change(plugin: Plugin) -> None:
    """provider.go: "computed values are rendered as null in the patch"; a preview must show them."""
    found = plugin.diff(resource(config_map("x", "default", a="1")), config_map("x", "default", a=UNKNOWN))
    assert found.detailedDiff["data.a"].kind == PropertyDiff.UPDATE_REPLACE


def test_ignored_changes_are_no_changes(plugin: Plugin) -> None:
    """ignoreChanges: https://www.pulumi.com/docs/iac/concepts/options/ignorechanges/"""
    old = deployment("web", "default")
    new = copy.deepcopy(old)
    new["spec"]["replicas"] = 5
    assert plugin.diff(resource(old), new, ignore=["spec.replicas"]).changes == Response.DIFF_NONE
    assert plugin.diff(resource(old), new, ignore=["spec"]).changes == Response.DIFF_NONE
    assert plugin.diff(resource(old), new, ignore=["metadata"]).changes == Response.DIFF_SOME


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"stringData": {"a": "b"}}, {"data": {"a": "Yg=="}}),
        ({"data": {"a": "Yg=="}}, {"data": {"a": "Yg==\n"}}),
        ({"immutable": None}, {}),
    ],
)
def test_what_means_the_same_is_no_change(plugin: Plugin, old: Properties, new: Properties) -> None:
    """4.0.2, #2511: stringData; 4.6.0, #2715: white space in base64."""
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x", "namespace": "default"}}
    assert plugin.diff(resource({**secret, **old}), {**secret, **new}).changes == Response.DIFF_NONE


def test_what_the_types_of_kubernetes_write_otherwise_is_no_change(plugin: Plugin) -> None:
    """provider.go, normalizeInputs: built-in kinds go through their Go types, which omit what is empty."""
    meta = {"name": "x", "namespace": "default"}
    policy = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": meta}
    live = {**policy, "spec": {"podSelector": {}, "policyTypes": ["Ingress"]}}
    wanted = {**policy, "spec": {**live["spec"], "podSelector": {"matchLabels": {}}, "ingress": []}}
    assert plugin.diff(resource(live), wanted).changes == Response.DIFF_NONE
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": meta}

    def container(variable: Properties, cpu: str, memory: str) -> Properties:
        limits = {"cpu": cpu, "memory": memory}
        return {
            **pod,
            "spec": {"containers": [{"name": "c", "env": [variable], "resources": {"limits": limits}}]},
        }

    stored, written = (
        container({"name": "A"}, "1", "1Gi"),
        container({"name": "A", "value": ""}, "1000m", "1024Mi"),
    )
    assert plugin.diff(resource(stored), written).changes == Response.DIFF_NONE
    more = container({"name": "A"}, "2", "1Gi")
    assert plugin.diff(resource(stored), more).changes == Response.DIFF_SOME
    volume = {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": {"volumes": [{"name": "a"}]}}
    empty = copy.deepcopy(volume)
    empty["spec"]["volumes"][0]["emptyDir"] = {}
    assert plugin.diff(resource(volume), empty).changes == Response.DIFF_SOME, (
        "an empty object says something"
    )


def test_the_default_namespace_written_out_is_no_change(plugin: Plugin) -> None:
    """provider.go, Diff: "explicitly set the default namespace if unset so that the diff ignores it"."""
    old = config_map("x", "default")
    new = copy.deepcopy(old)
    del new["metadata"]["namespace"]
    assert plugin.diff(resource(old), new).changes == Response.DIFF_NONE


def test_what_the_server_and_controllers_add_is_no_drift(plugin: Plugin, api: Api, namespace: str) -> None:
    """4.0.0: diffs compare inputs, and of the live object only what the inputs speak of. So a caBundle a
    controller writes into a webhook configuration, or a default, never shows."""
    webhook = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": f"{namespace}.example.com"},
        "webhooks": [
            {
                "name": "check.example.com",
                "admissionReviewVersions": ["v1"],
                "sideEffects": "None",
                "failurePolicy": "Ignore",
                "clientConfig": {"service": {"name": "none", "namespace": namespace}},
            }
        ],
    }
    made = plugin.up("webhook", webhook)
    live = copy.deepcopy(made.state)
    live["webhooks"][0]["clientConfig"]["caBundle"] = "Yg=="
    live["webhooks"][0]["rules"] = [
        {
            "apiGroups": ["example.com"],
            "apiVersions": ["v1"],
            "operations": ["CREATE"],
            "resources": ["things"],
        }
    ]
    api.apply(
        {key: live[key] for key in ("apiVersion", "kind", "webhooks")} | {"metadata": {"name": made.id}},
        field_manager="controller",
        force=True,
    )
    refreshed = plugin.read(made)
    assert refreshed is not None
    assert refreshed.state["webhooks"][0]["clientConfig"]["caBundle"] == "Yg==", "outputs show what is"
    assert plugin.diff(refreshed, made.inputs).changes == Response.DIFF_NONE, "yet it is not for us to undo"
    plugin.delete(made)
