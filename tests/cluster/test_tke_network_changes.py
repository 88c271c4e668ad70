"""A network that changes under a cluster on TKE, by the real engine on the model of the cloud."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.api_server import ApiServer
from tests.cluster.objects import Objects
from tests.cluster.tke_stack import TkeStack, steps, uid

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

BILLED = ("cls", "np", "sg", "eip", "nat")


@pytest.fixture
def stack(tmp_path: Path, api_server: ApiServer, namespace: str) -> Iterator[TkeStack]:
    tke = TkeStack(tmp_path / "stack", api_server, namespace)
    yield tke
    tke.destroy()
    assert not [thing for prefix in BILLED for thing in tke.things(prefix)], "what is left is billed"
    assert list(tke.things("vpc")) == ["vpc-default0"]


def test_nodes_lose_their_public_addresses_when_new_ones_have_a_way_out(
    stack: TkeStack, objects: Objects, namespace: str
) -> None:
    stack.up()
    before, pools = uid(objects, namespace), stack.things("np")
    output = stack.up(network={"nat": True})
    lines = output.splitlines()
    order = [
        next(index for index, line in enumerate(lines) if words in line)
        for words in ("nat-route created", "nodes-base created replacement", "nodes-base deleted original")
    ]
    assert order == sorted(order), output
    assert not stack.things("np").keys() & pools.keys(), "the nodes that have addresses stay"
    assert uid(objects, namespace) == before, output
    (gateway,) = stack.things("nat").values()
    (address,) = stack.things("eip").values()
    assert gateway["assignedEipSets"] == [address["publicIp"]]
    stack.up()
    assert stack.things("nat") == stack.things("eip") == {}, "they are billed"
    assert uid(objects, namespace) == before


def test_a_further_zone_leaves_the_first_subnet_and_the_cluster_as_they_are(
    stack: TkeStack, objects: Objects, namespace: str
) -> None:
    stack.up()
    before, subnets, clusters = uid(objects, namespace), stack.things("subnet"), stack.things("cls").keys()
    output = stack.up(zones=["ap-hongkong-3"])
    for pool in ("cluster-nodes-base", "cluster-nodes-more"):
        assert steps(output, pool) == ["created replacement", "deleted original"], output
    assert subnets.items() <= stack.things("subnet").items()
    assert {len(pool["subnetIds"]) for pool in stack.things("np").values()} == {2}
    assert stack.things("cls").keys() == clusters
    assert uid(objects, namespace) == before
    stack.up()
    assert stack.things("subnet") == subnets


def test_the_api_server_goes_inside_its_vpc_and_out_again_in_place(
    stack: TkeStack, objects: Objects, namespace: str
) -> None:
    stack.up()
    before = uid(objects, namespace)
    for endpoint, internet, intranet in (
        ("both", True, True),
        ("private", False, True),
        ("public", True, False),
    ):
        stack.preview(endpoint=endpoint)
        output = stack.up(endpoint=endpoint)
        assert steps(output, "cluster-endpoint") == ["updated"], output
        (cluster,) = stack.things("cls").values()
        assert (cluster["internet"], bool(cluster.get("intranet"))) == (internet, intranet), endpoint
        assert uid(objects, namespace) == before, output
    groups = sorted(group["name"] for group in stack.things("sg").values())
    assert groups == ["tekton-builds-api", "tekton-builds-nodes"], "who may reach it is said again"


def test_a_cluster_whose_kubeconfig_names_the_default_domain_is_reached_at_its_address(
    stack: TkeStack, objects: Objects, namespace: str
) -> None:
    stack.switch(defaultDomain=True)
    stack.up()
    before = uid(objects, namespace)
    stack.up(apiMbps=20)
    assert uid(objects, namespace) == before, "the certificate fits the address, so that is the server"


def test_node_ports_close_without_another_node_or_group(stack: TkeStack) -> None:
    stack.up()
    pools, groups = stack.things("np"), stack.things("sg").keys()
    stack.up(network={"nodePorts": "balancer"})
    assert stack.things("np") == pools
    assert stack.things("sg").keys() == groups
    (nodes,) = (group for group in stack.things("sg").values() if group["name"].endswith("-nodes"))
    ports = [rule["port"] for rule in nodes["rules"]["ingresses"]]
    assert not [port for port in ports if port.startswith("30000")], ports
