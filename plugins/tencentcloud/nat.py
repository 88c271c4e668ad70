"""Elastic addresses, NAT gateways, and the routes that lead to them."""

import ipaddress

from plugins.tencentcloud.account import Account, Properties
from plugins.tencentcloud.errors import CloudError, RefusedError
from plugins.tencentcloud.kind import Failure, Inputs, Kind, Outputs, stored_inputs
from plugins.tencentcloud.network import canonical

BY_TRAFFIC = "TRAFFIC_POSTPAID_BY_HOUR"
BY_TRAFFIC_MBPS = 100  # the most (vpc/v20170312/models.go, AllocateAddressesRequestParams)
ADDRESSES = ipaddress.IPv4Network("198.51.100.0/24")
NOT_CHANGED = ("bandwidthPackageId", "antiDdosPackageId", "egress")
BANDWIDTHS = (20, 50, 100, 200, 500, 1000, 2000, 5000)
CONNECTIONS = (1000000, 3000000, 10000000, 2000000)
HOPS = (
    *("CVM", "VPN", "DIRECTCONNECT", "PEERCONNECTION", "SSLVPN", "HAVIP", "NAT", "NORMAL_CVM", "EIP", "CCN"),
    *("LOCAL_GATEWAY", "INTRANAT", "USER_CCN"),
)
MOST_ROUTES = 50  # of one table, in this model


def _allocate(account: Account, inputs: Inputs) -> str:
    charge = inputs.get("internetChargeType", BY_TRAFFIC)
    if charge == BY_TRAFFIC and inputs.get("internetMaxBandwidthOut", 1) > BY_TRAFFIC_MBPS:
        raise CloudError(
            "vpc:AllocateAddresses",
            "InvalidParameterValue.BandwidthOutOfRange",
            f"an address billed by traffic has at most {BY_TRAFFIC_MBPS} Mbps",
        )
    addresses_in_use = {address["publicIp"] for address in account.all("eip").values()}
    public_ip = next(str(host) for host in ADDRESSES.hosts() if str(host) not in addresses_in_use)
    address = account.add("eip", {**inputs, "internetChargeType": charge, "publicIp": public_ip})
    account.call("vpc:AllocateAddresses")
    return address


def _change_address(account: Account, address: str, old: Inputs, new: Inputs) -> None:
    for key in NOT_CHANGED:
        if old.get(key, "") != new.get(key, ""):
            raise RefusedError(f"tencentcloud_eip update on {key} is not support yet")
    account.put(address, {**(account.get(address) or {}), **new})


def _release(account: Account, address: str, _inputs: Inputs) -> None:
    """The provider takes it from its gateway first, which keeps its last one."""
    public = (account.get(address) or {}).get("publicIp")
    for gateway, properties in account.all("nat").items():
        if properties["assignedEipSets"] == [public]:
            raise CloudError(
                "vpc:DisassociateNatGatewayAddress",
                "UnsupportedOperation.PublicIpAddressDisassociate",
                f"{public} is the last address of the NAT gateway {gateway}",
            )
    account.remove(address)


def _read_address(account: Account, address: str, _inputs: Inputs) -> Outputs:
    public = (account.get(address) or {}).get("publicIp", "")
    is_bound = any(public in gateway["assignedEipSets"] for gateway in account.all("nat").values())
    return {"publicIp": public, "status": "BIND" if is_bound else "UNBIND"}


def _check_gateway(inputs: Inputs) -> list[Failure]:
    failures = []
    for key, values in (("bandwidth", BANDWIDTHS), ("maxConcurrent", CONNECTIONS)):
        if (value := inputs.get(key)) is not None and value not in values:
            failures.append((key, f"expected to be one of {values}, got {value}"))
    if not inputs.get("assignedEipSets", ["unknown"]):
        failures.append(("assignedEipSets", "requires 1 item minimum, but config has only 0 declared"))
    return failures


def _create_gateway(account: Account, inputs: Inputs) -> str:
    action = "vpc:CreateNatGateway"
    account.need(inputs["vpcId"], action, "InvalidVpcId.NotFound")
    for public in inputs["assignedEipSets"]:
        addresses = list(account.all("eip", publicIp=public).values())
        if not addresses:
            raise CloudError(
                action, "UnsupportedOperation.PublicIpAddressIsNotExisted", f"{public} is no address of yours"
            )
        if addresses[0]["internetChargeType"] != BY_TRAFFIC:
            raise CloudError(
                action,
                "UnsupportedOperation.PublicIpAddressNotBilledByTraffic",
                f"{public} is not billed by traffic",
            )
        if any(public in gateway["assignedEipSets"] for gateway in account.all("nat").values()):
            raise CloudError(action, "ResourceInUse.Address", f"{public} is in use")
    gateway = account.add("nat", inputs)
    account.call(action)
    return gateway


def _change_gateway(account: Account, gateway: str, _old: Inputs, new: Inputs) -> None:
    account.put(gateway, new)


def _delete_gateway(account: Account, gateway: str, _inputs: Inputs) -> None:
    users = [
        route
        for table in account.all("rtb")
        for route, hop in _routes(account, table).items()
        if hop["nextHub"] == gateway
    ]
    if users:
        raise CloudError(
            "vpc:DeleteNatGateway",
            "ResourceInUse",
            f"the NAT gateway {gateway} is the next hop of {', '.join(users)}",
        )
    account.remove(gateway)


def _routes(account: Account, table: str) -> dict[str, Properties]:
    """The routes of a table, by the id that the provider has for them: 1.rtb-1a2b3c4d."""
    ids = [f"{number}.{table}" for number in range(1, MOST_ROUTES + 1)]
    return {route: properties for route in ids if (properties := account.get(route)) is not None}


def _check_route(inputs: Inputs) -> list[Failure]:
    failures = canonical("destinationCidrBlock")(inputs)
    if inputs.get("nextType", "NAT") not in HOPS:
        failures.append(("nextType", f"expected to be one of {', '.join(HOPS)}, got {inputs['nextType']}"))
    return failures


def _create_route(account: Account, inputs: Inputs) -> str:
    action, table, hop = "vpc:CreateRoutes", inputs["routeTableId"], inputs["nextHub"]
    if inputs["nextType"] == "EIP" and hop != "0":
        raise RefusedError('if next_type is EIP, next_hub can only be "0" ')
    account.need(table, action, "ResourceNotFound")
    routes = _routes(account, table)
    if any(route["destinationCidrBlock"] == inputs["destinationCidrBlock"] for route in routes.values()):
        raise CloudError(
            action,
            "InvalidParameterValue.Duplicate",
            f"{table} has a route to {inputs['destinationCidrBlock']} already",
        )
    if inputs["nextType"] == "NAT" and account.get(hop) is None:
        raise CloudError(action, "InvalidParameterValue.RouteNextHopInvalid", f"{hop} does not exist")
    if len(routes) == MOST_ROUTES:
        raise CloudError(action, "LimitExceeded", f"{table} has {MOST_ROUTES} routes")
    route = next(f"{number}.{table}" for number in range(1, 1000) if f"{number}.{table}" not in routes)
    account.put(route, inputs)
    account.call(action)
    return route


def _delete_route(account: Account, route: str, _inputs: Inputs) -> None:
    account.remove(route)


def _read_route(_account: Account, route: str, _inputs: Inputs) -> Outputs:
    return {"routeItemId": f"rti-{route.partition('.')[2].removeprefix('rtb-')}"}


ADDRESS = Kind(
    token="tencentcloud:Eip/instance:Instance",
    create=_allocate,
    update=_change_address,
    delete=_release,
    read=_read_address,
    # resource_tc_eip.go, resourceTencentCloudEipRead
    cloud_inputs=stored_inputs(
        "name", "type", "internetChargeType", "internetMaxBandwidthOut", "egress", "tags"
    ),
    computed=("publicIp", "status"),
    name_input="name",
)
GATEWAY = Kind(
    token="tencentcloud:Nat/gateway:Gateway",
    check=_check_gateway,
    create=_create_gateway,
    update=_change_gateway,
    delete=_delete_gateway,
    read=lambda _account, _id, _inputs: {"createdTime": "2026-01-01 00:00:00"},
    # resource_tc_nat_gateway.go, resourceTencentCloudNatGatewayRead
    cloud_inputs=stored_inputs(
        *("vpcId", "name", "maxConcurrent", "bandwidth", "assignedEipSets", "zone", "subnetId", "tags"),
    ),
    computed=("createdTime",),
    name_input="name",
)
ROUTE = Kind(
    token="tencentcloud:Route/tableEntry:TableEntry",
    check=_check_route,
    create=_create_route,
    delete=_delete_route,
    read=_read_route,
    # resource_tc_route_table_entry.go, resourceTencentCloudVpcRouteEntryRead
    cloud_inputs=stored_inputs(
        *("description", "routeTableId", "destinationCidrBlock", "nextType", "nextHub", "disabled"),
    ),
    computed=("routeItemId",),
)
