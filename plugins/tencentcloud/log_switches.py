"""The cluster's inputs about logs: the agent that collects them, and what it sends to CLS by itself.

Where an input names no topic the cloud makes one, which stays when the cluster goes, unless the inputs say
otherwise (resource_tc_kubernetes_cluster_extension.go, 533 to 640 and 1145 to 1190).
"""

from typing import Any

from plugins.tencentcloud.account import Account
from plugins.tencentcloud.kind import Inputs

AGENT = "logAgent"
TOPICS = {
    "eventPersistence": ("EventPersistence", "deleteEventLogAndTopic"),
    "clusterAudit": ("ClusterAudit", "deleteAuditLogAndTopic"),
}


def apply_changes(account: Account, cluster: str, old: Inputs, new: Inputs) -> None:
    """Switches on and off what differs. Raises CloudError for a topic that is not there."""
    if _block(old, AGENT) != _block(new, AGENT):
        _keep(account, cluster, AGENT, new)
        account.call("tke:InstallLogAgent" if _block(new, AGENT).get("enabled") else "tke:UninstallLogAgent")
    for key, (name, deletes) in TOPICS.items():
        block = _block(new, key)
        if _block(old, key) == block:
            continue
        if topic := block.get("topicId"):
            account.need(topic, f"tke:Enable{name}", "FailedOperation.GetClsIndex")
        elif block.get("enabled"):
            account.put(f"topic-{key}-{cluster}", {"madeFor": cluster})
        elif block.get(deletes):
            account.remove(f"topic-{key}-{cluster}")
        _keep(account, cluster, key, new)
        account.call(f"tke:{'Enable' if block.get('enabled') else 'Disable'}{name}")


def _keep(account: Account, cluster: str, key: str, new: Inputs) -> None:
    account.put(cluster, {**(account.get(cluster) or {}), key: _block(new, key)})


def has_agent(cluster: Inputs) -> bool:
    """True when something collects the output of containers; the audit brings it along."""
    return any(_block(cluster, key).get("enabled") for key in (AGENT, "clusterAudit"))


def enabled_inputs(cluster: Inputs) -> dict[str, Any]:
    """The inputs that a Read finds: of what is on, and nothing of what becomes of its topic."""
    inputs: dict[str, Any] = {AGENT: {"enabled": True}} if has_agent(cluster) else {}
    for key in TOPICS:
        block = _block(cluster, key)
        if block.get("enabled"):
            defaults = {"logSetId": "logset-of-the-cloud", "topicId": f"topic-{key}"}
            values = {name: block[name] for name in defaults if block.get(name)}
            inputs[key] = {"enabled": True, **defaults, **values}
    return inputs


def remove_topics(account: Account, cluster: str) -> None:
    """Removes the topics of a cluster that goes, where its inputs say so."""
    properties = account.get(cluster) or {}
    for key, (_, deletes) in TOPICS.items():
        if _block(properties, key).get(deletes):
            account.remove(f"topic-{key}-{cluster}")


def _block(inputs: Inputs, key: str) -> dict[str, Any]:
    return inputs.get(key) or {}
