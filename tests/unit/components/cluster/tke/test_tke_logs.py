"""What of a TKE cluster goes to CLS, and where it goes."""

import json

import pytest

from tests.unit.components.cluster.tke.tke_program import Given, deploy, one

KEYS = {"logAgent", "eventPersistence", "clusterAudit"}


def test_nothing_is_kept_by_default(asked: list[str], given: Given) -> None:
    recording = deploy(given)
    assert not {each.name for each in recording.resources if "-logs" in each.name}, "it would be billed"
    assert not KEYS & one(recording, "Cluster").inputs.keys()


@pytest.mark.parametrize(
    ("kept", "keys"),
    [
        ("builds", {"logAgent"}),
        ("events", {"eventPersistence"}),
        ("audit", {"clusterAudit", "logAgent"}),
    ],
)
def test_each_kind_of_log_goes_to_a_topic_of_the_stack(
    asked: list[str], given: Given, kept: str, keys: set[str]
) -> None:
    given["cluster"] |= {"logs": {kept: True, "days": 7}, "tags": {"team": "builds"}}
    recording = deploy(given)
    topic = one(recording, "Topic").plain()
    assert (topic["topicName"], topic["period"], topic["tags"]) == (kept, 7, {"team": "builds"})
    inputs = one(recording, "Cluster").plain()
    assert inputs.keys() & KEYS == keys, "an update without logAgent takes away the one of the audit"
    for key in keys - {"logAgent"}:
        assert inputs[key] == {
            "enabled": True,
            "logSetId": "cluster-logs-id",
            "topicId": f"cluster-logs-{kept}-id",
        }, "a topic that the cloud makes outlives the cluster, and a refresh finds other inputs"


@pytest.mark.parametrize(("logs", "stays"), [({}, True), ({"events": True}, True), ({"builds": True}, False)])
def test_an_agent_that_nothing_needs_any_more_stays(
    asked: list[str], given: Given, logs: Given, stays: bool
) -> None:
    given["cluster"]["logs"] = logs
    ignored = one(deploy(given), "Cluster").ignored
    assert ("logAgent" in ignored) is stays, "the rule goes after the cluster's update, and not without it"


def test_what_builds_print_is_collected_when_nodes_run(asked: list[str], given: Given) -> None:
    given["cluster"]["logs"] = {"builds": True}
    recording = deploy(given)
    rule = one(recording, "LogConfig")
    assert all(pool.urn in rule.dependencies for pool in recording.all("NodePool"))
    spec = json.loads(rule.plain()["logConfig"])["spec"]
    assert spec["clsDetail"]["topicId"] == "cluster-logs-builds-id"
    assert spec["inputDetail"]["containerStdout"]["namespace"] == "builds"
    given["cluster"]["logs"] = {"events": True}
    assert not deploy(given).all("LogConfig")
