"""An account, and a state with it, that were written before the model kept what it keeps now."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.plugins.provider_engine import Engine
from tests.unit.plugins.tencentcloud.account_made import (
    CLUSTER,
    ENDPOINT,
    GROUP,
    POOL,
    RULES,
    SUBNET,
    VPC,
    delete,
    read,
    update,
)

RULE = {"action": "ACCEPT", "cidrBlock": "10.0.0.0/8", "protocol": "TCP", "port": "443"}
NEW = {
    "vpc-default0": {"name": "Default-VPC", "cidrBlock": "172.19.0.0/16", "isDefault": True},
    "subnet-default0": {
        "name": "Default-Subnet",
        "vpcId": "vpc-default0",
        "cidrBlock": "172.19.0.0/20",
        "availabilityZone": "ap-hongkong-2",
        "isDefault": True,
    },
}
NETWORK = {"name": "v", "cidrBlock": "10.0.0.0/16", "isMulticast": True}
PART = {"name": "s", "vpcId": "vpc-a", "cidrBlock": "10.0.0.0/20", "availabilityZone": "ap-hongkong-2"}
CONTROL = {"clusterName": "c", "vpcId": "vpc-a", "clusterCidr": "172.20.0.0/16", "clusterLevel": "L5"}
OLD = {
    **NEW,
    "vpc-a": NETWORK,
    "subnet-a": PART,
    "sg-a": {"name": "g", "rules": {"ingresses": [RULE], "egresses": []}},
    "cls-a": {**CONTROL, "clusterVersion": "1.34.1", "internet": True, "securityGroups": ["sg-a"]},
    "np-a": {
        "clusterId": "cls-a",
        "name": "p",
        "nodes": 1,
        "minSize": 0,
        "maxSize": 100,
        "subnetIds": ["subnet-a"],
        "securityGroups": ["sg-a"],
    },
}
SHAPE = {"instanceType": "S5.MEDIUM8", "password": "x", "orderlySecurityGroupIds": ["sg-a"]}
NODES = {
    "name": "p",
    "clusterId": "cls-a",
    "vpcId": "vpc-a",
    "subnetIds": ["subnet-a"],
    "minSize": 0,
    "maxSize": 100,
    "desiredCapacity": 1,
    "enableAutoScale": False,
    "deleteKeepInstance": False,
    "autoScalingConfig": SHAPE,
}
OPEN = {"clusterId": "cls-a", "clusterInternet": True, "clusterInternetSecurityGroup": "sg-a"}
RESOURCES: list[tuple[str, str, dict[str, Any]]] = [
    (ENDPOINT, "cls-a", OPEN),
    (POOL, "cls-a#np-a", NODES),
    (CLUSTER, "cls-a", {**CONTROL, "clusterVersion": "1.34.1"}),
    (RULES, "sg-a", {"securityGroupId": "sg-a", "ingresses": [RULE]}),
    (GROUP, "sg-a", {"name": "g"}),
    (SUBNET, "subnet-a", PART),
    (VPC, "vpc-a", NETWORK),
]


@pytest.fixture(autouse=True)
def _old(file: Path) -> None:
    file.write_text(json.dumps(OLD))


@pytest.mark.parametrize(("kind", "name", "inputs"), RESOURCES, ids=[kind for kind, *_ in RESOURCES])
def test_nothing_of_a_stack_from_before_changes(
    cloud: Engine, kind: str, name: str, inputs: dict[str, Any]
) -> None:
    assert read(cloud, kind, name, inputs).id == name
    assert cloud.check(kind, **inputs) == {}
    assert not cloud.diff(kind, inputs, inputs).diffs


def test_a_stack_from_before_is_changed_and_torn_down(cloud: Engine, file: Path) -> None:
    update(cloud, POOL, "cls-a#np-a", NODES, {**NODES, "desiredCapacity": 2})
    update(cloud, CLUSTER, "cls-a", CONTROL, {**CONTROL, "clusterDesc": "new"})
    for kind, name, inputs in RESOURCES:
        delete(cloud, kind, name, inputs)
    assert json.loads(file.read_text()) == NEW
