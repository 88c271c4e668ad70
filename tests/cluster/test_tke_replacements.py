"""Replacements on TKE, by the real engine on the model of the cloud, and what stays meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.api_server import ApiServer
from tests.cluster.objects import Objects
from tests.cluster.tke_stack import TkeStack, steps, uid

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]


@pytest.fixture
def stack(tmp_path: Path, api_server: ApiServer, namespace: str) -> Iterator[TkeStack]:
    tke = TkeStack(tmp_path / "stack", api_server, namespace)
    tke.up()
    yield tke
    tke.destroy()
    assert tke.things("cls") == tke.things("np") == tke.things("sg") == {}, "what is left is billed"


def test_a_replaced_endpoint_is_open_and_nothing_in_the_cluster_is_made_anew(
    stack: TkeStack, objects: Objects, namespace: str
) -> None:
    before = uid(objects, namespace)
    output = stack.up(apiMbps=20)
    (cluster,) = stack.things("cls").values()
    assert cluster["internet"], f"nobody reaches the API server any more: {output}"
    assert uid(objects, namespace) == before, output
    assert "1 replaced" in output, output


def test_another_type_of_node_comes_before_the_old_nodes_go(
    stack: TkeStack, objects: Objects, namespace: str
) -> None:
    before, old_pools = uid(objects, namespace), stack.things("np")
    output = stack.up(nodes={"instanceType": "S5.LARGE16"})
    for pool in ("cluster-nodes-base", "cluster-nodes-more"):
        assert steps(output, pool) == ["created replacement", "deleted original"], output
    new_pools = stack.things("np")
    assert len(new_pools) == len(old_pools) == 2
    assert not new_pools.keys() & old_pools.keys()
    names = {pool["name"] for pools in (old_pools, new_pools) for pool in pools.values()}
    assert len(names) == 4, f"two pools of one name at once: {names}"
    assert uid(objects, namespace) == before, output


def test_a_change_that_every_pool_can_take_replaces_none(stack: TkeStack) -> None:
    before = stack.things("np")
    stack.up(nodes={"diskGib": 100, "maxNodes": 5, "minNodes": 2})
    after = stack.things("np")
    assert after.keys() == before.keys()
    assert {pool["name"] for pool in after.values()} == {pool["name"] for pool in before.values()}


def test_a_pool_that_was_scaled_since_is_not_updated_before_a_refresh(stack: TkeStack) -> None:
    changed = {"nodes": {"diskGib": 100}}
    stack.scale("-more-", 2)
    output = stack.refused(**changed)
    assert "has 2 nodes, and the stack's state says 0" in output, output
    assert "--refresh" in output, "the sentence names the command that mends it"
    assert sorted(pool["nodes"] for pool in stack.things("np").values()) == [1, 2], "no node was ended"
    stack.refresh()
    stack.up(**changed)
    assert sorted(pool["nodes"] for pool in stack.things("np").values()) == [1, 2], "no node was ended"


def test_a_stack_that_names_no_image_keeps_the_one_that_its_nodes_have(stack: TkeStack) -> None:
    output = stack.up(nodes={"os": "tlinux3.1x86_64"})
    assert steps(output, "cluster-nodes-base") == ["updated"], output
    output = stack.up()
    assert not steps(output, "cluster-nodes-base"), f"an update ends nodes, or `up`: {output}"


def test_super_nodes_and_a_script_come_and_go_while_the_endpoint_stays(
    stack: TkeStack, objects: Objects, namespace: str
) -> None:
    before = uid(objects, namespace)
    for settings, super_nodes in (
        ({"superNodes": True, "nodes": {"userData": "#!/bin/sh\n"}}, "created"),
        ({}, "deleted"),
    ):
        output = stack.up(**settings)
        assert steps(output, "cluster-nodes-super") == [super_nodes], output
        assert steps(output, "cluster-nodes-base") == ["created replacement", "deleted original"], output
        assert not steps(output, "cluster-endpoint"), output
    assert uid(objects, namespace) == before
