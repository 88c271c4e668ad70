"""The costs of a plan of the real engine, on the model of the cloud."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cli.costs import plan
from tests.cluster.api_server import ApiServer
from tests.cluster.tke_stack import TkeStack

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]
TYPES = ("node S5.MEDIUM8", "node S5.LARGE16")


def nodes(stack: plan.Stack) -> list[tuple[str, Any]]:
    return [(charge.item, charge.quantity) for charge in stack.charges.values() if charge.item in TYPES]


def test_a_preview_tells_what_is_billed_before_and_after_and_what_twice_for_a_while(
    tmp_path: Path, api_server: ApiServer, namespace: str
) -> None:
    stack = TkeStack(tmp_path / "stack", api_server, namespace)
    stack.up()
    costs = plan.read(stack.cost_preview().steps)
    assert ("load balancer", "API server", "hour") in costs.current.charges, "what stays is billed, too"
    assert costs.changes() == []
    larger = {"instanceType": "S5.LARGE16", "minNodes": 2, "maxNodes": 6}
    change = plan.read(stack.cost_preview(apiMbps=20, nodes=larger).steps)
    assert nodes(change.current) == [("node S5.MEDIUM8", (1, 3))]
    assert nodes(change.goal) == [("node S5.LARGE16", (2, 6))]
    assert change.overlap == ["cluster-nodes-base", "cluster-nodes-more"], "the old endpoint goes first"
