"""The provider's own configuration: which change of it means another cluster."""

from __future__ import annotations

import json

import pytest

from plugins.kubernetes.values import UNKNOWN, Properties
from tests.cluster.kubernetes_plugin.plugin import Plugin

pytestmark = pytest.mark.cluster


def kubeconfig(server: str = "https://one.example", token: str = "t") -> str:
    return json.dumps(
        {
            "clusters": [
                {"name": "c", "cluster": {"server": server}},
                {"name": "d", "cluster": {"server": "x"}},
            ],
            "users": [{"name": "u", "user": {"token": token}}],
            "contexts": [
                {"name": "main", "context": {"cluster": "c", "user": "u"}},
                {"name": "other", "context": {"cluster": "d", "user": "u"}},
            ],
            "current-context": "main",
        }
    )


@pytest.mark.parametrize(
    ("olds", "news", "replaces"),
    [
        ({"kubeconfig": kubeconfig()}, {"kubeconfig": kubeconfig(token="new")}, []),
        ({"kubeconfig": kubeconfig()}, {"kubeconfig": kubeconfig("https://two.example")}, ["kubeconfig"]),
        ({"kubeconfig": kubeconfig()}, {"kubeconfig": kubeconfig(), "context": "other"}, ["context"]),
        ({"kubeconfig": kubeconfig()}, {"kubeconfig": kubeconfig(), "cluster": "d"}, ["cluster"]),
        ({"kubeconfig": kubeconfig()}, {"kubeconfig": kubeconfig(), "namespace": "x"}, []),
        ({"kubeconfig": kubeconfig()}, {"kubeconfig": UNKNOWN}, ["kubeconfig"]),
        ({"clusterIdentifier": "a"}, {"clusterIdentifier": "b"}, ["clusterIdentifier"]),
        ({}, {"clusterIdentifier": "b"}, []),
        (
            {"clusterIdentifier": "a", "kubeconfig": kubeconfig()},
            {"clusterIdentifier": "a", "kubeconfig": kubeconfig("https://two.example")},
            [],
        ),
        (
            {"clusterIdentifier": "a", "kubeconfig": kubeconfig()},
            {"clusterIdentifier": "a", "kubeconfig": UNKNOWN},
            [],
        ),
    ],
)
def test_another_cluster_replaces_the_provider(
    plugin: Plugin, olds: Properties, news: Properties, replaces: list[str]
) -> None:
    """provider.go, DiffConfig: replacement "iff the active cluster in the kubeconfig changes"; 4.16.0:
    clusterIdentifier decides instead."""
    assert list(plugin.diff_config(olds, news).replaces) == replaces


def test_the_same_configuration_is_no_change(plugin: Plugin) -> None:
    """A kubeconfig given as an object or as its text is read alike."""
    assert not plugin.diff_config({"kubeconfig": kubeconfig()}, {"kubeconfig": kubeconfig()}).diffs
