"""What the stand-in refuses, as the official provider or the cloud does."""

from pathlib import Path
from typing import Any

import pytest

from plugins.protocol import provider_pb2
from plugins.values import UNKNOWN, to_wire
from tests.unit.plugins.provider_engine import Engine
from tests.unit.plugins.tencentcloud.account_made import (
    CLUSTER,
    ENDPOINT,
    GROUP,
    POOL,
    RULES,
    SUBNET,
    VPC,
    Made,
    delete,
    invoke,
    refusal,
    update,
)


def test_an_endpoint_before_any_node_is_refused(made: Made) -> None:
    """The provider waits for a node for 15 minutes, so the cloud's own refusal (TF#761) is never seen."""
    message = refusal(made.cloud.create, ENDPOINT, **made.endpoint_inputs())
    assert "waiting for workers created" in message


def test_a_pool_that_may_have_nodes_later_is_no_node(made: Made) -> None:
    made.cloud.create(POOL, **{**made.pool_inputs(), "enableAutoScale": True, "desiredCapacity": 0})
    assert "waiting for workers" in refusal(made.cloud.create, ENDPOINT, **made.endpoint_inputs())


@pytest.mark.parametrize("group", ["", "sg-none"], ids=["none", "one that is not there"])
def test_an_endpoint_without_a_security_group_is_refused(made: Made, group: str) -> None:
    """cloud-barista/cb-spider#1343."""
    made.cloud.create(POOL, **made.pool_inputs())
    inputs = made.endpoint_inputs(clusterInternetSecurityGroup=group)
    assert "SecurityGroup is invalid" in refusal(made.cloud.create, ENDPOINT, **inputs)


@pytest.mark.parametrize("login", [{}, {"password": "x", "keyIds": ["skey-1"]}], ids=["neither", "both"])
def test_a_pool_takes_exactly_one_of_password_and_key(made: Made, login: dict[str, Any]) -> None:
    inputs = made.pool_inputs(autoScalingConfig={"instanceType": "S5.MEDIUM8", **login})
    assert "Parameters `key_ids` and `password`" in refusal(made.cloud.create, POOL, **inputs)


def test_a_pool_refuses_the_deprecated_groups(made: Made) -> None:
    shape = {"instanceType": "S5.MEDIUM8", "password": "x", "securityGroupIds": [made.group]}
    message = refusal(made.cloud.create, POOL, **made.pool_inputs(autoScalingConfig=shape))
    assert "orderly_security_group_ids" in message


def test_an_unknown_type_of_machine_is_refused(made: Made) -> None:
    shape = {"instanceType": "S9.HUGE", "password": "x"}
    assert "S9.HUGE" in refusal(made.cloud.create, POOL, **made.pool_inputs(autoScalingConfig=shape))


@pytest.mark.parametrize(
    ("kind", "change", "key"),
    [
        (POOL, {"maxSize": 2001}, "maxSize"),
        (POOL, {"taints": [{"key": "a", "value": "b"}]}, "taints[0].effect"),
        (CLUSTER, {"clusterCidr": "172.20.0.1/16"}, "clusterCidr"),
        (CLUSTER, {"clusterCidr": "8.8.0.0/16"}, "clusterCidr"),
        (CLUSTER, {"networkType": "Flannel"}, "networkType"),
        (CLUSTER, {"clusterNme": "c"}, "clusterNme"),
        (VPC, {"cidrBlock": "10.0.0.1/16"}, "cidrBlock"),
        (VPC, {"cidrBlock": None}, "cidrBlock"),
        (VPC, {"name": "v" * 61}, "name"),
        (RULES, {"ingresses": [{"action": "ALLOW"}]}, "ingresses[0].action"),
        (RULES, {"ingresses": [{"action": "ACCEPT", "cidr": "10.0.0.0/8"}]}, "ingresses[0].cidr"),
    ],
)
def test_what_the_provider_checks_is_told_in_a_preview(
    made: Made, kind: str, change: dict[str, Any], key: str
) -> None:
    right: dict[str, Any] = {
        VPC: {"name": "v", "cidrBlock": "10.0.0.0/16"},
        CLUSTER: made.cluster_inputs(),
        POOL: made.pool_inputs(),
        RULES: {"securityGroupId": made.group},
    }[kind]
    assert made.cloud.check(kind, **right) == {}
    wrong = {name: value for name, value in {**right, **change}.items() if value is not None}
    assert set(made.cloud.check(kind, **wrong)) == {key}


def test_what_is_not_known_yet_is_not_judged(made: Made) -> None:
    assert made.cloud.check(CLUSTER, vpcId=UNKNOWN, clusterCidr=UNKNOWN) == {}


def test_pods_on_the_vpcs_addresses_are_refused(made: Made) -> None:
    message = refusal(made.cloud.create, CLUSTER, **made.cluster_inputs(clusterCidr="10.0.0.0/16"))
    assert "CidrConflict" in message


def test_a_protected_cluster_is_not_deleted(made: Made) -> None:
    inputs = made.cluster_inputs(deletionProtection=True, clusterCidr="172.21.0.0/16")
    identity, outputs = made.cloud.create(CLUSTER, **inputs)
    assert "deletion protection" in refusal(delete, made.cloud, CLUSTER, identity, outputs)


def test_what_is_in_use_is_not_deleted(made: Made) -> None:
    pool, outputs = made.cloud.create(POOL, **made.pool_inputs())
    assert made.cluster in refusal(delete, made.cloud, VPC, made.vpc, {})
    assert "is used by np-" in refusal(delete, made.cloud, SUBNET, made.subnet, {})
    assert "still bind 1 CVM instances" in refusal(delete, made.cloud, GROUP, made.group, {})
    for kind, thing, state in (
        (POOL, pool, outputs),
        (CLUSTER, made.cluster, {}),
        (GROUP, made.group, {}),
        (SUBNET, made.subnet, {}),
        (VPC, made.vpc, {}),
    ):
        delete(made.cloud, kind, thing, state)


def test_a_refused_operation_leaves_the_account_as_it_was(made: Made, file: Path) -> None:
    before = file.read_text()
    refusal(made.cloud.create, ENDPOINT, **made.endpoint_inputs())
    assert file.read_text() == before


def test_bounds_and_number_of_a_pool_do_not_change_together(made: Made) -> None:
    pool, _ = made.cloud.create(POOL, **made.pool_inputs())
    old, new = made.pool_inputs(), made.pool_inputs(desiredCapacity=3, maxSize=9)
    assert "cannot be modified at the same time" in refusal(update, made.cloud, POOL, pool, old, new)
    update(made.cloud, POOL, pool, old, made.pool_inputs(desiredCapacity=3))


def test_the_administrators_role_is_not_given_back(made: Made) -> None:
    old, new = (made.cluster_inputs(acquireClusterAdminRole=value) for value in (True, False))
    assert "acquire_cluster_admin_role" in refusal(update, made.cloud, CLUSTER, made.cluster, old, new)


def test_without_credentials_nothing_starts(cloud: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    configure = cloud.stub.Configure
    message = refusal(configure, provider_pb2.ConfigureRequest(args=to_wire({"region": "ap-hongkong"})))
    assert "secret_id" in message
    configure(provider_pb2.ConfigureRequest(args=to_wire({"secretId": "id", "secretKey": "key"})))


def test_what_it_does_not_know_is_refused_by_name(cloud: Engine) -> None:
    bucket = "tencentcloud:Cos/bucket:Bucket"
    assert "takes the official tencentcloud plugin" in refusal(cloud.check, bucket)
    assert "getRegions" in refusal(invoke, cloud, "tencentcloud:Availability/getRegions:getRegions")
