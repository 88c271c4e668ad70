"""Create: a plain create, then the wait. Mirrors the official provider 4.34 (its CHANGELOG and
documentation).
"""

from __future__ import annotations

import threading

import pytest

from plugins.kubernetes.api import Api
from plugins.kubernetes.cluster import Cluster
from plugins.kubernetes.create import create
from plugins.kubernetes.errors import PluginError
from plugins.kubernetes.operation import Operation
from plugins.kubernetes.settings import Settings
from plugins.kubernetes.values import UNKNOWN, Properties, Secret
from tests.cluster.api_server import ApiServer
from tests.cluster.kubernetes_plugin.objects import config_map, custom_object, custom_resource_definition
from tests.cluster.kubernetes_plugin.plugin import Plugin, Refusal, Resource, urn_of

pytestmark = pytest.mark.cluster


def test_an_object_is_made_and_its_id_is_namespace_and_name(plugin: Plugin, api: Api, namespace: str) -> None:
    """IDs are namespace/name: https://www.pulumi.com/registry/packages/kubernetes/api-docs/core/v1/configmap/#import"""
    made = plugin.up("settings", config_map("settings", namespace, a="1"))
    assert made.id == f"{namespace}/settings", "pulumi import and .get take this form"
    live = api.get("v1", "ConfigMap", namespace, "settings")
    assert live is not None, "created means that the server has it"
    assert made.state["metadata"]["uid"] == live["metadata"]["uid"], "outputs are the live object"
    assert "managedFields" not in made.state["metadata"], "the state stays small"


def test_an_object_without_a_namespace_has_its_name_as_id(plugin: Plugin, api: Api) -> None:
    """Cluster-wide kinds: https://www.pulumi.com/registry/packages/kubernetes/api-docs/core/v1/namespace/#import"""
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": "reader"},
    }
    made = plugin.up("reader", {**role, "rules": []})
    assert made.id == "reader", "a ClusterRole is in no namespace, even when the provider has a default one"
    plugin.delete(made)


def test_an_object_that_exists_is_an_error_that_names_the_ways_out(plugin: Plugin, namespace: str) -> None:
    """4.29.0, #2926: "the API server now returns an AlreadyExists error instead of silently updating"."""
    plugin.up("first", config_map("same", namespace, a="1"))
    with pytest.raises(Refusal, match='configmaps "same" already exists') as refusal:
        plugin.up("second", config_map("same", namespace, a="2"))
    for way_out in ("alias", "deleteBeforeReplace", "pulumi import", "upsertExistingObjects"):
        assert way_out in refusal.value.message, "the official text names all four"
    assert refusal.value.partial is None, "the object is not this resource's: destroy must not delete it"


def test_upsert_existing_objects_adopts_what_exists(
    plugin: Plugin, api: Api, api_server: ApiServer, namespace: str
) -> None:
    """4.29.0: "upsertExistingObjects restores the previous upsert behavior"."""
    plugin.up("first", config_map("same", namespace, a="1"))
    with Plugin(kubeconfig=api_server.kubeconfig, upsertExistingObjects="true") as upserting:
        upserting.up("second", config_map("same", namespace, b="2"))
    live = api.get("v1", "ConfigMap", namespace, "same")
    assert live is not None
    assert live["data"] == {"a": "1", "b": "2"}, "it is applied onto what is there"


def test_a_namespace_made_a_moment_later_is_waited_for(plugin: Plugin, api: Api, namespace: str) -> None:
    """await.go, Creation (#239): retried "so that we can tolerate some amount of misordering"."""
    late = f"{namespace}-late"
    make = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": late}}
    timer = threading.Timer(1, lambda: api.create(make, field_manager="test"))
    timer.start()
    try:
        assert plugin.up("early", config_map("early", late)).id == f"{late}/early", "one `up` is enough"
    finally:
        timer.join()
        api.delete("v1", "Namespace", None, late)


def test_a_kind_whose_crd_comes_a_moment_later_is_waited_for(
    plugin: Plugin, api: Api, namespace: str
) -> None:
    """0.18.0: "Add support for creating CRDs and CRs in the same app"."""
    crd = custom_resource_definition(namespace)
    timer = threading.Timer(1, lambda: api.create(crd, field_manager="test"))
    timer.start()
    try:
        made = plugin.up("thing", custom_object(crd, "thing", namespace))
        assert made.id == f"{namespace}/thing", "no dependsOn on the CRD is needed for one `up` to be enough"
    finally:
        timer.join()
        api.delete("apiextensions.k8s.io/v1", "CustomResourceDefinition", None, crd["metadata"]["name"])


def test_a_kind_that_never_comes_is_an_error_that_names_the_crd(
    api_server: ApiServer, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """provider.go: "Verify that any required CRDs have been created". (In this process: half a minute of
    retries is cut short.)"""
    monkeypatch.setattr("plugins.kubernetes.create.RETRY_AFTER", (0.1,))
    thing = custom_object(custom_resource_definition(namespace), "thing", namespace)
    said: list[str] = []
    operation = Operation(
        urn=urn_of("thing", thing),
        cluster=Cluster(Settings(kubeconfig=api_server.kubeconfig)),
        status=said.append,
        warn=said.append,
    )
    with pytest.raises(PluginError, match="Verify that any required CRDs have been created"):
        create(operation, thing, 0)
    assert any("Retry #1" in text for text in said), "the user sees what is waited for"


def test_secret_inputs_are_secret_outputs(plugin: Plugin, api: Api, namespace: str) -> None:
    """1.0.0-rc.1, #734: "Do not leak unencrypted secret values into the state file"."""
    made = plugin.up("settings", config_map("settings", namespace, token=Secret("s3cret"), plain="x"))
    assert made.state["data"] == {"token": Secret("s3cret"), "plain": "x"}, (
        "secret stays secret, and only that"
    )
    assert made.state["__inputs"]["data"]["token"] == Secret("s3cret"), "the copy of the inputs is no leak"
    live = api.get("v1", "ConfigMap", namespace, "settings")
    assert live is not None
    assert live["data"]["token"] == "s3cret", "the server gets the value itself"


@pytest.mark.parametrize("field", ["data", "stringData"])
def test_what_a_secret_holds_is_always_secret(plugin: Plugin, namespace: str, field: str) -> None:
    """1.2.0, #803, and 3.3.0, #1577: "Automatically mark Secret data and stringData as secret"."""
    secret: Properties = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "token", "namespace": namespace},
        field: {"token": "dG9rZW4="},
    }
    made = plugin.up("token", secret)
    assert isinstance(made.inputs[field], Secret), (
        "Check marks it, so that the state never has it in the clear"
    )
    assert isinstance(made.state["data"], Secret), "also what the server made of stringData"
    assert isinstance(made.state["__inputs"][field], Secret), "the copy of the inputs is no leak"


def test_preview_shows_what_the_server_would_add(plugin: Plugin, api: Api, namespace: str) -> None:
    """2.7.0, #1355: preview of Create by dry run; 4.5.0, #2615: without the status, for programs that read
    it.
    """
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {"ports": [{"port": 80}]},
    }
    urn = urn_of("web", service)
    seen = plugin.preview_create(urn, plugin.check(urn, service))
    assert seen["spec"]["sessionAffinity"] == "None", "a default of the server"
    assert "status" not in seen, "what the program reads from the status must be unknown at preview"
    assert api.get("v1", "Service", namespace, "web") is None, "a preview makes nothing"


def test_preview_reports_what_the_server_refuses(plugin: Plugin, namespace: str) -> None:
    """2.7.0, #1355: the dry run at preview finds mistakes before anything is made."""
    bad = {**config_map("Not A Name", namespace)}
    urn = urn_of("bad", bad)
    with pytest.raises(Refusal, match="Invalid value"):
        plugin.preview_create(urn, plugin.check(urn, bad))


def test_preview_of_an_object_in_a_namespace_to_come_works(plugin: Plugin) -> None:
    """await.go, namespaceError: "If the namespace hasn't been created yet, the preview will always fail"."""
    obj = config_map("early", "not-there-yet", a="1")
    urn = urn_of("early", obj)
    inputs = plugin.check(urn, obj)
    assert plugin.preview_create(urn, inputs) == inputs, "the namespace comes in the same `up`"


def test_preview_of_a_kind_to_come_works(plugin: Plugin, namespace: str) -> None:
    """provider.go, Create: no dry run when "the resource GVK does not exist"."""
    thing = custom_object(custom_resource_definition(namespace), "thing", namespace)
    urn = urn_of("thing", thing)
    inputs = plugin.check(urn, thing)
    assert plugin.preview_create(urn, inputs) == inputs, "the CRD comes in the same `up`"


def test_preview_with_values_to_come_works(plugin: Plugin, namespace: str) -> None:
    """provider.go, Create: no dry run when "the input values contain unknowns"."""
    obj = config_map("settings", namespace, address=UNKNOWN)
    urn = urn_of("settings", obj)
    inputs = plugin.check(urn, obj)
    assert plugin.preview_create(urn, inputs) == inputs, "what is not known stays unknown"


def test_preview_over_an_existing_object_does_not_fail(plugin: Plugin, namespace: str) -> None:
    """provider.go, Create: AlreadyExists at preview is no failure; a replacement of the same name meets
    it.
    """
    obj = config_map("same", namespace)
    plugin.up("first", obj)
    urn = urn_of("second", obj)
    inputs = plugin.check(urn, obj)
    assert plugin.preview_create(urn, inputs) == inputs, "only the update itself can tell"


def test_a_crd_keeps_its_dashed_fields(plugin: Plugin, api: Api, namespace: str) -> None:
    """4.18.4: "CRDs that contain any x-kubernetes-* fields can now be successfully created"; 3.20.3,
    #2128.
    """
    crd = custom_resource_definition(namespace)
    schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    del schema["x-kubernetes-preserve-unknown-fields"]
    schema["x_kubernetes_preserve_unknown_fields"] = True
    made = plugin.up("things", crd)
    live = api.get("apiextensions.k8s.io/v1", "CustomResourceDefinition", None, made.id)
    assert live is not None
    written = live["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    assert written["x-kubernetes-preserve-unknown-fields"] is True, "the server knows only the dashed name"
    found = plugin.read(Resource(made.urn, made.id, {}, {}))
    assert found is not None
    read = found.inputs["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    assert read["x_kubernetes_preserve_unknown_fields"] is True, "the SDK knows only the other"
    assert "schema" not in made.state["spec"]["versions"][0], "the state has the schema once, in the inputs"
    assert plugin.diff(made, made.inputs).changes == 1, "and that is enough"
    plugin.delete(made)
