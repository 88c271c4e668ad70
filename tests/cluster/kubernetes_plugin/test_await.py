"""Waiting for objects on a real API server: each test names the official behaviour it mirrors.

https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/ (await logic) and its CHANGELOG.
"""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

import pytest

from plugins.kubernetes import await_network
from plugins.kubernetes.api import Api, Object
from plugins.kubernetes.kubeconfig import load_kubeconfig, new_client
from tests.cluster.api_server import ApiServer
from tests.cluster.kubernetes_plugin.objects import (
    config_map,
    custom_object,
    custom_resource_definition,
    deployment,
)
from tests.cluster.kubernetes_plugin.waiting import (
    Wait,
    bind_pod,
    pods_of,
    run_pod,
    set_status,
    stop_pod,
    until,
)

pytestmark = pytest.mark.cluster


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What settles after ten seconds settles after one."""
    monkeypatch.setattr(await_network, "SETTLED_AFTER", 1.0)
    monkeypatch.setattr(await_network, "NO_ENDPOINTS_AFTER", 1.0)
    monkeypatch.setattr("plugins.kubernetes.await_ready.LOOK_EVERY", 1.0)


def service(name: str, namespace: str, **spec: object) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"selector": {"app": name}, "ports": [{"port": 80}], **spec},
    }


def test_a_deployment_is_awaited_until_its_pods_are_available(api: Api, namespace: str) -> None:
    """Deployment: rollout complete, Available, all Pods of the ReplicaSet ready."""
    with Wait(api, deployment("web", namespace, replicas=2)) as wait:
        pods = pods_of(api, namespace, 2)
        wait.until_said("(0/2 Pods available)")
        run_pod(api, pods[0])
        wait.until_said("(1/2 Pods available)")
        assert not wait.over, "one of two Pods is not enough"
        run_pod(api, pods[1])
        live = wait.ready()
    assert live["status"]["availableReplicas"] == 2, "outputs are the state that was waited for"


def test_a_deployment_that_does_not_become_ready_names_the_image_that_cannot_be_pulled(
    api: Api, namespace: str
) -> None:
    """Deployment: at the timeout the errors of its Pods are told, and the object is kept in the state."""
    with Wait(api, deployment("web", namespace, replicas=1), timeout=3) as wait:
        stop_pod(api, pods_of(api, namespace, 1)[0], "ImagePullBackOff", "Back-off pulling image")
        error = wait.not_ready()
    assert f"Deployment {namespace}/web is not ready after 3 s" in str(error)
    assert any("ImagePullBackOff: Back-off pulling image" in reason for reason in error.reasons)
    assert error.last_object, "without it the next run would try to create the Deployment again"


def test_warnings_among_the_events_are_told(api: Api, namespace: str) -> None:
    """Await logic: Warning events about the object show up while it is waited for."""
    with Wait(api, deployment("web", namespace, replicas=1), timeout=2) as wait:
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": "w", "namespace": namespace},
            "type": "Warning",
            "reason": "FailedMount",
            "message": "no such secret",
            "involvedObject": {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "name": "web",
                "namespace": namespace,
                "uid": wait.obj["metadata"]["uid"],
            },
        }
        api.create(event, field_manager="test")
        assert "FailedMount: no such secret" in wait.not_ready().reasons


def test_a_pod_is_awaited_until_it_is_ready(api: Api, namespace: str) -> None:
    """Pod: PodScheduled, Initialized, Ready."""
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "one", "namespace": namespace},
        "spec": {"containers": [{"name": "main", "image": "example.invalid/none"}]},
    }
    with Wait(api, pod) as wait:
        wait.until_said("[1/3] Waiting for Pod to be scheduled")
        run_pod(api, wait.obj)
        wait.ready()


def test_a_stateful_set_is_awaited_until_its_pods_are_ready(api: Api, namespace: str) -> None:
    """StatefulSet: all replicas ready and of the current revision."""
    obj = deployment("db", namespace, replicas=1)
    obj["kind"] = "StatefulSet"
    obj["spec"]["serviceName"] = "db"
    with Wait(api, obj) as wait:
        wait.until_said("(0/1 Pods ready)")
        run_pod(api, pods_of(api, namespace, 1)[0])
        wait.ready()


def test_a_daemon_set_without_nodes_is_ready(api: Api, namespace: str) -> None:
    """DaemonSet: as many Pods as nodes want it; here there is no node."""
    obj = deployment("agent", namespace)
    obj["kind"] = "DaemonSet"
    del obj["spec"]["replicas"]
    with Wait(api, obj) as wait:
        assert wait.ready()["status"]["observedGeneration"] == 1, "the controller must have looked at it"


def job(namespace: str) -> Object:
    container = {"name": "main", "image": "example.invalid/none"}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "task", "namespace": namespace},
        "spec": {
            "backoffLimit": 0,
            "template": {"spec": {"containers": [container], "restartPolicy": "Never"}},
        },
    }


def test_a_job_is_awaited_until_it_is_complete(api: Api, namespace: str) -> None:
    """Job: condition Complete."""
    with Wait(api, job(namespace)) as wait:
        pod = pods_of(api, namespace, 1)[0]
        wait.until_said("Active: 1")
        set_status(api, pod, {"phase": "Succeeded"})
        wait.ready()


def test_a_job_that_failed_is_an_error_at_once(api: Api, namespace: str) -> None:
    """Job: condition Failed ends the wait, long before the timeout."""
    with Wait(api, job(namespace)) as wait:
        set_status(api, pods_of(api, namespace, 1)[0], {"phase": "Failed"})
        error = wait.not_ready()
    assert any("BackoffLimitExceeded" in reason for reason in error.reasons)


def test_a_load_balancer_is_awaited_until_it_has_an_address(api: Api, namespace: str) -> None:
    """Service, LoadBalancer: status.loadBalancer.ingress."""
    obj = service("web", namespace, type="LoadBalancer", selector=None)
    with Wait(api, obj) as wait:
        wait.until_said("Attempting to allocate IP address")
        set_status(api, wait.obj, {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}})
        live = wait.ready()
    assert live["status"]["loadBalancer"]["ingress"][0]["ip"] == "192.0.2.1", "the program exports it"


def test_a_service_is_awaited_until_its_pods_are_ready(api: Api, namespace: str) -> None:
    """Service with a selector: no endpoint may be waiting to become ready."""
    api.create(deployment("web", namespace, replicas=1), field_manager="test")
    pod = pods_of(api, namespace, 1)[0]
    bind_pod(api, pod)
    with Wait(api, service("web", namespace)) as wait:
        wait.until_said("(0 ready, 1 not ready)")
        run_pod(api, pod)
        wait.ready()
    api.delete("v1", "Node", None, namespace)


def test_a_service_without_pods_is_ready_when_that_has_settled(
    api: Api, namespace: str, impatient: None
) -> None:
    """Service with a selector: ten quiet seconds without any endpoint are enough."""
    with Wait(api, service("web", namespace)) as wait:
        wait.ready()


@pytest.mark.parametrize("spec", [{"clusterIP": "None"}, {"selector": None}])
def test_headless_services_and_those_without_selector_are_ready_at_once(
    api: Api, namespace: str, spec: Object
) -> None:
    """Service: nobody says who answers for them."""
    with Wait(api, service("web", namespace, **spec)) as wait:
        wait.ready()
    assert wait.said == [], "there was nothing to wait for"


def an_ingress(namespace: str) -> Object:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {"rules": [{"http": {"paths": [path]}}]},
    }


def test_an_ingress_is_awaited_until_its_service_and_its_address_are_there(api: Api, namespace: str) -> None:
    """Ingress: a Service for each path, then status.loadBalancer."""
    with Wait(api, an_ingress(namespace)) as wait:
        wait.until_said("Finding a matching Service")
        api.create(service("web", namespace), field_manager="test")
        wait.until_said("Waiting for update of .status.loadBalancer")
        set_status(api, wait.obj, {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}})
        wait.ready()


def test_an_ingress_whose_service_never_comes_waits_for_its_address_alone(
    api: Api, namespace: str, impatient: None
) -> None:
    """Ingress: a rule without endpoints is a warning once they have settled (#1810)."""
    with Wait(api, an_ingress(namespace)) as wait:
        wait.until_said('No matching Service found for Ingress rule: "/" -> "web"')
        set_status(api, wait.obj, {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}})
        wait.ready()


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


def test_an_object_deleted_while_it_is_waited_for_is_an_error_at_once(api: Api, namespace: str) -> None:
    with Wait(api, deployment("web", namespace, replicas=1)) as wait:
        wait.until_said("(0/1 Pods available)")
        api.delete("apps/v1", "Deployment", namespace, "web", propagation="Background")
        assert "was deleted while it was waited for" in str(wait.not_ready())


def test_cancelling_ends_a_wait_at_once_and_keeps_the_object(
    api: Api, api_server: ApiServer, namespace: str
) -> None:
    """Ctrl-C: "Resource operation was cancelled", with what has been created so far in the state."""
    own = Api(new_client(load_kubeconfig(api_server.kubeconfig)))
    with Wait(own, deployment("web", namespace, replicas=1)) as wait:
        wait.until_said("(0/1 Pods available)")
        began = time.monotonic()
        own.cancel()
        error = wait.not_ready()
    assert time.monotonic() - began < 2, "the user is looking at the screen"
    assert "cancelled" in str(error)
    assert error.last_object


def test_fifty_waits_at_once_are_cheap(api_server: ApiServer, namespace: str) -> None:
    """A release is a hundred objects, created side by side; the machine has other work to do meanwhile."""
    own, measured = Api(new_client(load_kubeconfig(api_server.kubeconfig))), threading.Event()
    with ExitStack() as stack:
        waits = []
        for number in range(50):
            obj = config_map(f"c{number}", namespace)
            obj["metadata"]["annotations"] = {"pulumi.com/waitFor": "jsonpath={.data.go}"}
            waits.append(stack.enter_context(Wait(own, obj)))
        for wait in waits:
            wait.until_said("selects nothing yet")
        before = time.process_time()
        measured.wait(3)
        spent = time.process_time() - before
        own.cancel()
        for wait in waits:
            wait.not_ready()
    assert spent < 1, f"50 idle waits took {spent:.1f} s of CPU in 3 s"
