"""A rule that says which containers' output goes to which topic."""

import json

from plugins.tencentcloud.account import Account
from plugins.tencentcloud.errors import CloudError, RefusedError
from plugins.tencentcloud.kind import Inputs, Kind, stored_inputs
from plugins.tencentcloud.log_switches import has_agent

ACTION = "tke:CreateCLSLogConfig"


def _key(identity: str) -> str:
    return f"rule-{identity}"


def _create(account: Account, inputs: Inputs) -> str:
    cluster = account.need(inputs["clusterId"], ACTION, "FailedOperation.ClusterState")
    if not has_agent(cluster):
        raise CloudError(
            ACTION,
            "FailedOperation.KubernetesCreateOperationError",
            'no matches for kind "LogConfig": the log agent is not installed',
        )
    try:
        topic = json.loads(inputs["logConfig"])["spec"].get("clsDetail", {}).get("topicId")
    except (ValueError, KeyError):
        raise CloudError(ACTION, "InvalidParameter.Param", "logConfig is no LogConfig in JSON") from None
    if topic:
        account.need(topic, ACTION, "FailedOperation.GetClsTopic")
    identity = f"{inputs['clusterId']}#{inputs['logConfigName']}#{inputs['clusterType']}"
    if account.get(_key(identity)) is not None:
        raise CloudError(
            ACTION, "FailedOperation.KubernetesCreateOperationError", "there is a rule of this name"
        )
    account.put(_key(identity), inputs)
    account.call(ACTION)
    return identity


def _delete(account: Account, rule: str, inputs: Inputs) -> None:
    """The provider ends with an answer's message (resource_tc_kubernetes_log_config_extension.go, 24)."""
    if account.get(_key(rule)) is None or not has_agent(account.get(inputs["clusterId"]) or {}):
        raise RefusedError(f"failed to delete logconfigs:{inputs['logConfigName']} err:not found")
    account.remove(_key(rule))


LOG_CONFIG = Kind(
    token="tencentcloud:Kubernetes/logConfig:LogConfig",
    create=_create,
    delete=_delete,
    cloud_inputs=stored_inputs("clusterId", "logConfigName", "clusterType", key=_key),
    key=_key,
)
