"""Addresses, NAT gateways and routes of the stand-in."""

from typing import Any

import pytest

from tests.unit.plugins.tencentcloud.account_made import (
    CLUSTER,
    GROUP,
    SUBNET,
    VPC,
    Made,
    delete,
    refusal,
    update,
)

ADDRESS = "tencentcloud:Eip/instance:Instance"
GATEWAY = "tencentcloud:Nat/gateway:Gateway"
ROUTE = "tencentcloud:Route/tableEntry:TableEntry"


class Nat:
    """A way out of the VPC, as a program makes it."""

    def __init__(self, made: Made) -> None:
        self.made, self.cloud = made, made.cloud
        self.address, self.outputs = made.cloud.create(ADDRESS, name="a")
        self.gateway, _ = made.cloud.create(GATEWAY, **self.gateway_inputs())
        _, vpc = made.cloud.create(VPC, name="other", cidrBlock="10.1.0.0/16")
        self.other_table = vpc["defaultRouteTableId"]
        self.route, self.route_outputs = made.cloud.create(ROUTE, **self.route_inputs())

    def gateway_inputs(self, **more: Any) -> dict[str, Any]:
        return {
            "name": "g",
            "vpcId": self.made.vpc,
            "assignedEipSets": [self.outputs["publicIp"]],
            **more,
        }

    def route_inputs(self, **more: Any) -> dict[str, Any]:
        return {
            "routeTableId": self.other_table,
            "destinationCidrBlock": "0.0.0.0/0",
            "nextType": "NAT",
            "nextHub": self.gateway,
            **more,
        }


@pytest.fixture
def nat(made: Made) -> Nat:
    return Nat(made)


def test_a_vpc_has_a_route_table_and_a_routes_id_names_it(nat: Nat) -> None:
    assert nat.other_table.startswith("rtb-")
    assert nat.route == f"1.{nat.other_table}"


def test_an_address_that_is_billed_by_traffic_has_a_most(made: Made) -> None:
    message = refusal(made.cloud.create, ADDRESS, name="a", internetMaxBandwidthOut=101)
    assert "InvalidParameterValue.BandwidthOutOfRange" in message
    made.cloud.create(
        ADDRESS, name="a", internetMaxBandwidthOut=101, internetChargeType="BANDWIDTH_PREPAID_BY_MONTH"
    )


@pytest.mark.parametrize("key", ["bandwidthPackageId", "antiDdosPackageId", "egress"])
def test_what_an_address_cannot_change_is_refused_by_the_provider(nat: Nat, key: str) -> None:
    message = refusal(update, nat.cloud, ADDRESS, nat.address, {"name": "a"}, {"name": "a", key: "x"})
    assert f"update on {key} is not support yet" in message


def test_a_gateway_takes_only_addresses_of_the_account_that_are_billed_by_traffic_and_free(nat: Nat) -> None:
    create = nat.cloud.create
    assert "ResourceInUse.Address" in refusal(create, GATEWAY, **nat.gateway_inputs())
    unknown = nat.gateway_inputs(assignedEipSets=["192.0.2.1"])
    assert "PublicIpAddressIsNotExisted" in refusal(create, GATEWAY, **unknown)
    _, monthly = create(ADDRESS, name="m", internetChargeType="BANDWIDTH_PREPAID_BY_MONTH")
    dear = nat.gateway_inputs(assignedEipSets=[monthly["publicIp"]])
    assert "PublicIpAddressNotBilledByTraffic" in refusal(create, GATEWAY, **dear)
    _, free = create(ADDRESS, name="f")
    lost = nat.gateway_inputs(vpcId="vpc-none", assignedEipSets=[free["publicIp"]])
    assert "InvalidVpcId.NotFound" in refusal(create, GATEWAY, **lost)


@pytest.mark.parametrize(
    ("kind", "change", "key"),
    [
        (GATEWAY, {"bandwidth": 150}, "bandwidth"),
        (GATEWAY, {"maxConcurrent": 5}, "maxConcurrent"),
        (GATEWAY, {"assignedEipSets": []}, "assignedEipSets"),
        (ROUTE, {"nextType": "INTERNET"}, "nextType"),
        (ROUTE, {"destinationCidrBlock": "10.9.0.1/16"}, "destinationCidrBlock"),
        (ROUTE, {"nextHub": None}, "nextHub"),
    ],
)
def test_what_the_provider_checks_of_a_way_out_is_told_in_a_preview(
    nat: Nat, kind: str, change: dict[str, Any], key: str
) -> None:
    right = {GATEWAY: nat.gateway_inputs(), ROUTE: nat.route_inputs()}[kind]
    assert nat.cloud.check(kind, **right) == {}
    wrong = {name: value for name, value in {**right, **change}.items() if value is not None}
    assert set(nat.cloud.check(kind, **wrong)) == {key}


def test_a_gateway_does_not_move_to_another_zone(nat: Nat) -> None:
    inputs = nat.gateway_inputs()
    message = refusal(update, nat.cloud, GATEWAY, nat.gateway, inputs, {**inputs, "zone": "ap-hongkong-3"})
    assert "argument `zone` cannot be changed" in message


def test_a_route_leads_to_what_is_there_and_a_table_has_one_to_each_range(nat: Nat) -> None:
    create = nat.cloud.create
    assert "InvalidParameterValue.Duplicate" in refusal(create, ROUTE, **nat.route_inputs())
    other = {"destinationCidrBlock": "192.168.0.0/16"}
    nowhere = nat.route_inputs(**other, nextHub="nat-none")
    assert "RouteNextHopInvalid" in refusal(create, ROUTE, **nowhere)
    assert "ResourceNotFound" in refusal(create, ROUTE, **nat.route_inputs(**other, routeTableId="rtb-none"))
    public = nat.route_inputs(**other, nextType="EIP")
    assert 'next_hub can only be "0"' in refusal(create, ROUTE, **public)


def test_a_route_is_made_anew_by_every_change(nat: Nat) -> None:
    old = nat.route_inputs()
    for key, value in (("nextHub", "nat-2"), ("destinationCidrBlock", "10.9.0.0/16"), ("description", "d")):
        assert list(nat.cloud.diff(ROUTE, old, {**old, key: value}).replaces) == [key]


def test_a_way_out_goes_from_its_far_end(nat: Nat) -> None:
    """The route, the gateway, its address, the VPC: any other order is refused."""
    made = nat.made
    assert "ResourceInUse" in refusal(delete, nat.cloud, GATEWAY, nat.gateway, {})
    assert "PublicIpAddressDisassociate" in refusal(delete, nat.cloud, ADDRESS, nat.address, {})
    delete(nat.cloud, ROUTE, nat.route, nat.route_outputs)
    for kind, thing in ((CLUSTER, made.cluster), (GROUP, made.group), (SUBNET, made.subnet)):
        delete(nat.cloud, kind, thing, {})
    assert nat.gateway in refusal(delete, nat.cloud, VPC, made.vpc, {})
    for kind, thing in ((GATEWAY, nat.gateway), (ADDRESS, nat.address), (VPC, made.vpc)):
        delete(nat.cloud, kind, thing, {})
