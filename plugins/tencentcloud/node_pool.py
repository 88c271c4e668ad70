"""A pool of nodes. Its machines are there at once."""

from plugins.tencentcloud.account import Account
from plugins.tencentcloud.catalog import TYPES
from plugins.tencentcloud.errors import CloudRefused, Refused
from plugins.tencentcloud.kind import Failure, Inputs, Kind, names

LONGEST_NAME = 25
INPUTS = names(
    """
    annotations autoScalingConfig clusterId defaultCooldown deleteKeepInstance deletionProtection
    desiredCapacity enableAutoScale labels maxSize minSize multiZoneSubnetPolicy name nodeConfig
    nodeOs nodeOsType retryPolicy scaleTolerance scalingMode subnetIds tags taints
    terminationPolicies unschedulable vpcId waitNodeReady zones
    """
)


def _check(inputs: Inputs) -> list[Failure]:
    found = []
    if len(inputs.get("name", "")) > LONGEST_NAME:
        found.append(("name", f"the name does not exceed {LONGEST_NAME} characters"))
    if inputs.get("waitNodeReady") and inputs.get("enableAutoScale", True):
        found.append(("waitNodeReady", "only can be set if `enable_auto_scale` is `false`"))
    if inputs.get("minSize", 0) > inputs.get("maxSize", 0):
        found.append(("minSize", "must not be larger than max_size"))
    return found


def _create(account: Account, inputs: Inputs) -> str:
    cluster = inputs["clusterId"]
    account.need(cluster, "InternalError.ClusterNotFound", "cluster")
    for subnet in inputs.get("subnetIds", []):
        account.need(subnet, "InvalidParameter", "subnet")
    shape = inputs["autoScalingConfig"]
    if shape.get("securityGroupIds"):
        raise Refused("argument `security_group_ids` is deprecated, use `orderly_security_group_ids`")
    if bool(shape.get("password")) == bool(shape.get("keyIds")):
        raise Refused("one of `password` and `key_ids` must be set, and not both")
    if shape["instanceType"] not in TYPES:
        raise CloudRefused(
            "InvalidParameterValue.InvalidInstanceType", f"no such instance type: {shape['instanceType']}"
        )
    for group in shape.get("orderlySecurityGroupIds", []):
        account.need(group, "InvalidParameterValue.SecurityGroupNotFound", "security group")
    nodes = inputs.get("minSize", 0)
    return f"{cluster}#{account.add('np', _known(inputs, inputs.get('desiredCapacity', nodes)))}"


def _known(inputs: Inputs, nodes: int) -> dict[str, object]:
    """What the account keeps; no password is among it."""
    return {
        "clusterId": inputs["clusterId"],
        "name": inputs["name"],
        "nodes": nodes,
        "subnetIds": inputs.get("subnetIds", []),
        "securityGroups": inputs["autoScalingConfig"].get("orderlySecurityGroupIds", []),
    }


def _update(account: Account, pool: str, old: Inputs, new: Inputs) -> None:
    changed = {key for key in ("minSize", "maxSize", "desiredCapacity") if old.get(key) != new.get(key)}
    if "desiredCapacity" in changed and len(changed) > 1:
        raise Refused("`min_size`/`max_size` and `desired_capacity` cannot be changed at the same time")
    account.put(pool.partition("#")[2], _known(new, new.get("desiredCapacity", new.get("minSize", 0))))


def _delete(account: Account, pool: str, inputs: Inputs) -> None:
    if inputs.get("deletionProtection"):
        raise Refused("deletion protection was enabled, node pool can not be deleted")
    account.remove(pool.partition("#")[2])


NODE_POOL = Kind(
    inputs=INPUTS,
    required=("autoScalingConfig", "clusterId", "maxSize", "minSize", "vpcId"),
    replacing=frozenset({"clusterId", "vpcId", "multiZoneSubnetPolicy"}),
    defaults={"enableAutoScale": True, "deleteKeepInstance": True, "nodeOsType": "GENERAL"},
    check=_check,
    create=_create,
    update=_update,
    delete=_delete,
    read=lambda _account, _id, _inputs: {"status": "normal"},
    computed=("status",),
    named="name",
)
