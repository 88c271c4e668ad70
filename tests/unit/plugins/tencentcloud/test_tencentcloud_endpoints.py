"""The stand-in's endpoints of an API server, public and inside the VPC."""

import json
from pathlib import Path
from typing import Any

import pytest

from plugins.tencentcloud.account import account
from plugins.values import from_wire, plain
from tests.unit.plugins.tencentcloud.account_made import (
    ENDPOINT,
    POOL,
    SUBNET,
    VPC,
    Made,
    delete,
    invoke,
    refusal,
    update,
)

SERVER = "https://127.0.0.1:6443"


@pytest.fixture
def opened(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    """A cluster with a node, whose kubeconfig leads to SERVER."""
    file = tmp_path / "kubeconfig"
    file.write_text(json.dumps({"clusters": [{"cluster": {"server": SERVER}}]}))
    monkeypatch.setenv("TENCENTCLOUD_STAND_IN_KUBECONFIG", str(file))
    made.cloud.create(POOL, **made.pool_inputs())
    return made


def private(made: Made, **more: Any) -> dict[str, Any]:
    return {
        "clusterId": made.cluster,
        "clusterIntranet": True,
        "clusterIntranetSubnetId": made.subnet,
        **more,
    }


def doors(outputs: dict[str, Any]) -> tuple[str, str, bool, bool]:
    """Both addresses, and which of both kubeconfigs are there."""
    found = plain(outputs)
    return (
        found["clusterExternalEndpoint"],
        found["pgwEndpoint"],
        bool(found["kubeConfig"]),
        bool(found["kubeConfigIntranet"]),
    )


def test_each_endpoint_has_its_own_address_and_kubeconfig(opened: Made) -> None:
    _, public = opened.cloud.create(ENDPOINT, **opened.endpoint_inputs())
    assert doors(public) == ("127.0.0.1:6443", "", True, False)
    _, inside = opened.cloud.create(ENDPOINT, **private(opened))
    assert doors(inside)[1:] == ("127.0.0.1:6443", False, True)


def test_a_kubeconfig_can_name_the_default_domain_although_the_endpoint_is_open(opened: Made) -> None:
    """cloud-barista/cb-spider#843."""
    with account(opened.file) as there:
        there.switch(defaultDomain=True)
    _, outputs = opened.cloud.create(ENDPOINT, **opened.endpoint_inputs())
    assert f"https://{opened.cluster}.ccs.tencent-cloud.com" in plain(outputs)["kubeConfig"]
    assert plain(outputs)["clusterExternalEndpoint"] == "127.0.0.1:6443"


def test_a_private_endpoint_and_its_subnet_come_together_or_not_at_all(opened: Made) -> None:
    create = opened.cloud.create
    without = private(opened)
    del without["clusterIntranetSubnetId"]
    assert "must set when `cluster_intranet` is true" in refusal(create, ENDPOINT, **without)
    alone = opened.endpoint_inputs(clusterIntranetSubnetId=opened.subnet)
    assert "can only set when `cluster_intranet` is true" in refusal(create, ENDPOINT, **alone)


def test_a_private_endpoint_is_in_a_subnet_of_the_clusters_vpc(opened: Made) -> None:
    vpc, _ = opened.cloud.create(VPC, name="w", cidrBlock="10.9.0.0/16")
    elsewhere, _ = opened.cloud.create(
        SUBNET, name="t", vpcId=vpc, cidrBlock="10.9.0.0/20", availabilityZone="ap-hongkong-2"
    )
    inputs = private(opened, clusterIntranetSubnetId=elsewhere)
    assert "InvalidParameter" in refusal(opened.cloud.create, ENDPOINT, **inputs)


def test_a_door_is_opened_and_closed_in_place_and_the_subnet_of_an_open_one_stays(opened: Made) -> None:
    public, both = opened.endpoint_inputs(), {**opened.endpoint_inputs(), **private(opened)}
    identity, _ = opened.cloud.create(ENDPOINT, **public)
    assert not opened.cloud.diff(ENDPOINT, public, both).replaces
    update(opened.cloud, ENDPOINT, identity, public, both)
    message = refusal(delete, opened.cloud, SUBNET, opened.subnet, {})
    assert opened.cluster in message, "its load balancer is in the subnet"
    moved = {**both, "clusterIntranetSubnetId": "subnet-other"}
    update(opened.cloud, ENDPOINT, identity, both, moved)
    assert opened.cluster in refusal(delete, opened.cloud, SUBNET, opened.subnet, {})
    answer = update(opened.cloud, ENDPOINT, identity, moved, private(opened, clusterInternet=False))
    assert doors(from_wire(answer.properties)) == ("", "127.0.0.1:6443", False, True)


def test_groups_and_subnets_can_be_looked_up_by_their_id(made: Made) -> None:
    groups = "tencentcloud:Security/getGroups:getGroups"
    (found,) = invoke(made.cloud, groups, securityGroupId=made.group)["securityGroups"]
    assert found["securityGroupId"] == made.group
    assert invoke(made.cloud, groups, securityGroupId="sg-none")["securityGroups"] == []
    subnets = "tencentcloud:Vpc/getSubnets:getSubnets"
    (subnet,) = invoke(made.cloud, subnets, subnetId=made.subnet)["instanceLists"]
    assert subnet["vpcId"] == made.vpc
    assert invoke(made.cloud, subnets, subnetId="subnet-none")["instanceLists"] == []
