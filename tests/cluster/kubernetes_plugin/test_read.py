"""Read: refresh, import and get."""

from __future__ import annotations

import pytest
from pulumi.runtime.proto import provider_pb2

from plugins.kubernetes.api import Api
from plugins.kubernetes.values import Properties, Secret
from tests.cluster.kubernetes_plugin.objects import (
    config_map,
    custom_object,
    custom_resource_definition,
    deployment,
)
from tests.cluster.kubernetes_plugin.plugin import Plugin, Refusal, Resource, urn_of

pytestmark = pytest.mark.cluster


def test_refresh_without_drift_changes_nothing(plugin: Plugin, namespace: str) -> None:
    """pulumi refresh: https://www.pulumi.com/docs/iac/cli/commands/pulumi_refresh/"""
    made = plugin.up("settings", config_map("settings", namespace, a="1"))
    refreshed = plugin.read(made)
    assert refreshed is not None
    assert refreshed.inputs == made.inputs
    assert refreshed.state == made.state


def test_refresh_brings_drift_into_the_inputs(plugin: Plugin, api: Api, namespace: str) -> None:
    """4.0.0: "resource drift is detected accurately after a refresh"."""
    made = plugin.up("settings", config_map("settings", namespace, a="1"))
    api.apply(config_map("settings", namespace, a="2", theirs="3"), field_manager="somebody", force=True)
    refreshed = plugin.read(made)
    assert refreshed is not None
    assert refreshed.inputs["data"] == {"a": "2"}, "what we wrote has changed; what others added is theirs"
    assert plugin.diff(refreshed, made.inputs).detailedDiff.keys() == {"data.a"}, (
        "the next `up` puts it right"
    )


def test_refresh_of_what_is_gone_removes_it(plugin: Plugin, namespace: str) -> None:
    """provider.go, Read: a 404 means deleted."""
    made = plugin.up("settings", config_map("settings", namespace))
    plugin.delete(made)
    assert plugin.read(made) is None


def test_refresh_without_the_crd_removes_the_object(plugin: Plugin, namespace: str) -> None:
    """0.22.2: "CRs without a matching CRD will now be considered deleted during pulumi refresh"."""
    crd = custom_resource_definition(namespace)
    thing = custom_object(crd, "thing", namespace)
    assert plugin.read(Resource(urn_of("thing", thing), f"{namespace}/thing", thing, thing)) is None


def test_import_takes_everything_but_what_the_server_sets(plugin: Plugin, api: Api, namespace: str) -> None:
    """3.13.0, #1846: "Populate inputs from live state for imports"."""
    api.create(config_map("settings", namespace, a="1"), field_manager="test")
    urn = urn_of("settings", config_map("settings", namespace))
    found = plugin.read(Resource(urn, f"{namespace}/settings", {}, {}))
    assert found is not None
    assert found.inputs == config_map("settings", namespace, a="1"), "these lines are the program to write"
    assert found.state["metadata"]["uid"], "the outputs are all of it"


def test_an_imported_secret_is_secret(plugin: Plugin, api: Api, namespace: str) -> None:
    """3.24.0, #2300: "Fix unencrypted secrets in the state outputs after Secret.get"."""
    secret: Properties = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "token", "namespace": namespace},
        "data": {"token": "dG9rZW4="},
    }
    api.create(secret, field_manager="test")
    found = plugin.read(Resource(urn_of("token", secret), f"{namespace}/token", {}, {}))
    assert found is not None
    assert isinstance(found.inputs["data"], Secret)
    assert isinstance(found.state["data"], Secret)
    assert isinstance(found.state["__inputs"]["data"], Secret)


def test_import_of_a_malformed_id_says_the_form(plugin: Plugin) -> None:
    """provider.go, Read: "a failure to parse resource name from request ID"."""
    with pytest.raises(Refusal, match="write namespace/name"):
        plugin.read(Resource(urn_of("x", config_map("x", "y")), "a/b/c", {}, {}))


def test_refresh_of_an_object_that_is_not_ready_keeps_it_and_says_why(plugin: Plugin, namespace: str) -> None:
    """provider.go, Read: "resource successfully registered with the API server, but failed to initialize"."""
    made = plugin.up("web", deployment("web", namespace, replicas=1, skipAwait="true"))
    inputs = {**made.inputs, "metadata": {**made.inputs["metadata"], "annotations": {}}}
    with pytest.raises(Refusal) as refusal:
        plugin.read(Resource(made.urn, made.id, inputs, made.state))
    assert refusal.value.partial is not None, "the engine must keep the state"
    assert refusal.value.partial.id == made.id
    assert refusal.value.partial.inputs["spec"] == inputs["spec"], "and the inputs"
    assert plugin.read(made) is not None, "with skipAwait nobody waits for it, so it is no news"


def test_a_second_look_is_no_change(plugin: Plugin, namespace: str) -> None:
    """A refreshed Secret written as stringData stays without a diff: 4.0.2, #2511."""
    secret: Properties = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "token", "namespace": namespace},
        "stringData": {"token": "value"},
    }
    made = plugin.up("token", secret)
    refreshed = plugin.read(made)
    assert refreshed is not None
    assert plugin.diff(refreshed, made.inputs).changes == provider_pb2.DiffResponse.DIFF_NONE
