"""What a cluster sends to CLS by itself: its events and its audit, each to a topic.

Where an input names no topic the cloud makes one, which stays when the cluster goes, unless the inputs say
otherwise (resource_tc_kubernetes_cluster_extension.go, 568 to 640 and 1145 to 1190).
"""

from typing import Any

from plugins.tencentcloud.account import Account
from plugins.tencentcloud.kind import Inputs

SWITCHES = {
    "eventPersistence": ("tke:EnableEventPersistence", "deleteEventLogAndTopic"),
    "clusterAudit": ("tke:EnableClusterAudit", "deleteAuditLogAndTopic"),
}


def has_agent(cluster: Inputs) -> bool:
    """Whether something collects what containers print; the audit brings it along."""
    return any(_block(cluster, key).get("enabled") for key in ("logAgent", "clusterAudit"))


def check(account: Account, inputs: Inputs) -> None:
    """Raises CloudRefused for a topic that is not there."""
    for key, (action, _) in SWITCHES.items():
        if topic := _block(inputs, key).get("topicId"):
            account.need(topic, action, "FailedOperation.GetClsIndex")


def turn(account: Account, cluster: str, old: Inputs, new: Inputs) -> None:
    """Makes the topics of what is on now, and deletes those of what is off as the new inputs say."""
    for key, (_, deletes) in SWITCHES.items():
        before, block = _block(old, key), _block(new, key)
        if before == block:
            continue
        if block.get("enabled") and not block.get("topicId"):
            account.put(f"topic-{key}-{cluster}", {"madeFor": cluster})
        elif not block.get("enabled") and block.get(deletes):
            account.remove(f"topic-{key}-{cluster}")


def leave(account: Account, cluster: str, inputs: Inputs) -> None:
    """What is left of a cluster that goes."""
    for key, (_, deletes) in SWITCHES.items():
        if _block(inputs, key).get(deletes):
            account.remove(f"topic-{key}-{cluster}")


def _block(inputs: Inputs, key: str) -> dict[str, Any]:
    return inputs.get(key) or {}
