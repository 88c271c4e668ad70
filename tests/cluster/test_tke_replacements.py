"""What is made anew on TKE, by the real engine on the model of the cloud, and what stays meanwhile."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.api_server import ApiServer
from tests.cluster.objects import Objects
from tests.cluster.pulumi_stack import CHECKOUT, Stack

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

PROGRAM = f"""
import json
import sys

sys.path.insert(0, {str(CHECKOUT)!r})
import pulumi_random
from components import tke
from components.secrets import CloudCredentials
from components.settings import Registry
from components.settings.tke import Tke

settings = json.load(open("settings.json"))
server = f"{{settings.get('tcr', {{}}).get('name')}}.tencentcloudcr.com"
tke.API_MBPS = settings.pop("apiMbps", tke.API_MBPS)
key = pulumi.Output.secret("of-a-model")
cluster = tke.TkeCluster(
    "cluster",
    tke.TkeClusterArgs(
        settings=Tke.model_validate({{"kind": "tke", "apiCidrs": ["100.64.7.0/24"], **settings}}),
        credentials=CloudCredentials(secret_id=key, secret_key=key, token=None),
        registry=Registry(server=server, namespace="apps"),
    ),
    pulumi.ResourceOptions(providers=[pulumi_random.Provider("random")]),
)
kubernetes.core.v1.ConfigMap(
    "inside",
    metadata={{"name": "inside", "namespace": "NAMESPACE"}},
    opts=pulumi.ResourceOptions(provider=cluster.provider),
)
"""


class TkeStack:
    """A cluster on the model, with one object in it."""

    def __init__(self, folder: Path, server: ApiServer, namespace: str) -> None:
        program = PROGRAM.replace("NAMESPACE", namespace)
        self._stack = Stack(folder, server.kubeconfig, program)
        self._account = folder / "account.json"
        kubeconfig = json.loads(server.kubeconfig)
        cluster = kubeconfig["clusters"][0]["cluster"]
        authority = Path(cluster.pop("certificate-authority")).read_bytes()
        cluster["certificate-authority-data"] = b64encode(authority).decode()
        (folder / "tke").write_text(json.dumps(kubeconfig))
        self._stack.environment |= {
            "TENCENTCLOUD_STAND_IN_STATE": str(self._account),
            "TENCENTCLOUD_STAND_IN_KUBECONFIG": str(folder / "tke"),
        }

    def up(self, **settings: Any) -> str:
        """What the CLI prints."""
        (self._stack.folder / "settings.json").write_text(json.dumps(settings))
        return self._stack.up()

    def things(self, prefix: str) -> dict[str, dict[str, Any]]:
        """What the account has, by id."""
        everything: dict[str, dict[str, Any]] = json.loads(self._account.read_text())
        return {name: thing for name, thing in everything.items() if name.startswith(f"{prefix}-")}

    def scale(self, name: str, nodes: int) -> None:
        """What the cloud's autoscaler does to the pool whose name has this part."""
        everything = json.loads(self._account.read_text())
        (pool,) = (pool for pool in self.things("np").values() if name in pool["name"])
        (key,) = (key for key, thing in everything.items() if thing == pool)
        everything[key] = {**pool, "nodes": nodes}
        self._account.write_text(json.dumps(everything))

    def refused(self, **settings: Any) -> str:
        """What the CLI prints when `up` fails."""
        (self._stack.folder / "settings.json").write_text(json.dumps(settings))
        return self._stack.fail("up", "--yes", "--skip-preview")

    def refresh(self) -> None:
        self._stack.succeed("refresh", "--yes", "--skip-preview")

    def destroy(self) -> None:
        self._stack.succeed("destroy", "--yes", "--skip-preview")


@pytest.fixture
def stack(tmp_path: Path, api_server: ApiServer, namespace: str) -> Iterator[TkeStack]:
    tke = TkeStack(tmp_path / "stack", api_server, namespace)
    tke.up(deletionProtection=False)
    yield tke
    tke.destroy()
    assert tke.things("cls") == tke.things("np") == tke.things("sg") == {}, "what is left is billed"


def uid(objects: Objects, namespace: str) -> str:
    found = objects.get("v1", "ConfigMap", namespace, "inside")
    assert found is not None
    return str(found["metadata"]["uid"])


def steps(said: str, name: str) -> list[str]:
    """What was done to a resource, in order."""
    return re.findall(rf" {name} (created replacement|deleted original|created|deleted|updated)\b", said)


def test_a_replaced_endpoint_is_open_and_nothing_in_the_cluster_is_made_anew(
    stack: TkeStack, objects: Objects, namespace: str
) -> None:
    before = uid(objects, namespace)
    said = stack.up(deletionProtection=False, apiMbps=20)
    (cluster,) = stack.things("cls").values()
    assert cluster["internet"], f"nobody reaches the API server any more: {said}"
    assert uid(objects, namespace) == before, said
    assert "1 replaced" in said, said


def test_another_type_of_node_comes_before_the_old_nodes_go(
    stack: TkeStack, objects: Objects, namespace: str
) -> None:
    before, old = uid(objects, namespace), stack.things("np")
    said = stack.up(deletionProtection=False, nodes={"instanceType": "S5.LARGE16"})
    for pool in ("cluster-nodes-base", "cluster-nodes-more"):
        assert steps(said, pool) == ["created replacement", "deleted original"], said
    new = stack.things("np")
    assert len(new) == len(old) == 2
    assert not new.keys() & old.keys()
    names = {pool["name"] for pools in (old, new) for pool in pools.values()}
    assert len(names) == 4, f"two pools of one name at once: {names}"
    assert uid(objects, namespace) == before, said


def test_a_change_that_every_pool_can_take_replaces_none(stack: TkeStack) -> None:
    before = stack.things("np")
    stack.up(deletionProtection=False, nodes={"diskGib": 100, "most": 5, "least": 2})
    after = stack.things("np")
    assert after.keys() == before.keys()
    assert {pool["name"] for pool in after.values()} == {pool["name"] for pool in before.values()}


def test_a_pool_that_was_scaled_since_is_not_updated_before_a_refresh(stack: TkeStack) -> None:
    changed = {"deletionProtection": False, "nodes": {"diskGib": 100}}
    stack.scale("-more-", 2)
    said = stack.refused(**changed)
    assert "has 2 nodes, and the stack's state says 0" in said, said
    assert "--refresh" in said, "the sentence names the command that mends it"
    assert sorted(pool["nodes"] for pool in stack.things("np").values()) == [1, 2], "no node was ended"
    stack.refresh()
    stack.up(**changed)
    assert sorted(pool["nodes"] for pool in stack.things("np").values()) == [1, 2], "no node was ended"
