"""No cluster, not yet or no longer: preview works, everything else says one clear sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugins.kubernetes.api import Api
from tests.cluster.kubernetes_plugin.objects import config_map, nobody_answers
from tests.cluster.kubernetes_plugin.plugin import Plugin, Refusal, Resource, urn_of

pytestmark = pytest.mark.cluster
OBJECT = config_map("settings", "default", a="1")
OLD = Resource(urn_of("settings", OBJECT), "default/settings", OBJECT, {**OBJECT, "__inputs": OBJECT})


@pytest.mark.parametrize(
    ("kubeconfig", "reason"),
    [
        (nobody_answers(), "Connection refused"),
        ("/does/not/exist", "kubeconfig /does/not/exist does not exist"),
        ("{}", "the kubeconfig has no current-context"),
        ("[1, 2]", "does not exist"),
    ],
)
def test_preview_works_and_up_says_what_is_wrong(kubeconfig: str, reason: str) -> None:
    """provider.go, Configure: "rather than erroring out on an invalid k8s config, mark the cluster as
    unreachable".
    """
    with Plugin(kubeconfig=kubeconfig) as plugin:
        inputs = plugin.check(OLD.urn, OBJECT)
        assert plugin.preview_create(OLD.urn, inputs) == inputs, "a cluster may come with this very `up`"
        changed = {**inputs, "metadata": {**inputs["metadata"], "labels": {"a": "b"}}}
        assert plugin.diff(OLD, changed).changes, "differences are known without a server"
        assert plugin.update(OLD, changed, preview=True).state == changed
        with pytest.raises(Refusal, match="configured Kubernetes cluster is unreachable: ") as refusal:
            plugin.create(OLD.urn, inputs)
        assert reason in refusal.value.message, "the user can tell what to do"
        assert "Traceback" not in refusal.value.message
        with pytest.raises(Refusal, match="configured Kubernetes cluster is unreachable"):
            plugin.update(OLD, changed)


def test_refresh_and_delete_name_the_way_out() -> None:
    """2.7.1, #1379, and 2.9.1, #1522: errors on delete and refresh; 3.19.4, #2037: how to give resources
    up.
    """
    with Plugin(kubeconfig=nobody_answers()) as plugin:
        with pytest.raises(Refusal, match="PULUMI_K8S_DELETE_UNREACHABLE"):
            plugin.read(OLD)
        with pytest.raises(Refusal, match="PULUMI_K8S_DELETE_UNREACHABLE"):
            plugin.delete(OLD)


def test_delete_unreachable_gives_resources_up() -> None:
    """3.19.4, #2037: deleteUnreachable."""
    with Plugin(kubeconfig=nobody_answers(), deleteUnreachable="true") as plugin:
        assert plugin.read(OLD) is None
        plugin.delete(OLD)
        assert any("unreachable" in warning for warning in plugin.engine.warnings), "not silently"


def test_skip_update_unreachable_keeps_everything_as_it_is() -> None:
    """skipUpdateUnreachable: "skip resource updates when the cluster is unreachable"."""
    with Plugin(kubeconfig=nobody_answers(), skipUpdateUnreachable="true") as plugin:
        assert plugin.check(OLD.urn, config_map("settings", "default", a="2"), olds=OBJECT) == OBJECT
        found = plugin.read(OLD)
        assert found is not None
        assert found.inputs == OBJECT


def test_nothing_is_asked_of_the_server_when_nothing_changed() -> None:
    """The point of a fast second `up`: Check and Diff of an unchanged object need no cluster at all."""
    with Plugin(kubeconfig=nobody_answers()) as plugin:
        inputs = plugin.check(OLD.urn, OBJECT, olds=OBJECT)
        assert plugin.diff(OLD, inputs).changes == 1
        assert not plugin.engine.warnings


def test_a_kubeconfig_may_be_a_path(api: Api, api_server_file: Path, namespace: str) -> None:
    """Provider option kubeconfig: "the contents of a kubeconfig file or the path to a kubeconfig file"."""
    with Plugin(kubeconfig=str(api_server_file)) as plugin:
        plugin.up("settings", config_map("settings", namespace))
    assert api.get("v1", "ConfigMap", namespace, "settings")
