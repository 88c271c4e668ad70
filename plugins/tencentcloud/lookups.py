"""The look-ups that a program for TKE makes."""

from collections.abc import Callable, Mapping
from typing import Any

from plugins.tencentcloud.account import Account
from plugins.tencentcloud.catalog import TYPES
from plugins.tencentcloud.kind import Inputs

Answer = dict[str, Any]


def _vpcs(account: Account, asked: Inputs) -> Answer:
    found = [
        {"vpcId": vpc, "isDefault": False, **properties}
        for vpc, properties in account.all("vpc").items()
        if asked.get("vpcId", vpc) == vpc and _is_default(properties, asked)
    ]
    return {"id": "vpcs", "instanceLists": found}


def _subnets(account: Account, asked: Inputs) -> Answer:
    found = [
        {"subnetId": subnet, "isDefault": False, **properties}
        for subnet, properties in account.all("subnet").items()
        if asked.get("subnetId", subnet) == subnet
        and _is_default(properties, asked)
        and all(
            asked.get(key, properties.get(key)) == properties.get(key)
            for key in ("availabilityZone", "vpcId")
        )
    ]
    return {"id": "subnets", "instanceLists": found}


def _groups(account: Account, asked: Inputs) -> Answer:
    found = [
        {"securityGroupId": group, "name": properties.get("name", "")}
        for group, properties in account.all("sg").items()
        if asked.get("securityGroupId", group) == group
    ]
    return {"id": "groups", "securityGroups": found}


def _is_default(properties: Inputs, asked: Inputs) -> bool:
    return not asked.get("isDefault") or bool(properties.get("isDefault"))


def _types(_account: Account, asked: Inputs) -> Answer:
    zones = [zone for one in asked.get("filters", []) if one["name"] == "zone" for zone in one["values"]]
    found = [
        {
            "instanceType": name,
            "cpuCoreCount": cores,
            "memorySize": memory,
            "availabilityZone": zone,
            "status": "SELL",
        }
        for name, (cores, memory) in TYPES.items()
        for zone in zones or [asked.get("availabilityZone", "")]
        if asked.get("cpuCoreCount", cores) == cores and asked.get("memorySize", memory) == memory
    ]
    return {"id": "types", "instanceTypes": found}


def _node_pools(account: Account, asked: Inputs) -> Answer:
    pools = [
        {
            "nodePoolId": pool,
            "name": properties["name"],
            "desiredNodesNum": properties["nodes"],
            "minNodesNum": properties["minSize"],
            "maxNodesNum": properties["maxSize"],
        }
        for pool, properties in account.all("np", clusterId=asked["clusterId"]).items()
    ]
    return {"id": "pools", "clusterId": asked["clusterId"], "nodePoolSets": pools}


LOOKUPS: Mapping[str, Callable[[Account, Inputs], Answer]] = {
    "tencentcloud:Vpc/getInstances:getInstances": _vpcs,
    "tencentcloud:Vpc/getSubnets:getSubnets": _subnets,
    "tencentcloud:Security/getGroups:getGroups": _groups,
    "tencentcloud:Instance/getTypes:getTypes": _types,
    "tencentcloud:Kubernetes/getClusterNodePools:getClusterNodePools": _node_pools,
}
