"""VPC and subnet."""

import ipaddress
from collections.abc import Callable

from plugins.tencentcloud.account import Account
from plugins.tencentcloud.errors import CloudRefused
from plugins.tencentcloud.kind import Failure, Inputs, Kind

PRIVATE = [ipaddress.IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]


def overlap(one: str, other: str) -> bool:
    return ipaddress.IPv4Network(one).overlaps(ipaddress.IPv4Network(other))


def canonical(*keys: str) -> Callable[[Inputs], list[Failure]]:
    """A check: each of these inputs is a range by its first address, as the provider demands."""

    def check(inputs: Inputs) -> list[Failure]:
        found = []
        for key in keys:
            try:
                ipaddress.IPv4Network(str(inputs.get(key, "10.0.0.0/8")))
            except ValueError as error:
                found.append((key, f"must be a canonical network address: {error}"))
        return found

    return check


def _create_vpc(account: Account, inputs: Inputs) -> str:
    if not any(ipaddress.IPv4Network(inputs["cidrBlock"]).subnet_of(one) for one in PRIVATE):
        raise CloudRefused("vpc:CreateVpc", "InvalidParameterValue", "the CIDR block is none for a VPC")
    return account.add("vpc", inputs)


def _delete_vpc(account: Account, vpc: str, _inputs: Inputs) -> None:
    users = [*account.all("subnet", vpcId=vpc), *account.all("cls", vpcId=vpc)]
    if users:
        raise CloudRefused("vpc:DeleteVpc", "ResourceInUse", f"the VPC {vpc} is used by {', '.join(users)}")
    account.remove(vpc)


def _create_subnet(account: Account, inputs: Inputs) -> str:
    vpc = account.need(inputs["vpcId"], "vpc:CreateSubnet", "ResourceNotFound")
    block = ipaddress.IPv4Network(inputs["cidrBlock"])
    if not block.subnet_of(ipaddress.IPv4Network(vpc["cidrBlock"])):
        raise CloudRefused(
            "vpc:CreateSubnet",
            "InvalidParameterValue.SubnetRange",
            "the subnet's CIDR is not in the VPC's CIDR block",
        )
    for other, properties in account.all("subnet", vpcId=inputs["vpcId"]).items():
        if overlap(properties["cidrBlock"], inputs["cidrBlock"]):
            raise CloudRefused(
                "vpc:CreateSubnet", "InvalidParameterValue.SubnetOverlap", f"the subnet overlaps with {other}"
            )
    return account.add("subnet", inputs)


def _delete_subnet(account: Account, subnet: str, _inputs: Inputs) -> None:
    users = [pool for pool, properties in account.all("np").items() if subnet in properties["subnetIds"]]
    users += account.all("attachment", subnetId=subnet)
    if users:
        raise CloudRefused(
            "vpc:DeleteSubnet", "ResourceInUse", f"the subnet {subnet} is used by {', '.join(users)}"
        )
    account.remove(subnet)


def _renamed(account: Account, thing: str, _old: Inputs, new: Inputs) -> None:
    account.put(thing, new)


VPC = Kind(
    token="tencentcloud:Vpc/instance:Instance",
    check=canonical("cidrBlock"),
    create=_create_vpc,
    update=_renamed,
    delete=_delete_vpc,
    read=lambda _account, _id, _inputs: {"isDefault": False},
    computed=("isDefault",),
    named="name",
)
SUBNET = Kind(
    token="tencentcloud:Subnet/instance:Instance",
    check=canonical("cidrBlock"),
    create=_create_subnet,
    update=_renamed,
    delete=_delete_subnet,
    read=lambda _account, _id, _inputs: {"isDefault": False},
    computed=("isDefault",),
    named="name",
)
