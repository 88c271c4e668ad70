"""Add-ons of a cluster and its logs on the model, as the official provider and the cloud treat them."""

import json
from pathlib import Path
from typing import Any

import pytest

from plugins.tencentcloud.account import account
from plugins.values import from_wire, plain
from tests.unit.plugins.tencentcloud.account_made import CLUSTER, Made, delete, read, refusal, update

ADDON = "tencentcloud:Kubernetes/addon:Addon"
RULE = "tencentcloud:Kubernetes/logConfig:LogConfig"
LOGSET = "tencentcloud:Cls/logset:Logset"
TOPIC = "tencentcloud:Cls/topic:Topic"
OTHER = {"clusterCidr": "172.21.0.0/16"}  # addresses of a second cluster


def addon(made: Made, **more: Any) -> dict[str, Any]:
    return {"clusterId": made.cluster, "addonName": "networkpolicy", **more}


def rule(made: Made, **details: Any) -> dict[str, Any]:
    config = json.dumps({"kind": "LogConfig", "spec": {"clsDetail": details}})
    return {"clusterId": made.cluster, "logConfigName": "builds", "logConfig": config, "clusterType": "tke"}


def topic(made: Made, **more: Any) -> tuple[str, dict[str, Any]]:
    """Id of a logset, and the inputs of a topic in it."""
    logset, _ = made.cloud.create(LOGSET, logsetName="logs")
    return logset, {"logsetId": logset, "topicName": "builds", **more}


def things(file: Path, prefix: str) -> set[str]:
    return {name for name in json.loads(file.read_text()) if name.startswith(f"{prefix}-")}


def test_an_addon_is_known_by_its_cluster_and_its_name(made: Made) -> None:
    identity, outputs = made.cloud.create(ADDON, **addon(made))
    assert identity == f"{made.cluster}#networkpolicy"
    assert plain(outputs)["addonVersion"], "the newest, where the program names none"
    assert made.cloud.diff(ADDON, addon(made), addon(made, addonVersion="2.0.0")).replaces == []
    assert made.cloud.diff(ADDON, addon(made), addon(made, addonName="cos")).replaces == ["addonName"]


def test_a_refresh_finds_values_that_the_program_has_not_set(made: Made) -> None:
    identity, _ = made.cloud.create(ADDON, **addon(made))
    assert "rawValues" in from_wire(read(made.cloud, ADDON, identity, addon(made)).properties)


def test_an_addon_is_refused_without_its_cluster_and_twice(made: Made) -> None:
    made.cloud.create(ADDON, **addon(made))
    assert "Code=InvalidParameter.Param" in refusal(made.cloud.create, ADDON, **addon(made))
    missing = addon(made, clusterId="cls-none")
    assert "cls-none does not exist" in refusal(made.cloud.create, ADDON, **missing)


def test_a_refresh_of_an_addon_that_is_gone_is_an_error(made: Made) -> None:
    """DescribeKubernetesAddonById gives the cloud's ResourceNotFound on."""
    identity, outputs = made.cloud.create(ADDON, **addon(made))
    delete(made.cloud, ADDON, identity, outputs)
    assert "Code=ResourceNotFound" in refusal(read, made.cloud, ADDON, identity, addon(made))


def test_addons_and_rules_go_with_their_cluster(made: Made, file: Path) -> None:
    made.cloud.create(ADDON, **addon(made))
    delete(made.cloud, CLUSTER, made.cluster, {})
    assert not things(file, "addon")


def test_a_rule_needs_an_agent_and_a_topic_that_is_there(made: Made) -> None:
    message = refusal(made.cloud.create, RULE, **rule(made))
    assert "the log agent is not installed" in message
    with_agent = made.cluster_inputs(logAgent={"enabled": True})
    update(made.cloud, CLUSTER, made.cluster, made.cluster_inputs(), with_agent)
    message = refusal(made.cloud.create, RULE, **rule(made, topicId="topic-none"))
    assert "Code=FailedOperation.GetClsTopic" in message
    wrong = {**rule(made), "logConfig": "{"}
    assert "Code=InvalidParameter.Param" in refusal(made.cloud.create, RULE, **wrong)
    identity, _ = made.cloud.create(RULE, **rule(made))
    assert identity == f"{made.cluster}#builds#tke"
    assert "there is a rule of this name" in refusal(made.cloud.create, RULE, **rule(made))
    assert made.cloud.diff(RULE, rule(made), rule(made, region="ap-tokyo")).replaces == ["logConfig"]
    update(made.cloud, CLUSTER, made.cluster, with_agent, made.cluster_inputs(logAgent={"enabled": False}))
    assert "failed to delete logconfigs:builds" in refusal(delete, made.cloud, RULE, identity, rule(made))


@pytest.mark.parametrize(("deletes", "left"), [(False, 1), (True, 0)])
def test_a_topic_that_nobody_named_outlives_the_cluster_unless_the_inputs_say_so(
    made: Made, file: Path, deletes: bool, left: int
) -> None:
    audit = {"enabled": True, "deleteAuditLogAndTopic": deletes}
    cluster, outputs = made.cloud.create(CLUSTER, **made.cluster_inputs(clusterAudit=audit, **OTHER))
    assert len(things(file, "topic")) == 1
    delete(made.cloud, CLUSTER, cluster, outputs)
    assert len(things(file, "topic")) == left, "it is billed"


def test_an_audit_that_is_switched_off_takes_its_topic_along_where_the_inputs_say_so(
    made: Made, file: Path
) -> None:
    on, off = (
        made.cluster_inputs(clusterAudit={"enabled": enabled, "deleteAuditLogAndTopic": True}, **OTHER)
        for enabled in (True, False)
    )
    cluster, _ = made.cloud.create(CLUSTER, **on)
    update(made.cloud, CLUSTER, cluster, on, off)
    assert not things(file, "topic")


def test_a_new_cluster_whose_logs_cannot_be_switched_on_is_there_and_in_no_state(
    made: Made, file: Path
) -> None:
    """The provider keeps the id when all is done: so the logs come later, as docs/tencent-cloud.md has it."""
    with account(file) as there:
        there.switch(refusals=[["tke:EnableClusterAudit", "FailedOperation.Db"]])
    inputs = made.cluster_inputs(clusterAudit={"enabled": True}, **OTHER)
    assert "Code=FailedOperation.Db" in refusal(made.cloud.create, CLUSTER, **inputs)
    assert len(things(file, "cls")) == 2, "it is billed"


def test_logs_to_a_topic_that_is_not_there_are_refused(made: Made) -> None:
    events = {"enabled": True, "topicId": "topic-none"}
    inputs = made.cluster_inputs(eventPersistence=events, **OTHER)
    assert "Code=FailedOperation.GetClsIndex" in refusal(made.cloud.create, CLUSTER, **inputs)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"logsetId": "logset-none"}, "Code=ResourceNotFound.LogsetNotExist"),
        ({"period": 4000}, "Code=FailedOperation.InvalidPeriod"),
        ({"extends": {}, "isWebTracking": True}, "Must set `extends`"),
        ({"extends": {"anonymousAccess": {}}}, "Not support set `extends`"),
    ],
)
def test_a_topic_is_refused(made: Made, more: dict[str, Any], words: str) -> None:
    _, inputs = topic(made)
    assert words in refusal(made.cloud.create, TOPIC, **{**inputs, **more})


def test_a_name_of_logs_is_there_once_and_a_logset_goes_when_it_is_empty(made: Made) -> None:
    logset, inputs = topic(made, period=3640)
    one, outputs = made.cloud.create(TOPIC, **inputs)
    assert "Code=InvalidParameter.TopicConflict" in refusal(made.cloud.create, TOPIC, **inputs)
    message = refusal(made.cloud.create, LOGSET, logsetName="logs")
    assert "Code=InvalidParameter.LogsetConflict" in message
    assert "Code=FailedOperation.LogsetNotEmpty" in refusal(delete, made.cloud, LOGSET, logset, {})
    delete(made.cloud, TOPIC, one, outputs)
    assert "does not exist" in refusal(read, made.cloud, TOPIC, one, inputs), "a refresh does not drop it"
    delete(made.cloud, LOGSET, logset, {})
