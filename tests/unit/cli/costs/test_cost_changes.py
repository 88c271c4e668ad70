"""What a change does to the bill: the plan against the state."""

from typing import Any

import pytest

from cli.costs.plan import Plan, Stack, read
from tests.unit.cli.costs.planned import cluster, states, steps, urn


def change(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The quantities before and after, by thing; None where there is none."""
    plan = read(steps(states(cluster(**after)), states(cluster(**before))))
    return {
        (each.goal or each.current).item: (  # type: ignore[union-attr]
            each.current and each.current.quantity,
            each.goal and each.goal.quantity,
        )
        for each in plan.changes()
    }


def test_another_instance_type_shows_what_goes_and_what_comes() -> None:
    large = {"nodes": {"instanceType": "S5.LARGE16"}}
    assert change({}, large) == {"node S5.MEDIUM8": ((1, 3), None), "node S5.LARGE16": (None, (1, 3))}


def test_more_nodes_are_more_machines_and_more_disks() -> None:
    more = {"nodes": {"minNodes": 2, "maxNodes": 6}}
    assert change({}, more) == {
        "node S5.MEDIUM8": ((1, 3), (2, 6)),
        "system disk CLOUD_PREMIUM": ((50, 150), (100, 300)),
    }


def test_the_same_settings_change_nothing() -> None:
    assert not change({}, {})


def test_a_stack_that_is_not_deployed_has_nothing_before() -> None:
    plan = read(steps(states(cluster())))
    assert plan.current == Stack(charges={}, region="", unknown=frozenset())
    assert plan.goal.charges


def test_a_stack_that_goes_has_nothing_after() -> None:
    plan = read(steps({}, states(cluster())))
    assert plan.current.charges
    assert not plan.goal.charges


@pytest.mark.parametrize(
    ("operations", "overlap"),
    [
        (["create-replacement", "replace", "delete-replaced"], ["cluster-nodes-more"]),
        (["delete-replaced", "replace", "create-replacement"], []),
    ],
)
def test_a_replaced_pool_counts_once_on_each_side_and_is_named_where_both_are_there_for_a_while(
    operations: list[str], overlap: list[str]
) -> None:
    (pool,) = [each for each in states(cluster()) if each.endswith("nodes-more")]
    old, new = ({"inputs": states(cluster(nodes={"maxNodes": most}))[pool]} for most in (3, 5))
    pair = [{"op": operation, "urn": pool, "oldState": old} for operation in operations]
    plan = read([step if step["op"] == "delete-replaced" else {**step, "newState": new} for step in pair])
    sides = (plan.current, plan.goal)
    counts = [side.charges["node S5.MEDIUM8", "nodes", "hour"].quantity for side in sides]
    assert counts == [(0, 2), (0, 4)]
    assert plan.overlap == overlap


def raised(before: dict[str, Any], after: dict[str, Any]) -> Plan:
    """A plan for a cluster whose level the cloud has raised; of an update the CLI prints no new outputs."""
    plan = steps(states(cluster(**after)), states(cluster(**before)))
    (step,) = [each for each in plan if each["urn"].endswith("cluster:Cluster::cluster")]
    step["oldState"]["outputs"] = {**step["oldState"]["outputs"], "clusterLevel": "L20"}
    if step["op"] == "update":
        del step["newState"]["outputs"]
    else:
        step["newState"]["outputs"] = step["oldState"]["outputs"]
    return read(plan)


@pytest.mark.parametrize("after", [{}, {"deletionProtection": False}])
def test_a_level_that_the_cloud_has_raised_is_the_one_that_is_billed(after: dict[str, Any]) -> None:
    plan = raised({}, after)
    assert "control plane L20" in {charge.item for charge in plan.current.charges.values()}
    assert not plan.changes(), "`up` leaves it to the cloud"


def test_a_level_that_is_not_left_to_the_cloud_is_the_settings() -> None:
    plan = raised({}, {"autoUpgradeLevel": False, "level": "L50"})
    changes = [(each.current and each.current.item, each.goal and each.goal.item) for each in plan.changes()]
    assert changes == [("control plane L20", None), (None, "control plane L50")]


def test_a_service_of_the_cluster_alone_is_not_billed_twice_when_it_is_replaced() -> None:
    state = {"inputs": {"metadata": {"name": "web"}, "spec": {"type": "ClusterIP"}}}
    step = {"op": "create-replacement", "urn": urn("kubernetes:core/v1:Service", "web")}
    assert not read([{**step, "oldState": state, "newState": state}]).overlap
