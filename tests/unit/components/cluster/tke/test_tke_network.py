"""Where the nodes are, how they get out, and who gets at them."""

from typing import Any

import pytest

from components.cluster.tke.account import TkeError
from tests.unit.components.cluster.tke.tke_program import TYPES, Given, deploy, one

NAMED = {"kind": "named", "vpcId": "vpc-1a", "subnetId": "subnet-1a"}


def account(**more: Any) -> Given:
    """An account with one VPC of two subnets, which is the Default one as well, and one security group."""
    vpc = {"vpcId": "vpc-1a", "cidrBlock": "172.19.0.0/16"}
    subnet = {"vpcId": "vpc-1a", "subnetId": "subnet-1a"}
    return {
        **TYPES,
        "tencentcloud:Vpc/getInstances:getInstances": {"instanceLists": [vpc]},
        "tencentcloud:Vpc/getSubnets:getSubnets": {"instanceLists": [subnet]},
        "tencentcloud:Security/getGroups:getGroups": {"securityGroups": [{"securityGroupId": "sg-1a"}]},
        **more,
    }


def pools(given: Given, network: Given | None = None, **answers: Any) -> list[Any]:
    if network:
        given["cluster"]["network"] = network
    return deploy(given, answers=account(**answers)).all("NodePool")


def test_a_pool_keeps_the_name_that_it_had_before_there_were_zones_nat_and_named_groups(
    asked: list[str], given: Given
) -> None:
    assert [pool.plain()["name"] for pool in pools(given)] == [
        "tekton-builds-base-e1e7",
        "tekton-builds-more-e1e7",
    ], "another name is another pool"


def test_each_further_zone_has_a_subnet_that_no_other_zone_changes(asked: list[str], given: Given) -> None:
    given["cluster"]["zones"] = ["ap-hongkong-3", "ap-hongkong-1"]
    recording = deploy(given)
    subnets = {each.name: each.plain() for each in recording.all("Instance") if "subnet" in each.name}
    assert {name: (it["availabilityZone"], it["cidrBlock"]) for name, it in subnets.items()} == {
        "cluster-network-subnet": ("ap-hongkong-2", "10.0.0.0/20"),
        "cluster-network-subnet-ap-hongkong-1": ("ap-hongkong-1", "10.0.16.0/20"),
        "cluster-network-subnet-ap-hongkong-3": ("ap-hongkong-3", "10.0.48.0/20"),
    }
    ids = [f"cluster-network-subnet{suffix}-id" for suffix in ("", "-ap-hongkong-1", "-ap-hongkong-3")]
    names = {pool.plain()["name"] for pool in recording.all("NodePool")}
    assert all(pool.plain()["subnetIds"] == ids for pool in recording.all("NodePool"))
    given["cluster"]["zones"].reverse()
    again = deploy(given).all("NodePool")
    assert {pool.plain()["name"] for pool in again} == names, "another order would replace all nodes"
    assert all(pool.plain()["subnetIds"] == ids for pool in again)


def test_zones_of_the_default_vpc_are_its_subnets(asked: list[str], given: Given) -> None:
    given["cluster"]["zones"] = ["ap-hongkong-3"]
    pool, _ = pools(given, {"kind": "default"})
    assert pool.plain()["subnetIds"] == ["subnet-1a", "subnet-1a"], "one look-up for each zone"


def test_named_subnets_are_taken_when_they_are_in_the_named_vpc(asked: list[str], given: Given) -> None:
    pool, _ = pools(given, {**NAMED, "subnetIds": ["subnet-1c", "subnet-1b"]})
    assert pool.plain()["subnetIds"] == ["subnet-1a", "subnet-1b", "subnet-1c"]


def test_a_named_subnet_of_another_vpc_is_one_sentence(asked: list[str], given: Given) -> None:
    elsewhere = {"instanceLists": [{"vpcId": "vpc-9", "subnetId": "subnet-1a"}]}
    with pytest.raises(TkeError, match=r"the subnet subnet-1a, but vpc-1a has no such subnet in ap-hongkong"):
        pools(given, NAMED, **{"tencentcloud:Vpc/getSubnets:getSubnets": elsewhere})


def test_named_groups_are_the_nodes_and_get_no_rules(asked: list[str], given: Given) -> None:
    given["cluster"]["network"] = {**NAMED, "securityGroupIds": ["sg-1a"]}
    recording = deploy(given, answers=account())
    shape = recording.all("NodePool")[0].plain()["autoScalingConfig"]
    assert shape["orderlySecurityGroupIds"] == ["sg-1a"]
    rules = [each.plain()["securityGroupId"] for each in recording.all("GroupRuleSet")]
    assert rules == ["cluster-network-api-id"], "a set of rules wipes a group that is somebody's"
    assert [each.name for each in recording.all("Group")] == ["cluster-network-api"]


def test_a_named_group_that_is_not_there_is_one_sentence(asked: list[str], given: Given) -> None:
    none: Given = {"securityGroups": []}
    with pytest.raises(TkeError, match=r"securityGroupIds has sg-1a, but the account has no such security"):
        pools(
            given,
            {**NAMED, "securityGroupIds": ["sg-1a"]},
            **{"tencentcloud:Security/getGroups:getGroups": none},
        )


def test_nodes_behind_a_nat_gateway_have_no_public_address(asked: list[str], given: Given) -> None:
    given["cluster"]["network"] = {"nat": True}
    given["cluster"]["nodes"] = {"bandwidthMbps": 200}
    recording = deploy(given)
    address = one(recording, "Instance", "nat-address").plain()
    assert address["internetChargeType"] == "TRAFFIC_POSTPAID_BY_HOUR", "a gateway takes no other address"
    assert address["internetMaxBandwidthOut"] == 100, "the most of an address that is billed by traffic"
    route = one(recording, "TableEntry")
    assert (route.plain()["destinationCidrBlock"], route.plain()["nextType"]) == ("0.0.0.0/0", "NAT")
    assert route.plain()["nextHub"] == "cluster-network-nat-gateway-id"
    for pool in recording.all("NodePool"):
        shape = pool.plain()["autoScalingConfig"]
        assert (shape["publicIpAssigned"], shape["internetMaxBandwidthOut"]) == (False, 0)
        assert route.urn in pool.dependencies, "without a way out they pull no image"
        assert not pool.plain()["name"].endswith("-e1e7"), "the old ones have addresses, and stay until then"


def test_nodes_have_public_addresses_and_no_gateway_by_default(asked: list[str], given: Given) -> None:
    recording = deploy(given)
    assert not recording.all("Gateway")
    assert not recording.all("TableEntry")
    shape = recording.all("NodePool")[0].plain()["autoScalingConfig"]
    assert (shape["publicIpAssigned"], shape["internetMaxBandwidthOut"]) == (True, 100)


@pytest.mark.parametrize(
    ("node_ports", "sources"), [("world", {"0.0.0.0/0"}), ("balancer", set())], ids=["world", "balancer"]
)
def test_node_ports_are_open_to_the_world_or_to_nobody_outside(
    asked: list[str], given: Given, node_ports: str, sources: set[str]
) -> None:
    given["cluster"]["network"] = {"nodePorts": node_ports}
    rules = one(deploy(given), "GroupRuleSet", "nodes-rules").plain()["ingresses"]
    assert {rule["cidrBlock"] for rule in rules if rule["port"].startswith("30000")} == sources
    open_to_all = [rule["protocol"] for rule in rules if rule["cidrBlock"] == "0.0.0.0/0"]
    assert open_to_all == (["TCP", "UDP", "ICMP"] if sources else ["ICMP"])


def test_node_ports_that_are_open_to_the_world_are_never_so_in_silence(
    asked: list[str], given: Given
) -> None:
    def said() -> list[str]:
        return [line for line in deploy(given, answers=account()).logged if "NodePorts" in line]

    assert len(said()) == 1
    for closed in ({"nodePorts": "balancer"}, {"nat": True}, {**NAMED, "securityGroupIds": ["sg-1a"]}):
        given["cluster"]["network"] = closed
        assert said() == [], f"nobody outside reaches them with {closed}, or not by a group of ours"


MISTAKES: dict[str, tuple[Given, str]] = {
    "no ranges": ({"apiCidrs": []}, "must have apiCidrs, who may reach the public API server"),
    "ranges of nobody": ({"endpoint": "private"}, "must have no apiCidrs when its endpoint is private"),
    "an unknown endpoint": ({"endpoint": "open"}, "must be 'public', 'private' or 'both'"),
    "a further zone elsewhere": (
        {"zones": ["ap-tokyo-1"]},
        "must have its zone ap-tokyo-1 in its region ap-hongkong",
    ),
    "a zone twice": ({"zones": ["ap-hongkong-2"]}, "must name each zone once in zone and zones"),
    "no room for a zone": (
        {"zones": ["ap-hongkong-3"], "network": {"vpcCidr": "10.0.0.0/19"}},
        "must have room for the subnet 10.0.48.0/20 of ap-hongkong-3 in its vpcCidr 10.0.0.0/19",
    ),
    "zones of named subnets": (
        {"zones": ["ap-hongkong-3"], "network": NAMED},
        "must have no zones when its network is named",
    ),
    "a subnet twice": (
        {"network": {**NAMED, "subnetIds": ["subnet-1a"]}},
        "must name each subnet once in subnetId and subnetIds",
    ),
    "subnets of an own VPC": (
        {"network": {"subnetIds": ["subnet-1a"]}},
        "must have kind named when it has subnetIds",
    ),
    "groups of an own VPC": (
        {"network": {"securityGroupIds": ["sg-1a"]}},
        "must have kind named when it has securityGroupIds",
    ),
    "no group's id": (
        {"network": {**NAMED, "securityGroupIds": ["default"]}},
        "must be a security group's id, as sg-1a2b3c4d",
    ),
    "a gateway in another VPC": ({"network": {**NAMED, "nat": True}}, "must have kind own when it has nat"),
    "ports open to some": ({"network": {"nodePorts": "vpc"}}, "must be 'world' or 'balancer'"),
}


@pytest.mark.parametrize(("change", "words"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_about_the_network_is_one_sentence(given: Given, change: Given, words: str) -> None:
    given["cluster"].update(change)
    with pytest.raises(Exception, match="the stack's settings have mistakes") as caught:
        deploy(given)
    (sentence,) = str(caught.value).splitlines()[1:]
    assert words in sentence, "what is wrong, and what is allowed"
    assert sentence.startswith("cluster"), "and where"
