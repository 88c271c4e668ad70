"""What the settings of nodes make of the pools, and what they leave as it was."""

from base64 import b64decode
from typing import Any

import pytest

from components.cluster.tke.account import TkeError
from components.cluster.tke.nodes import _pool_name
from plugins.tencentcloud.differences import differences
from plugins.tencentcloud.schema import schema
from settings.tke import Tke
from tests.unit.components.cluster.tke.tke_program import POOL, TYPES, Given, deploy, one

OFFERED = "tencentcloud:Instance/getTypes:getTypes"
SCRIPT = "#!/bin/sh\nsysctl -w user.max_user_namespaces=15000\n"


def pools(given: Given, **nodes: Any) -> tuple[Any, Any]:
    """The inputs of the pool that there always is, and of the one that comes and goes."""
    given["cluster"]["nodes"] = nodes
    recording = deploy(given)
    return one(recording, "NodePool", "base").plain(), one(recording, "NodePool", "more").plain()


def test_small_letters_are_the_same_type_and_the_same_pool(asked: list[str], given: Given) -> None:
    assert pools(given, instanceType="s5.large16") == pools(given, instanceType="S5.LARGE16")


def test_a_type_is_written_as_the_cloud_writes_it(asked: list[str], given: Given) -> None:
    (entry, *_) = TYPES[OFFERED]["instanceTypes"]
    given["cluster"]["nodes"] = {"instanceType": "GN10XP.MEDIUM8"}
    answers = {OFFERED: {"instanceTypes": [{**entry, "instanceType": "GN10Xp.MEDIUM8"}]}}
    shape = one(deploy(given, answers=answers), "NodePool", "base").plain()["autoScalingConfig"]
    assert shape["instanceType"] == "GN10Xp.MEDIUM8", "the family has a small letter (document 457/54485)"


def test_backups_are_types_of_the_zone_too(asked: list[str], given: Given) -> None:
    base, _ = pools(given, backupInstanceTypes=["sa2.medium8", "S5.LARGE16"])
    assert base["autoScalingConfig"]["backupInstanceTypes"] == ["SA2.MEDIUM8", "S5.LARGE16"]
    given["cluster"]["nodes"] = {"backupInstanceTypes": ["SA2.MEDIUM8", "S9.MEDIUM8"]}
    with pytest.raises(TkeError, match=r"^cluster\.nodes\.backupInstanceTypes\[1\] is 'S9.MEDIUM8', but ap-"):
        deploy(given)


def test_only_the_nodes_that_come_and_go_are_spot_instances(asked: list[str], given: Given) -> None:
    base, more = pools(given, spot={"maxPrice": "0.05"})
    assert base["autoScalingConfig"]["instanceChargeType"] == "POSTPAID_BY_HOUR", (
        "the API server's endpoint needs a node that stays"
    )
    assert "spotMaxPrice" not in base["autoScalingConfig"]
    shape = more["autoScalingConfig"]
    assert (shape["instanceChargeType"], shape["spotInstanceType"], shape["spotMaxPrice"]) == (
        "SPOTPAID",
        "one-time",
        "0.05",
    ), "the provider demands all three at once"


def test_a_new_node_runs_the_script(asked: list[str], given: Given) -> None:
    for pool in pools(given, userData=SCRIPT):
        assert b64decode(pool["nodeConfig"]["userData"]).decode() == SCRIPT
    assert "nodeConfig" not in pools(given)[0], "the block has defaults that make another pool"


@pytest.mark.parametrize(
    ("before", "after", "replaces"),
    [
        ({}, {"instanceType": "S5.LARGE16"}, True),
        ({}, {"userData": SCRIPT}, True),
        ({"userData": SCRIPT}, {"userData": SCRIPT * 2}, False),
        ({}, {"backupInstanceTypes": ["SA2.MEDIUM8"]}, False),
        ({}, {"spot": {"maxPrice": "0.05"}}, False),
        ({}, {"os": "ubuntu24.04x86_64"}, False),
        ({}, {"diskGib": 100, "bandwidthMbps": 5}, False),
        ({}, {"internetChargeType": "BANDWIDTH_PACKAGE", "bandwidthPackageId": "bwp-1a2b3c4d"}, False),
    ],
)
def test_a_pool_has_another_name_where_the_provider_makes_another_pool_and_nowhere_else(
    asked: list[str], given: Given, before: Given, after: Given, replaces: bool
) -> None:
    """Two of one name would be there at once; and another name alone is an update, which may end nodes."""
    for old, new in zip(pools(given, **before), pools(given, **after), strict=True):
        assert any(differences(schema(POOL), old, new).values()) is replaces
        assert (old["name"] != new["name"]) is replaces


def test_bandwidth_is_billed_as_the_account_has_it(asked: list[str], given: Given) -> None:
    billed = {"internetChargeType": "BANDWIDTH_PACKAGE", "bandwidthPackageId": "bwp-1a2b3c4d"}
    for pool in pools(given, **billed):
        assert pool["autoScalingConfig"].items() >= billed.items()
    assert "bandwidthPackageId" not in pools(given)[0]["autoScalingConfig"]


def test_pools_of_before_keep_their_names() -> None:
    """What 698df5e called them: another name would be an update of every pool."""
    settings = Tke.model_validate({"kind": "tke", "apiCidrs": ["100.64.7.0/24"]})
    assert _pool_name(settings, "base") == "tekton-builds-base-e1e7"


def test_nodes_are_upgraded_only_where_the_setting_says_so(asked: list[str], given: Given) -> None:
    key = "upgradeInstancesFollowCluster"
    assert key not in one(deploy(given), "Cluster").plain(), "it takes the builds from the nodes"
    given["cluster"]["upgradeNodes"] = True
    assert one(deploy(given), "Cluster").plain()[key] is True


def test_super_nodes_are_in_the_nodes_subnet_and_group_and_of_what_they_lack_there_is_a_warning(
    asked: list[str], given: Given
) -> None:
    assert not deploy(given).all("ServerlessNodePool")
    given["cluster"]["superNodes"] = True
    recording = deploy(given)
    pool = one(recording, "ServerlessNodePool")
    nodes = one(recording, "NodePool", "base").plain()
    assert pool.plain() == {
        "name": "tekton-builds-super",
        "clusterId": nodes["clusterId"],
        "serverlessNodes": [{"subnetId": subnet} for subnet in nodes["subnetIds"]],
        "securityGroupIds": nodes["autoScalingConfig"]["orderlySecurityGroupIds"],
    }
    assert pool.urn in one(recording, "ClusterEndpoint").dependencies, (
        "when all goes, it stays until what runs on it has gone"
    )
    assert [line for line in recording.logged if "superNodes" in line and "network.nat" in line]
    given["cluster"]["network"] = {"nat": True}
    assert not [line for line in deploy(given).logged if "superNodes" in line]
