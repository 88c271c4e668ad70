"""Super nodes of the stand-in: what they need, and what a change of them does."""

from typing import Any

from plugins.tencentcloud.kind import resource_id_of
from plugins.tencentcloud.super_nodes import SUPER_NODES
from tests.unit.plugins.tencentcloud.account_made import GROUP, SUBNET, VPC, Made, delete, read, refusal

TOKEN = SUPER_NODES.token


def inputs(made: Made, **more: Any) -> dict[str, Any]:
    return {
        "name": "c-super",
        "clusterId": made.cluster,
        "serverlessNodes": [{"subnetId": made.subnet}],
        "securityGroupIds": [made.group],
        **more,
    }


def test_super_nodes_are_a_pool_of_the_cluster(made: Made) -> None:
    pool, outputs = made.cloud.create(TOKEN, **inputs(made))
    assert pool.startswith(f"{made.cluster}#np-")
    assert outputs["lifeState"] == "normal"
    for kind, thing in ((SUBNET, made.subnet), (GROUP, made.group)):
        assert resource_id_of(pool) in refusal(delete, made.cloud, kind, thing, {})
    delete(made.cloud, TOKEN, pool, outputs)
    assert read(made.cloud, TOKEN, pool, inputs(made)).id == ""


def test_super_nodes_need_the_cluster_a_subnet_of_its_vpc_and_a_group(made: Made) -> None:
    other, _ = made.cloud.create(VPC, name="o", cidrBlock="10.1.0.0/16")
    elsewhere, _ = made.cloud.create(
        SUBNET, name="e", vpcId=other, cidrBlock="10.1.0.0/20", availabilityZone="ap-hongkong-2"
    )
    for change, code in (
        ({"clusterId": "cls-none"}, "ResourceNotFound"),
        ({"serverlessNodes": [{"subnetId": "subnet-none"}]}, "InvalidParameter.SubnetNotExist"),
        ({"serverlessNodes": [{"subnetId": elsewhere}]}, "InvalidParameter.SubnetInvalidError"),
        ({"securityGroupIds": []}, "InvalidParameter.Param"),
        ({"securityGroupIds": ["sg-none"]}, "InvalidParameter.Param"),
    ):
        assert f"Code={code}," in refusal(made.cloud.create, TOKEN, **inputs(made, **change))


def test_another_subnet_is_another_pool_and_the_old_one_goes_first(made: Made) -> None:
    old = {**inputs(made), "__defaults": []}
    diff = made.cloud.diff(TOKEN, old, {**old, "serverlessNodes": [{"subnetId": "subnet-2"}]})
    assert list(diff.replaces) == ["serverlessNodes"]
    assert diff.deleteBeforeReplace, "two of one name would be there"
    assert not made.cloud.diff(TOKEN, old, {**old, "name": "other"}).replaces
