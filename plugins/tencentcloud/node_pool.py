"""A pool of nodes. Its machines are there at once, where their type is in stock."""

from typing import Any

from plugins.tencentcloud.account import Account
from plugins.tencentcloud.catalog import NOT_IN_STOCK, TYPES
from plugins.tencentcloud.cluster_rules import check_image
from plugins.tencentcloud.errors import CloudError, RefusedError
from plugins.tencentcloud.kind import Inputs, Kind, Outputs, resource_id_of, stored_inputs

LONGEST_NAME = 25
CREATE = "tke:CreateClusterNodePool"
MODIFY = "tke:ModifyClusterNodePool"
LAUNCH = "as:ModifyLaunchConfigurationAttributes"
BOUNDS = "constraints `min_size <= desired_capacity <= max_size` must be established,"
SPOT = "SPOTPAID"


def _check_waiting(inputs: Inputs) -> None:
    """The provider's own check (resource_tc_kubernetes_node_pool_extension.go:1435). Raises RefusedError."""
    if inputs.get("waitNodeReady") and inputs.get("enableAutoScale"):
        raise RefusedError("`wait_node_ready` only can be set if `enable_auto_scale` is `false`.")
    if "scaleTolerance" in inputs and not inputs.get("waitNodeReady"):
        raise RefusedError("`scale_tolerance` only can be set if `wait_node_ready` is `true`.")


def _create(account: Account, inputs: Inputs) -> str:
    cluster, minimum = inputs["clusterId"], inputs["minSize"]
    _check_waiting(inputs)
    nodes = inputs.get("desiredCapacity") or minimum
    if not minimum <= nodes <= inputs["maxSize"]:
        raise RefusedError(BOUNDS)
    shape = inputs["autoScalingConfig"]
    _check_login(shape)
    version = account.need(cluster, CREATE, "ResourceNotFound").get("clusterVersion", "")
    _check_network(account, inputs)
    _check_shape(account, CREATE, "FailedOperation.AsCommon", shape)
    check_image(CREATE, "InvalidParameter.OsNotSupport", inputs["nodeOs"])
    if len(inputs["name"]) > LONGEST_NAME:
        raise CloudError(
            CREATE, "InvalidParameter.Param", f"the name does not exceed {LONGEST_NAME} characters"
        )
    if not _in_stock(account, inputs):
        if inputs.get("waitNodeReady"):
            raise RefusedError("Node pool is still scaling: the instance types are sold out")
        nodes = 0
    pool = account.add("np", {**_properties(inputs, nodes), "version": version})
    account.call(CREATE)
    return f"{cluster}#{pool}"


def _check_login(shape: Inputs) -> None:
    if not shape.get("password") and not shape.get("keyIds"):
        raise RefusedError("Parameters `key_ids` and `password` should be set one")
    if shape.get("password") and shape.get("keyIds"):
        raise RefusedError("Parameters `key_ids` and `password` can only be supported one")
    if shape.get("securityGroupIds"):
        raise RefusedError(
            "The parameter `security_group_ids` has an issue [...] use `orderly_security_group_ids` instead."
        )


def _check_network(account: Account, inputs: Inputs) -> None:
    for subnet in inputs.get("subnetIds", []):
        properties = account.need(subnet, CREATE, "FailedOperation.AsCommon")
        if properties["vpcId"] != inputs["vpcId"]:
            raise CloudError(CREATE, "FailedOperation.AsCommon", f"{subnet} is not in {inputs['vpcId']}")


def _check_shape(account: Account, action: str, code: str, shape: Inputs) -> None:
    """Refuses a launch configuration as the autoscaler does, with `code` of the action that passes it on."""
    for name in _types(shape):
        if name not in TYPES:
            raise CloudError(action, code, f"InvalidParameterValue.InvalidInstanceType: {name}")
    for group in shape.get("orderlySecurityGroupIds", []):
        if account.get(group) is None:
            raise CloudError(action, code, f"InvalidParameterValue.InvalidSecurityGroupId: {group}")
    if shape.get("instanceChargeType") == SPOT and not shape.get("spotMaxPrice"):
        raise CloudError(action, code, "MissingParameter.InstanceMarketOptions: a spot needs its price")


def _types(shape: Inputs) -> list[str]:
    return [shape["instanceType"], *shape.get("backupInstanceTypes", [])]


def _in_stock(account: Account, inputs: Inputs) -> bool:
    zones = [
        (account.get(subnet) or {}).get("availabilityZone", "") for subnet in inputs.get("subnetIds", [])
    ]
    return any(
        name not in NOT_IN_STOCK.get(zone, ())
        for name in _types(inputs["autoScalingConfig"])
        for zone in zones or [""]
    )


def _properties(inputs: Inputs, nodes: int) -> dict[str, Any]:
    """Properties that the account keeps; no password is among them."""
    shape = {key: value for key, value in inputs["autoScalingConfig"].items() if key != "password"}
    return {
        **inputs,
        "autoScalingConfig": shape,
        "subnetIds": inputs.get("subnetIds", []),
        "nodes": nodes,
        "securityGroups": shape.get("orderlySecurityGroupIds", []),
    }


def _update(account: Account, pool: str, old: Inputs, new: Inputs) -> None:
    """A number that the program leaves out is the state's, and goes to the cloud with every update.

    It is compared with the cloud's own, which an autoscaler changes
    (resource_tc_kubernetes_node_pool_extension.go, 590 to 636).
    """
    name = resource_id_of(pool)
    _check_waiting(new)
    properties = account.need(
        name, "tke:DescribeClusterNodePoolDetail", "FailedOperation.NodePoolQueryFailed"
    )
    minimum, maximum = new["minSize"], new["maxSize"]
    capacity = new.get("desiredCapacity", old.get("desiredCapacity", properties["nodes"]))
    if capacity != properties["nodes"] and (properties["minSize"], properties["maxSize"]) != (
        minimum,
        maximum,
    ):
        raise RefusedError(
            "`min_size` or `max_size` cannot be modified at the same time as `desired_capacity`, please "
            "modify `min_size` or `max_size` first, and then modify `desired_capacity`"
        )
    shape = new["autoScalingConfig"]
    if old.get("autoScalingConfig") != shape:
        _check_shape(account, LAUNCH, "InvalidParameterValue", shape)
        changed_properties = _properties(new, 0)
        properties |= {key: changed_properties[key] for key in ("autoScalingConfig", "securityGroups")}
        account.put(name, properties)
        account.call(LAUNCH)
    if capacity != old.get("desiredCapacity", capacity) or minimum <= capacity <= maximum:
        if not properties["minSize"] <= capacity <= properties["maxSize"]:
            raise CloudError(
                "tke:ModifyNodePoolDesiredCapacityAboutAsg",
                "InvalidParameterValue.Size",
                f"{capacity} nodes are not within {properties['minSize']} and {properties['maxSize']}",
            )
        properties["nodes"] = capacity
        account.put(name, properties)
        account.call("tke:ModifyNodePoolDesiredCapacityAboutAsg")
    check_image(MODIFY, "InvalidParameter.Param", new["nodeOs"])
    if minimum > maximum:
        raise CloudError(
            MODIFY, "InvalidParameter.Param", f"the least {minimum} is more than the most {maximum}"
        )
    account.put(name, {**properties, **_properties(new, min(max(properties["nodes"], minimum), maximum))})
    account.call(MODIFY)


def _delete(account: Account, pool: str, inputs: Inputs) -> None:
    if inputs.get("deletionProtection"):
        raise RefusedError(
            "deletion protection was enabled, please set `deletion_protection` to `false` and apply first"
        )
    name = resource_id_of(pool)
    properties = account.get(name) or {}
    if inputs.get("deleteKeepInstance", True) and properties.get("nodes"):
        # They leave the cluster, and stay in the account (tke/v20180525/models.go:4746).
        account.add("ins", {key: properties[key] for key in ("subnetIds", "securityGroups")})
    account.remove(name)
    account.call("tke:DeleteClusterNodePool")


def _read(account: Account, pool: str, _inputs: Inputs) -> Outputs:
    nodes = (account.get(resource_id_of(pool)) or {}).get("nodes", 0)
    return {"desiredCapacity": nodes, "nodeCount": nodes, "status": "normal"}


_STORED = stored_inputs(
    "name",
    "taints",
    "maxSize",
    "minSize",
    "deletionProtection",
    "annotations",
    "enableAutoScale",
    "nodeOs",
    "nodeOsType",
    "tags",
    "labels",
    "autoScalingConfig",
    "vpcId",
    "retryPolicy",
    "subnetIds",
    "scalingMode",
    "multiZoneSubnetPolicy",
)


def _cloud_inputs(account: Account, pool: str) -> Inputs:
    """Inputs in the order of resourceTencentCloudKubernetesNodePoolRead; no password can be read."""
    nodes = (account.get(resource_id_of(pool)) or {}).get("nodes", 0)
    return {"clusterId": pool.partition("#")[0], **_STORED(account, pool), "desiredCapacity": nodes}


NODE_POOL = Kind(
    token="tencentcloud:Kubernetes/nodePool:NodePool",
    create=_create,
    update=_update,
    delete=_delete,
    read=_read,
    cloud_inputs=_cloud_inputs,
    computed=("desiredCapacity", "nodeCount", "status"),
    name_input="name",
)
