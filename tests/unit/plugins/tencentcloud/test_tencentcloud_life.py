"""What the stand-in makes, changes and forgets, as the official provider does."""

import json
from pathlib import Path

import pytest

from plugins.protocol import provider_pb2
from plugins.values import SIGNATURE, UNKNOWN, from_wire, plain, to_wire
from tests.support.account import NEW_ACCOUNT
from tests.unit.plugins.provider_engine import Engine
from tests.unit.plugins.tencentcloud.account_made import (
    CLUSTER,
    ENDPOINT,
    GROUP,
    POOL,
    SUBNET,
    VPC,
    Made,
    delete,
    invoke,
    read,
    refusal,
)


def test_ids_look_like_the_clouds(made: Made) -> None:
    pool, _ = made.cloud.create(POOL, **made.pool_inputs())
    assert made.vpc.startswith("vpc-")
    assert made.cluster.startswith("cls-")
    assert pool.startswith(f"{made.cluster}#np-"), "the provider joins both: cls-xxx#np-xxx"


def test_an_endpoint_leads_to_the_cluster_that_the_environment_names(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kubeconfig").write_text("a kubeconfig")
    monkeypatch.setenv("TENCENTCLOUD_STAND_IN_KUBECONFIG", str(tmp_path / "kubeconfig"))
    made.cloud.create(POOL, **made.pool_inputs())
    identity, outputs = made.cloud.create(ENDPOINT, **made.endpoint_inputs())
    assert identity == made.cluster, "an endpoint's id is its cluster's"
    assert SIGNATURE in outputs["kubeConfig"], "additional_secret_outputs has it"
    assert plain(outputs)["kubeConfig"] == "a kubeconfig"


def test_without_a_public_address_the_kubeconfig_names_the_default_domain(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Document 457/38510: only the VPC resolves it."""
    monkeypatch.delenv("TENCENTCLOUD_STAND_IN_KUBECONFIG", raising=False)
    made.cloud.create(POOL, **made.pool_inputs())
    _, outputs = made.cloud.create(ENDPOINT, **made.endpoint_inputs())
    assert f"https://{made.cluster}.ccs.tencent-cloud.com" in plain(outputs)["kubeConfig"]


def test_the_clusters_own_kubeconfig_stays_empty(made: Made) -> None:
    """TF#3225: it is filled by a refresh, when the endpoint is open."""
    assert plain(made.outputs)["kubeConfig"] == ""


def test_after_everything_is_deleted_the_account_is_as_new(made: Made, file: Path) -> None:
    for kind, thing in (
        (CLUSTER, made.cluster),
        (GROUP, made.group),
        (SUBNET, made.subnet),
        (VPC, made.vpc),
    ):
        delete(made.cloud, kind, thing, {})
    assert set(json.loads(file.read_text())) == NEW_ACCOUNT


def test_no_password_is_kept_in_the_account(made: Made, file: Path) -> None:
    _, outputs = made.cloud.create(POOL, **made.pool_inputs())
    assert "pool-pass-1" not in file.read_text()
    assert SIGNATURE in outputs["autoScalingConfig"]["password"], "what came secret stays secret in the state"


@pytest.mark.parametrize(
    ("kind", "key", "value", "replaces"),
    [
        (CLUSTER, "clusterCidr", "192.168.0.0/16", True),
        (CLUSTER, "networkType", "VPC-CNI", True),
        (CLUSTER, "clusterVersion", "1.36.0", False),
        (CLUSTER, "deletionProtection", True, False),
        (ENDPOINT, "extensiveParameters", "{}", True),
        (ENDPOINT, "clusterInternetSecurityGroup", "sg-2", False),
        (POOL, "desiredCapacity", 3, False),
    ],
)
def test_a_preview_shows_what_would_make_another_cluster(
    made: Made, kind: str, key: str, value: object, replaces: bool
) -> None:
    """ForceNew in the provider's schema."""
    old = {CLUSTER: made.cluster_inputs(), ENDPOINT: made.endpoint_inputs(), POOL: made.pool_inputs()}[kind]
    diff = made.cloud.diff(kind, old, {**old, key: value})
    assert list(diff.diffs) == [key]
    assert list(diff.replaces) == ([key] if replaces else [])
    assert not made.cloud.diff(kind, old, old).diffs, "nothing changes by itself"


def test_a_name_that_is_left_out_gets_one_with_a_suffix_and_keeps_it(cloud: Engine) -> None:
    """SetAutonaming(255, "-")."""
    answer = cloud.stub.Check(
        provider_pb2.CheckRequest(urn=cloud.urn(VPC), news=to_wire({"cidrBlock": "10.0.0.0/16"}))
    )
    name = from_wire(answer.inputs)["name"]
    assert name.startswith("name-")
    again = cloud.stub.Check(
        provider_pb2.CheckRequest(
            urn=cloud.urn(VPC), news=to_wire({"cidrBlock": "10.0.0.0/16"}), olds=answer.inputs
        )
    )
    assert from_wire(again.inputs)["name"] == name, (
        "another name at every `up` would be a change at every `up`"
    )


def test_a_preview_makes_nothing(made: Made, file: Path) -> None:
    before = file.read_text()
    _, outputs = made.cloud.create(POOL, preview=True, **made.pool_inputs())
    assert file.read_text() == before
    assert outputs["status"] == UNKNOWN


def test_a_deleted_thing_is_dropped_by_a_refresh_and_a_lost_clusters_endpoint_is_an_error(made: Made) -> None:
    """The official one's Read of an endpoint ends with `cluster ... not found`."""
    made.cloud.create(POOL, **made.pool_inputs())
    made.cloud.create(ENDPOINT, **made.endpoint_inputs())
    delete(made.cloud, CLUSTER, made.cluster, {})
    assert read(made.cloud, CLUSTER, made.cluster, made.cluster_inputs()).id == ""
    message = refusal(read, made.cloud, ENDPOINT, made.cluster, made.endpoint_inputs())
    assert "not found" in message


def test_the_default_vpc_and_the_types_of_a_zone_can_be_looked_up(cloud: Engine) -> None:
    vpcs = invoke(cloud, "tencentcloud:Vpc/getInstances:getInstances", isDefault=True)["instanceLists"]
    assert [vpc["cidrBlock"] for vpc in vpcs] == ["172.19.0.0/16"]
    subnets = invoke(
        cloud, "tencentcloud:Vpc/getSubnets:getSubnets", isDefault=True, availabilityZone="ap-hongkong-2"
    )["instanceLists"]
    assert [subnet["vpcId"] for subnet in subnets] == [vpcs[0]["vpcId"]]
    types = invoke(cloud, "tencentcloud:Instance/getTypes:getTypes", cpuCoreCount=2, memorySize=8)
    assert {one["instanceType"] for one in types["instanceTypes"]} == {
        "S4.MEDIUM8",
        "S5.MEDIUM8",
        "SA2.MEDIUM8",
    }
