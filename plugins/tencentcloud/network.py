"""VPC and subnet."""

import ipaddress
from collections.abc import Callable

from plugins.tencentcloud.account import Account
from plugins.tencentcloud.catalog import is_zone
from plugins.tencentcloud.errors import CloudError
from plugins.tencentcloud.kind import Failure, Inputs, Kind, Outputs, stored_inputs

PRIVATE = [ipaddress.IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]
MASKS = range(12, 29)  # bits of a VPC's range (vpc/v20170312/client.go:6898)
SUBNET_MASKS = range(16, 29)  # (vpc/v20170312/client.go:6406)
PATIENCE = 5  # minutes for which the provider asks again whether it may delete: its WriteRetryTimeout


def overlap(first: str, second: str) -> bool:
    return ipaddress.IPv4Network(first).overlaps(ipaddress.IPv4Network(second))


def canonical(*keys: str) -> Callable[[Inputs], list[Failure]]:
    """A check: each of these inputs is a range by its first address, as the provider demands."""

    def check(inputs: Inputs) -> list[Failure]:
        failures = []
        for key in keys:
            try:
                ipaddress.IPv4Network(str(inputs.get(key) or "10.0.0.0/8"))
            except ValueError as error:
                failures.append((key, f"must be a canonical network address: {error}"))
        return failures

    return check


def _create_vpc(account: Account, inputs: Inputs) -> str:
    block = ipaddress.IPv4Network(inputs["cidrBlock"])
    if not any(block.subnet_of(private_range) for private_range in PRIVATE) or block.prefixlen not in MASKS:
        raise CloudError(
            "vpc:CreateVpc",
            "InvalidParameterValue",
            f"{block} is no range of a VPC: it must be private, and have 12 to 28 bits",
        )
    vpc = account.add("vpc", inputs)
    account.add("rtb", {"vpcId": vpc, "isDefault": True})
    account.call("vpc:CreateVpc")
    return vpc


def _delete_vpc(account: Account, vpc: str, _inputs: Inputs) -> None:
    def users() -> list[str]:
        return [
            identity
            for prefix in ("subnet", "cls", "nat")
            for identity in account.all(prefix, lingering=True, vpcId=vpc)
        ]

    if remaining_users := account.wait(PATIENCE, users):
        raise CloudError(
            "vpc:DeleteVpc", "ResourceInUse", f"the VPC {vpc} is used by {', '.join(remaining_users)}"
        )
    for table in account.all("rtb", vpcId=vpc):
        account.remove(table)
    account.remove(vpc)


def _read_default(account: Account, identity: str, _inputs: Inputs) -> Outputs:
    return {"isDefault": (account.get(identity) or {}).get("isDefault", False)}


def _read_vpc(account: Account, vpc: str, _inputs: Inputs) -> Outputs:
    """A VPC has a route table from its first day, which its subnets have that name no other."""
    tables = list(account.all("rtb", vpcId=vpc, isDefault=True))
    if not tables and account.get(vpc) is not None:  # in an account from before there were any
        tables = [account.add("rtb", {"vpcId": vpc, "isDefault": True})]
    return {**_read_default(account, vpc, {}), "defaultRouteTableId": tables[0] if tables else ""}


def _create_subnet(account: Account, inputs: Inputs) -> str:
    vpc = account.need(inputs["vpcId"], "vpc:CreateSubnet", "ResourceNotFound")
    block = ipaddress.IPv4Network(inputs["cidrBlock"])
    if not block.subnet_of(ipaddress.IPv4Network(vpc["cidrBlock"])) or block.prefixlen not in SUBNET_MASKS:
        raise CloudError(
            "vpc:CreateSubnet",
            "InvalidParameterValue.SubnetRange",
            f"the subnet's CIDR {block} is not in the VPC's, or has not 16 to 28 bits",
        )
    if not is_zone(inputs["availabilityZone"]):
        raise CloudError(
            "vpc:CreateSubnet", "InvalidParameterValue", f"there is no zone {inputs['availabilityZone']}"
        )
    for neighbour, properties in account.all("subnet", lingering=True, vpcId=inputs["vpcId"]).items():
        if overlap(properties["cidrBlock"], inputs["cidrBlock"]):
            raise CloudError(
                "vpc:CreateSubnet",
                "InvalidParameterValue.SubnetOverlap",
                f"the subnet overlaps with {neighbour}",
            )
    subnet = account.add("subnet", inputs)
    account.call("vpc:CreateSubnet")
    return subnet


def _delete_subnet(account: Account, subnet: str, _inputs: Inputs) -> None:
    def users() -> list[str]:
        identities = [
            identity
            for prefix in ("np", "vnp", "ins")
            for identity, properties in account.all(prefix, lingering=True).items()
            if subnet in properties.get("subnetIds", ())
        ]
        identities += account.all("attachment", lingering=True, subnetId=subnet)
        return identities + list(account.all("cls", lingering=True, intranet=subnet))

    if remaining_users := account.wait(PATIENCE, users):
        raise CloudError(
            "vpc:DeleteSubnet",
            "ResourceInUse",
            f"the subnet {subnet} is used by {', '.join(remaining_users)}",
        )
    account.remove(subnet)


def _update(account: Account, identity: str, _old: Inputs, new: Inputs) -> None:
    account.put(identity, new)


VPC = Kind(
    token="tencentcloud:Vpc/instance:Instance",
    check=canonical("cidrBlock"),
    create=_create_vpc,
    update=_update,
    delete=_delete_vpc,
    read=_read_vpc,
    # resource_tc_vpc.go, resourceTencentCloudVpcInstanceRead
    cloud_inputs=stored_inputs("name", "cidrBlock", "dnsServers", "isMulticast", "assistantCidrs", "tags"),
    computed=("isDefault", "defaultRouteTableId"),
    name_input="name",
)
SUBNET = Kind(
    token="tencentcloud:Subnet/instance:Instance",
    check=canonical("cidrBlock"),
    create=_create_subnet,
    update=_update,
    delete=_delete_subnet,
    read=_read_default,
    # resource_tc_subnet.go, resourceTencentCloudVpcSubnetRead
    cloud_inputs=stored_inputs(
        "vpcId", "availabilityZone", "name", "cidrBlock", "isMulticast", "routeTableId", "cdcId", "tags"
    ),
    computed=("isDefault",),
    name_input="name",
)
