"""Where logs go: a logset, and the topics in it."""

from plugins.tencentcloud.account import Account
from plugins.tencentcloud.errors import CloudRefused, Refused
from plugins.tencentcloud.kind import Inputs, Kind, Outputs, stored

FOR_EVER = 3640
DAYS = range(1, 3601)


def _create_logset(account: Account, inputs: Inputs) -> str:
    if account.all("logset", logsetName=inputs["logsetName"]):
        raise CloudRefused(
            "cls:CreateLogset", "InvalidParameter.LogsetConflict", "there is a logset of this name"
        )
    logset = account.add("logset", inputs)
    account.call("cls:CreateLogset")
    return logset


def _delete_logset(account: Account, logset: str, _inputs: Inputs) -> None:
    if topics := account.all("topic", logsetId=logset):
        raise CloudRefused(
            "cls:DeleteLogset", "FailedOperation.LogsetNotEmpty", f"the logset has {', '.join(topics)}"
        )
    account.remove(logset)


def _create_topic(account: Account, inputs: Inputs) -> str:
    action = "cls:CreateTopic"
    if inputs.get("extends") and not inputs.get("isWebTracking"):
        raise Refused("If `is_web_tracking` is false, Not support set `extends`.")
    if inputs.get("isWebTracking") and not inputs.get("extends"):
        raise Refused("If `is_web_tracking` is true, Must set `extends` params.")
    account.need(inputs["logsetId"], action, "ResourceNotFound.LogsetNotExist")
    if inputs.get("period", FOR_EVER) not in {*DAYS, FOR_EVER}:
        raise CloudRefused(action, "FailedOperation.InvalidPeriod", "the period is 1 to 3600, or 3640")
    if account.all("topic", logsetId=inputs["logsetId"], topicName=inputs["topicName"]):
        raise CloudRefused(action, "InvalidParameter.TopicConflict", "there is a topic of this name")
    topic = account.add("topic", inputs)
    account.call(action)
    return topic


def _changed(account: Account, thing: str, _old: Inputs, new: Inputs) -> None:
    account.put(thing, new)


def _deleted(account: Account, thing: str, _inputs: Inputs) -> None:
    account.remove(thing)


def _read(account: Account, thing: str, _inputs: Inputs) -> Outputs:
    """What is gone is an error, and stays in the state."""
    if account.get(thing) is None:
        raise Refused(f"resource {thing} does not exist")
    return {}


LOGSET = Kind(
    token="tencentcloud:Cls/logset:Logset",
    create=_create_logset,
    update=_changed,
    delete=_delete_logset,
    read=_read,
    inputs_there=stored("logsetName", "tags"),  # resource_tc_cls_logset.go
)
TOPIC = Kind(
    token="tencentcloud:Cls/topic:Topic",
    create=_create_topic,
    update=_changed,
    delete=_deleted,
    read=_read,
    inputs_there=stored("logsetId", "topicName", "period", "tags"),  # resource_tc_cls_topic.go
)
