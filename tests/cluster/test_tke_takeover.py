"""A TKE stack that commit 4d96eb1 made on the model of the cloud, taken over by the present program.

`tke_stack_of_4d96eb1/state.json.gz` is `pulumi stack export --show-secrets` with words for its secrets, and
`account.json` the model's account; recorded on 2026-11-30 with the CLI v3.276.0 and the provider 4.25.0.
"""

from pathlib import Path

import pytest

from tests.cluster.api_server import ApiServer
from tests.cluster.objects import Objects
from tests.cluster.tke_stack import TkeStack

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

RECORDING = Path(__file__).with_name("tke_stack_of_4d96eb1")


@pytest.fixture
def stack(tmp_path: Path, api_server: ApiServer, objects: Objects, namespace: str) -> TkeStack:
    metadata = {"name": "inside", "namespace": namespace}
    objects.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    tke = TkeStack(tmp_path / "stack", api_server, namespace)
    tke.take_over(RECORDING)
    return tke


def test_no_part_of_a_stack_of_4d96eb1_is_made_anew(stack: TkeStack) -> None:
    before = {kind: stack.things(kind).keys() for kind in ("vpc", "subnet", "sg", "cls", "np")}
    planned = stack.planned()
    assert {name: op for name, op in planned.items() if op != "update"} == {"Stash cluster-state": "create"}
    stack.up()
    assert {kind: stack.things(kind).keys() for kind in before} == before
    (cluster,) = stack.things("cls").values()
    assert cluster["internet"], "the API server is as open as it was"
    assert stack.planned() == {}, "a second `up` changes nothing"
    stack.destroy()
    assert stack.things("cls") == stack.things("np") == stack.things("sg") == {}, "what is left is billed"


def test_nodes_on_which_builds_run_outlive_the_takeover(stack: TkeStack) -> None:
    stack.scale("-more", 2)
    assert "has 2 nodes, and the stack's state says 0" in stack.refused()
    stack.refresh()
    stack.up()
    assert sorted(pool["nodes"] for pool in stack.things("np").values()) == [1, 2], "no node was ended"
