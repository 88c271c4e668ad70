"""CheckConfig and DiffConfig: is the provider's configuration good, and does a change of it mean another
cluster?
"""

from __future__ import annotations

from dataclasses import dataclass, field

from plugins.kubernetes.kubeconfig import BadKubeconfig, active_cluster, load_kubeconfig
from plugins.kubernetes.settings import kubeconfig_text
from plugins.kubernetes.values import UNKNOWN, Properties, reveal

CLUSTER_KEYS = ("kubeconfig", "context", "cluster")


@dataclass
class ConfigDiff:
    changed: list[str] = field(default_factory=list)
    replaces: list[str] = field(default_factory=list)


def config_failures(news: Properties) -> list[tuple[str, str]]:
    """(property, reason) of what the stand-in cannot do."""
    if news.get("renderYamlToDirectory"):
        return [
            (
                "renderYamlToDirectory",
                "rendering YAML is not supported by the stand-in for the kubernetes plugin; "
                "install the official plugin (pulumi plugin install resource kubernetes) to use it",
            )
        ]
    return []


def diff_config(olds: Properties, news: Properties) -> ConfigDiff:
    """What changed, and which changes replace the provider and with it all its resources.

    As the official provider: a kubeconfig has no identity, so its active cluster entry stands for it. With
    `clusterIdentifier` set before and after, that alone decides.
    """
    olds, news = reveal(olds), reveal(news)
    diff = ConfigDiff(changed=sorted(key for key in {*olds, *news} if olds.get(key) != news.get(key)))
    if not diff.changed:
        return diff
    old_identity, new_identity = olds.get("clusterIdentifier"), news.get("clusterIdentifier")
    if old_identity and new_identity:
        diff.replaces = ["clusterIdentifier"] if old_identity != new_identity else []
        if not diff.replaces or not _other_cluster(olds, news):
            return diff
    diff.replaces += [key for key in CLUSTER_KEYS if key in diff.changed and _other_cluster(olds, news)]
    return diff


def _other_cluster(olds: Properties, news: Properties) -> bool:
    if any(news.get(key) is UNKNOWN for key in CLUSTER_KEYS):
        return True  # it may be another one; the official provider plans a replacement too
    clusters = [_cluster(properties) for properties in (olds, news)]
    return None not in clusters and clusters[0] != clusters[1]


def _cluster(properties: Properties) -> Properties | None:
    text = kubeconfig_text(properties.get("kubeconfig"))
    if text is None:
        return None
    try:
        config = load_kubeconfig(text)
    except BadKubeconfig:
        return None  # the file is gone: nothing to compare with
    return active_cluster(config, context=properties.get("context"), cluster=properties.get("cluster"))
