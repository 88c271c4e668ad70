"""A pool of nodes. Its machines are there at once."""

from plugins.tencentcloud.account import Account
from plugins.tencentcloud.catalog import TYPES
from plugins.tencentcloud.errors import CloudRefused, Refused
from plugins.tencentcloud.kind import Failure, Inputs, Kind, Outputs

LONGEST_NAME = 25


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
    account.need(cluster, "tke:CreateClusterNodePool", "ResourceNotFound")
    for subnet in inputs.get("subnetIds", []):
        account.need(subnet, "tke:CreateClusterNodePool", "FailedOperation.AsCommon")
    shape = inputs["autoScalingConfig"]
    if shape.get("securityGroupIds"):
        raise Refused("argument `security_group_ids` is deprecated, use `orderly_security_group_ids`")
    if bool(shape.get("password")) == bool(shape.get("keyIds")):
        raise Refused("one of `password` and `key_ids` must be set, and not both")
    if shape["instanceType"] not in TYPES:
        raise CloudRefused(
            "tke:CreateClusterNodePool",
            "FailedOperation.AsCommon",
            f"no such instance type: {shape['instanceType']}",
        )
    for group in shape.get("orderlySecurityGroupIds", []):
        account.need(group, "tke:CreateClusterNodePool", "FailedOperation.AsCommon")
    nodes = inputs.get("minSize", 0)
    return f"{cluster}#{account.add('np', _known(inputs, inputs.get('desiredCapacity', nodes)))}"


def _known(inputs: Inputs, nodes: int) -> dict[str, object]:
    """What the account keeps; no password is among it."""
    return {
        "clusterId": inputs["clusterId"],
        "name": inputs["name"],
        "nodes": nodes,
        "minSize": inputs.get("minSize", 0),
        "maxSize": inputs.get("maxSize", 0),
        "subnetIds": inputs.get("subnetIds", []),
        "securityGroups": inputs["autoScalingConfig"].get("orderlySecurityGroupIds", []),
    }


def _update(account: Account, pool: str, old: Inputs, new: Inputs) -> None:
    """A number that the program leaves out is the state's, and goes to the cloud with every update.

    It is compared with the cloud's own, which an autoscaler changes
    (resource_tc_kubernetes_node_pool_extension.go, 590 to 636).
    """
    name = pool.partition("#")[2]
    there = account.get(name) or {}
    capacity = new.get("desiredCapacity", old.get("desiredCapacity", there["nodes"]))
    if capacity != there["nodes"] and any(there[key] != new.get(key, 0) for key in ("minSize", "maxSize")):
        raise Refused(
            "`min_size` or `max_size` cannot be modified at the same time as `desired_capacity`, please "
            "modify `min_size` or `max_size` first, and then modify `desired_capacity`"
        )
    account.put(name, _known(new, capacity))


def _delete(account: Account, pool: str, inputs: Inputs) -> None:
    if inputs.get("deletionProtection"):
        raise Refused("deletion protection was enabled, node pool can not be deleted")
    account.remove(pool.partition("#")[2])


def _read(account: Account, pool: str, _inputs: Inputs) -> Outputs:
    nodes = (account.get(pool.partition("#")[2]) or {}).get("nodes", 0)
    return {"desiredCapacity": nodes, "nodeCount": nodes, "status": "normal"}


NODE_POOL = Kind(
    token="tencentcloud:Kubernetes/nodePool:NodePool",
    check=_check,
    create=_create,
    update=_update,
    delete=_delete,
    read=_read,
    computed=("desiredCapacity", "nodeCount", "status"),
    named="name",
)
