"""Claims, definitions and what pulumi.com/waitFor names are awaited as by the official provider."""

from __future__ import annotations

import pytest

from plugins.kubernetes.api import Api, Object
from tests.cluster.kubernetes_plugin.objects import (
    config_map,
    custom_object,
    custom_resource_definition,
    deployment,
)
from tests.cluster.kubernetes_plugin.waiting import (
    Wait,
    set_status,
    until,
)

pytestmark = pytest.mark.cluster


def claim(namespace: str, storage_class: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data", "namespace": namespace},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": storage_class,
            "resources": {"requests": {"storage": "1Mi"}},
        },
    }


def test_a_claim_is_awaited_until_it_is_bound(api: Api, namespace: str) -> None:
    """PersistentVolumeClaim: phase Bound."""
    with Wait(api, claim(namespace, "")) as wait:
        wait.until_said("Waiting for PersistentVolumeClaim to be Bound")
        volume = {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": namespace},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "capacity": {"storage": "1Mi"},
                "hostPath": {"path": "/nonexistent"},
                "claimRef": {"name": "data", "namespace": namespace},
            },
        }
        api.create(volume, field_manager="test")
        wait.ready()
    api.delete("v1", "PersistentVolume", None, namespace)


def test_a_claim_that_waits_for_its_first_consumer_is_not_awaited(api: Api, namespace: str) -> None:
    """PersistentVolumeClaim: with volumeBindingMode WaitForFirstConsumer, Pending is done (#4181)."""
    storage_class = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": namespace},
        "provisioner": "example.com/none",
        "volumeBindingMode": "WaitForFirstConsumer",
    }
    api.create(storage_class, field_manager="test")
    with Wait(api, claim(namespace, namespace)) as wait:
        wait.ready()
    api.delete("storage.k8s.io/v1", "StorageClass", None, namespace)


def test_a_definition_is_awaited_until_its_kind_can_be_used(api: Api, namespace: str) -> None:
    """CustomResourceDefinition: Established."""
    with Wait(api, custom_resource_definition(namespace)) as wait:
        conditions = wait.ready()["status"]["conditions"]
    assert ("Established", "True") in {(each["type"], each["status"]) for each in conditions}
    api.delete("apiextensions.k8s.io/v1", "CustomResourceDefinition", None, f"things.{namespace}.example.com")


def test_most_kinds_are_ready_when_they_exist(api: Api, namespace: str) -> None:
    """ConfigMaps, ServiceAccounts (since Kubernetes 1.24) and custom resources are not awaited."""
    account = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "a", "namespace": namespace},
    }
    for obj in (config_map("a", namespace), account):
        with Wait(api, obj) as wait:
            wait.ready()
        assert wait.said == []


def test_wait_for_takes_a_condition_of_any_object(api: Api, namespace: str) -> None:
    """pulumi.com/waitFor: condition=Type, on a custom resource that is not awaited by itself."""
    crd = custom_resource_definition(namespace)
    crd["spec"]["versions"][0]["subresources"] = {"status": {}}
    with Wait(api, crd) as definition:
        definition.ready()
    obj = custom_object(crd, "one", namespace)
    obj["metadata"]["annotations"] = {"pulumi.com/waitFor": "condition=Ready"}
    until(lambda: api.serves(obj["apiVersion"], "Thing"), lambda: "the kind is not served")
    with Wait(api, obj) as wait:
        wait.until_said("Waiting for condition Ready=True (no such condition yet)")
        condition = {"type": "Ready", "status": "False", "reason": "Busy", "message": "not yet"}
        set_status(api, wait.obj, {"conditions": [condition]})
        wait.until_said("(it is False, Busy: not yet)")
        set_status(api, wait.obj, {"conditions": [{**condition, "status": "True"}]})
        wait.ready()
    api.delete("apiextensions.k8s.io/v1", "CustomResourceDefinition", None, crd["metadata"]["name"])


def test_wait_for_takes_a_path_and_replaces_what_the_kind_would_wait_for(api: Api, namespace: str) -> None:
    """pulumi.com/waitFor: jsonpath=; the built-in await of the kind is not used besides."""
    obj = deployment("web", namespace, replicas=1, waitFor="jsonpath={.metadata.labels.go}=now")
    with Wait(api, obj) as wait:
        wait.until_said("selects nothing yet")
        api.json_patch(wait.obj, [{"op": "add", "path": "/metadata/labels", "value": {"go": "now"}}])
        wait.ready()


def test_a_wrong_wait_for_keeps_the_object_and_says_what_is_wrong(api: Api, namespace: str) -> None:
    obj = config_map("a", namespace)
    obj["metadata"]["annotations"] = {"pulumi.com/waitFor": "Ready"}
    with Wait(api, obj) as wait:
        assert 'expected a "jsonpath=" or "condition=" prefix' in str(wait.not_ready())
