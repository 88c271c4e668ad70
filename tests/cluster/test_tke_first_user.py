"""The life of a TKE stack in an account, in order, on the model of the cloud.

A push, the webhook and the commands of docs/tencent-cloud.md: tests/e2e/test_tke_stack.py and tests/docs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from plugins.tencentcloud.account import SWITCHES
from tests.cluster.api_server import ApiServer
from tests.cluster.objects import Objects
from tests.cluster.tke_stack import TkeStack, steps, uid
from tests.support.account import NEW_ACCOUNT, imported_ids

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]


def stack_things(stack: TkeStack) -> set[str]:
    """Ids of the account's resources that not every account has."""
    return stack.account.keys() - NEW_ACCOUNT - {SWITCHES}


def test_an_account_from_the_first_preview_to_nothing_left(
    tmp_path: Path, api_server: ApiServer, objects: Objects, namespace: str
) -> None:
    stack = TkeStack(tmp_path / "stack", api_server, namespace)
    settings: dict[str, Any] = {"version": "1.32.2"}
    assert set(stack.planned(**settings).values()) == {"create"}
    assert stack_things(stack) == set(), "a preview makes nothing"

    # The cluster is made, and the call after it refused: the provider has no id of it.
    stack.switch(refusals=[["tke:AcquireClusterAdminRole", "ResourceUnavailable.ClusterState"]])
    output = stack.refused(**settings)
    assert "ResourceUnavailable.ClusterState" in output, output
    (orphan,) = stack.things("cls")
    stack.remove(orphan)  # in the console, as docs/tencent-cloud.md says
    stack.up(**settings)
    assert len(stack.things("cls")) == 1
    object_uid = uid(objects, namespace)

    settings["version"] = "1.34.1"
    assert steps(stack.up(**settings), "cluster") == ["updated"]
    assert "TKE takes no cluster back" in stack.refused(**{**settings, "version": "1.32.2"})

    # Builds run on two more nodes.
    stack.scale("-more-", 2)
    settings["nodes"] = {"maxNodes": 5}
    assert "has 2 nodes, and the stack's state says 0" in stack.refused(**settings)
    stack.refresh()
    stack.up(**settings)
    assert sorted(pool["nodes"] for pool in stack.things("np").values()) == [1, 2], "no node was ended"

    settings["nodes"] = {"maxNodes": 5, "instanceType": "S5.LARGE16"}
    output = stack.up(**settings)
    for pool in ("cluster-nodes-base", "cluster-nodes-more"):
        assert steps(output, pool) == ["created replacement", "deleted original"], output

    before = stack_things(stack)
    stack.lose_state()
    stack.bring_back(imported_ids(stack.account), **settings)
    planned = stack.planned(**settings)
    replaced = {name for name, op in planned.items() if op not in ("update", "create")}
    assert replaced == {"ClusterEndpoint cluster-endpoint"}, f"what is there would be made anew: {planned}"
    stack.up(**settings)
    assert stack_things(stack) == before, "what the account had"
    assert uid(objects, namespace) == object_uid, "the object in the cluster is the one that was there"
    assert stack.planned(**settings) == {}, "a second `up` changes nothing"

    stack.switch(lingering=2)
    stack.destroy()
    stack.pass_minutes(3)
    assert stack_things(stack) == set(), "what is left is billed"
