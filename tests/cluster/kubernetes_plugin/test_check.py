"""Check: names, namespaces, and what the stand-in refuses."""

from __future__ import annotations

import re

import pytest
from pulumi.runtime.proto import provider_pb2

from plugins.kubernetes.values import UNKNOWN, Properties
from tests.cluster.api_server import ApiServer
from tests.cluster.kubernetes_plugin.objects import config_map, custom_object, custom_resource_definition
from tests.cluster.kubernetes_plugin.plugin import Plugin, Refusal, urn_of

pytestmark = pytest.mark.cluster
Autonaming = provider_pb2.CheckRequest.AutonamingOptions


def unnamed() -> Properties:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"namespace": "default"}}


def test_an_object_without_a_name_gets_one(plugin: Plugin) -> None:
    """Auto-naming: https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming"""
    urn = urn_of("settings", unnamed())
    checked = plugin.check(urn, unnamed())
    assert re.fullmatch(r"settings-[0-9a-f]{8}", checked["metadata"]["name"]), "eight hex digits, as official"
    assert checked["metadata"]["annotations"]["pulumi.com/autonamed"] == "true", (
        "Diff must know it may rename"
    )
    again = plugin.check(urn, unnamed())
    assert again == checked, "preview and update, of one seed, agree"


def test_an_object_keeps_the_name_it_was_given(plugin: Plugin) -> None:
    """metadata/naming.go: the old object's autoname is adopted."""
    urn = urn_of("settings", unnamed())
    first = plugin.check(urn, unnamed())
    assert plugin.check(urn, unnamed(), olds=first) == first, "a second `up` changes nothing"


def test_the_stack_may_choose_the_name(plugin: Plugin) -> None:
    """4.20.0: "Added support for autonaming configuration specified by the engine"."""
    urn = urn_of("settings", unnamed())
    verbatim = Autonaming(proposed_name="settings", mode=Autonaming.ENFORCE)
    assert plugin.check(urn, unnamed(), autonaming=verbatim)["metadata"]["name"] == "settings"
    with pytest.raises(Refusal, match=r"requires the .metadata.name field"):
        plugin.check(urn, unnamed(), autonaming=Autonaming(mode=Autonaming.DISABLE))


def test_generate_name_is_refused_with_server_side_apply(plugin: Plugin) -> None:
    """4.8.0, #2808: generateName is for client-side apply only."""
    obj = unnamed()
    obj["metadata"]["generateName"] = "settings-"
    with pytest.raises(Refusal, match="not supported in Server-Side Apply mode"):
        plugin.check(urn_of("settings", obj), obj)


def test_a_name_to_come_is_no_missing_name(plugin: Plugin) -> None:
    """metadata/naming.go, IsNamed: "may be a known or computed value"."""
    obj = config_map("x", "default")
    obj["metadata"]["name"] = UNKNOWN
    assert plugin.check(urn_of("settings", obj), obj)["metadata"]["name"] is UNKNOWN


@pytest.mark.parametrize(("options", "expected"), [({"namespace": "mine"}, "mine"), ({}, "default")])
def test_the_provider_s_namespace_is_the_default(
    api_server: ApiServer, options: dict[str, str], expected: str
) -> None:
    """Provider option `namespace`: "the default namespace to use ... ignored for cluster-scoped
    resources".
    """
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": "reader"},
    }
    obj = config_map("settings", "")
    with Plugin(kubeconfig=api_server.kubeconfig, **options) as plugin:
        assert plugin.check(urn_of("settings", obj), obj)["metadata"]["namespace"] == expected
        assert "namespace" not in plugin.check(urn_of("reader", role), role)["metadata"]


def test_a_program_s_own_crd_tells_the_scope_of_its_kind(api_server: ApiServer) -> None:
    """provider.go, Check: the CRDs "that the program intends to create" tell the scope of their kinds."""
    crd = custom_resource_definition("scoped", scope="Cluster")
    thing = custom_object(crd, "thing", None)
    with Plugin(kubeconfig=api_server.kubeconfig) as plugin:
        plugin.check(urn_of("things", crd), crd)
        assert "namespace" not in plugin.check(urn_of("thing", thing), thing)["metadata"]
    with Plugin(kubeconfig=api_server.kubeconfig) as plugin:
        assert plugin.check(urn_of("things", crd), crd, olds=crd) == crd, "unchanged since the last `up`"
        assert "namespace" not in plugin.check(urn_of("thing", thing), thing)["metadata"]


@pytest.mark.parametrize(
    ("group_version", "kind", "words"),
    [
        ("core/v1", "ConfigMapPatch", "patch resources are not supported by the stand-in"),
        ("core/v1", "ConfigMapList", "list resources exist for compatibility"),
        ("helm.sh/v3", "Release", "Helm releases and charts are not supported by the stand-in"),
        ("kustomize/v2", "Directory", "kustomize directories are not supported by the stand-in"),
    ],
)
def test_what_the_stand_in_cannot_do_is_said(
    plugin: Plugin, group_version: str, kind: str, words: str
) -> None:
    """List resources: as official. The others are this stand-in's limits, and it names the way out."""
    urn = f"urn:pulumi:test::test::kubernetes:{group_version}:{kind}::x"
    with pytest.raises(Refusal, match=words):
        plugin.check(urn, config_map("x", "default"))
