"""The look-ups that a program for TKE makes."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from plugins.tencentcloud.account import Account
from plugins.tencentcloud.catalog import CHARGES, LEVELS, NOT_IN_STOCK, SELL, SOLD_OUT, TYPES, ZONES, is_zone
from plugins.tencentcloud.cluster_rules import upgrades
from plugins.tencentcloud.errors import CloudError
from plugins.tencentcloud.kind import Inputs

Answer = dict[str, Any]

# What DescribeZoneInstanceConfigInfos can be asked for (cvm/v20170312/models.go:4645), and the answer's key.
FILTERS = {
    "zone": "availabilityZone",
    "instance-family": "family",
    "instance-type": "instanceType",
    "instance-charge-type": "instanceChargeType",
}
EXACT = ("cpuCoreCount", "gpuCoreCount", "memorySize")


def _vpcs(account: Account, arguments: Inputs) -> Answer:
    vpcs = [
        {"vpcId": vpc, "isDefault": False, **properties, "subnetIds": list(account.all("subnet", vpcId=vpc))}
        for vpc, properties in account.all("vpc").items()
        if arguments.get("vpcId", vpc) == vpc
        and _has(properties, arguments, "name", "cidrBlock")
        and _is_default(properties, arguments)
    ]
    return {"id": "vpcs", "instanceLists": vpcs}


def _subnets(account: Account, arguments: Inputs) -> Answer:
    subnets = [
        {"subnetId": subnet, "isDefault": False, **properties}
        for subnet, properties in account.all("subnet").items()
        if arguments.get("subnetId", subnet) == subnet
        and _has(properties, arguments, "availabilityZone", "cidrBlock", "name", "vpcId")
        and _is_default(properties, arguments)
    ]
    return {"id": "subnets", "instanceLists": subnets}


def _groups(account: Account, arguments: Inputs) -> Answer:
    groups = [
        {"securityGroupId": group, "name": properties.get("name", "")}
        for group, properties in account.all("sg").items()
        if arguments.get("securityGroupId", group) == group
    ]
    return {"id": "groups", "securityGroups": groups}


def _has(properties: Inputs, arguments: Inputs, *keys: str) -> bool:
    return all(arguments.get(key, properties.get(key)) == properties.get(key) for key in keys)


def _is_default(properties: Inputs, arguments: Inputs) -> bool:
    """False asks for the others, and nothing for all."""
    return arguments.get("isDefault") in (None, bool(properties.get("isDefault")))


def _types(_account: Account, arguments: Inputs) -> Answer:
    """Instance types with a value of each filter; the provider compares sizes with the cloud's answer."""
    filters = {entry["name"]: entry["values"] for entry in arguments.get("filters", [])}
    if zone := arguments.get("availabilityZone"):
        filters["zone"] = [zone]
    for name in filters:
        if name not in FILTERS:
            raise CloudError(
                "cvm:DescribeZoneInstanceConfigInfos", "InvalidFilter", f"there is no filter {name}"
            )
    foreign_zones = [zone for zone in filters.get("zone", []) if zone not in ZONES and is_zone(zone)]
    offers = [
        entry
        for entry in _offers(*ZONES, *foreign_zones)
        if all(entry[FILTERS[name]] in values for name, values in filters.items())
        and all(entry[key] == arguments[key] for key in EXACT if arguments.get(key))
        and not (arguments.get("excludeSoldOut") and entry["status"] == SOLD_OUT)
    ]
    return {"id": "types", "instanceTypes": offers}


def _offers(*zones: str) -> Iterator[Answer]:
    for name, (cores, memory) in TYPES.items():
        for zone in zones:
            for charge in CHARGES:
                yield {
                    "availabilityZone": zone,
                    "cpuCoreCount": cores,
                    "family": name.partition(".")[0],
                    "gpuCoreCount": 0,
                    "instanceChargeType": charge,
                    "instanceType": name,
                    "memorySize": memory,
                    "status": SOLD_OUT if name in NOT_IN_STOCK.get(zone, ()) else SELL,
                }


def _node_pools(account: Account, arguments: Inputs) -> Answer:
    pools = [
        {
            "nodePoolId": pool,
            "name": properties["name"],
            "desiredNodesNum": properties["nodes"],
            "minNodesNum": properties["minSize"],
            "maxNodesNum": properties["maxSize"],
        }
        for pool, properties in account.all("np", clusterId=arguments["clusterId"]).items()
    ]
    return {"id": "pools", "clusterId": arguments["clusterId"], "nodePoolSets": pools}


def _levels(account: Account, arguments: Inputs) -> Answer:
    if cluster := arguments.get("clusterId"):
        account.need(cluster, "tke:DescribeClusterLevelAttribute", "ResourceNotFound")
    items = [
        {
            "name": f"{nodes} nodes",
            "alias": level,
            "nodeCount": nodes,
            "podCount": pods,
            "configMapCount": config_maps,
            "crdCount": crds,
            "otherCount": crds,
            "enable": nodes <= LEVELS["L500"][0],
        }
        for level, (nodes, pods, config_maps, crds) in LEVELS.items()
    ]
    return {"id": "levels", "lists": items}


def _versions(account: Account, arguments: Inputs) -> Answer:
    """Versions to which clusters can be upgraded."""

    def of(cluster: str) -> list[str]:
        action, code = "tke:DescribeAvailableClusterVersion", "ResourceNotFound.ClusterNotFound"
        return upgrades(account.need(cluster, action, code).get("clusterVersion", ""))

    if cluster := arguments.get("clusterId"):
        return {"id": "versions", "clusterId": cluster, "versions": of(cluster)}
    clusters = [
        {"clusterId": cluster_id, "versions": of(cluster_id)}
        for cluster_id in arguments.get("clusterIds", [])
    ]
    return {"id": "versions", "clusters": clusters, "versions": []}


LOOKUPS: Mapping[str, Callable[[Account, Inputs], Answer]] = {
    "tencentcloud:Vpc/getInstances:getInstances": _vpcs,
    "tencentcloud:Vpc/getSubnets:getSubnets": _subnets,
    "tencentcloud:Security/getGroups:getGroups": _groups,
    "tencentcloud:Instance/getTypes:getTypes": _types,
    "tencentcloud:Kubernetes/getAvailableClusterVersions:getAvailableClusterVersions": _versions,
    "tencentcloud:Kubernetes/getClusterLevels:getClusterLevels": _levels,
    "tencentcloud:Kubernetes/getClusterNodePools:getClusterNodePools": _node_pools,
}
