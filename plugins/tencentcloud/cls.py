"""A logset of CLS, and the topics in it."""

from plugins.tencentcloud.account import Account
from plugins.tencentcloud.errors import CloudError, RefusedError
from plugins.tencentcloud.kind import Inputs, Kind, Outputs, stored_inputs

FOR_EVER = 3640
DAYS = range(1, 3601)


def _create_logset(account: Account, inputs: Inputs) -> str:
    if account.all("logset", logsetName=inputs["logsetName"]):
        raise CloudError(
            "cls:CreateLogset", "InvalidParameter.LogsetConflict", "there is a logset of this name"
        )
    logset = account.add("logset", inputs)
    account.call("cls:CreateLogset")
    return logset


def _delete_logset(account: Account, logset: str, _inputs: Inputs) -> None:
    if topics := account.all("topic", logsetId=logset):
        raise CloudError(
            "cls:DeleteLogset", "FailedOperation.LogsetNotEmpty", f"the logset has {', '.join(topics)}"
        )
    account.remove(logset)


def _create_topic(account: Account, inputs: Inputs) -> str:
    action = "cls:CreateTopic"
    if inputs.get("extends") and not inputs.get("isWebTracking"):
        raise RefusedError("If `is_web_tracking` is false, Not support set `extends`.")
    if inputs.get("isWebTracking") and not inputs.get("extends"):
        raise RefusedError("If `is_web_tracking` is true, Must set `extends` params.")
    account.need(inputs["logsetId"], action, "ResourceNotFound.LogsetNotExist")
    if inputs.get("period", FOR_EVER) not in {*DAYS, FOR_EVER}:
        raise CloudError(action, "FailedOperation.InvalidPeriod", "the period is 1 to 3600, or 3640")
    if account.all("topic", logsetId=inputs["logsetId"], topicName=inputs["topicName"]):
        raise CloudError(action, "InvalidParameter.TopicConflict", "there is a topic of this name")
    topic = account.add("topic", inputs)
    account.call(action)
    return topic


def _update(account: Account, identity: str, _old: Inputs, new: Inputs) -> None:
    account.put(identity, new)


def _delete(account: Account, identity: str, _inputs: Inputs) -> None:
    account.remove(identity)


def _read(account: Account, identity: str, _inputs: Inputs) -> Outputs:
    """Raises RefusedError for a resource that is gone; it stays in the state."""
    if account.get(identity) is None:
        raise RefusedError(f"resource {identity} does not exist")
    return {}


LOGSET = Kind(
    token="tencentcloud:Cls/logset:Logset",
    create=_create_logset,
    update=_update,
    delete=_delete_logset,
    read=_read,
    cloud_inputs=stored_inputs("logsetName", "tags"),  # resource_tc_cls_logset.go
)
TOPIC = Kind(
    token="tencentcloud:Cls/topic:Topic",
    create=_create_topic,
    update=_update,
    delete=_delete,
    read=_read,
    cloud_inputs=stored_inputs("logsetId", "topicName", "period", "tags"),  # resource_tc_cls_topic.go
)
