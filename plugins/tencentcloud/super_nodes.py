"""A pool of super nodes. Pods on them are not modelled."""

from plugins.tencentcloud.account import Account
from plugins.tencentcloud.errors import CloudError
from plugins.tencentcloud.kind import Inputs, Kind, Outputs, resource_id_of

CREATE = "tke:CreateClusterVirtualNodePool"


def _create(account: Account, inputs: Inputs) -> str:
    """Refuses what CreateClusterVirtualNodePool does (tencentcloud-sdk-go, tke/v20180525, client.go 1707)."""
    cluster = inputs["clusterId"]
    vpc = account.need(cluster, CREATE, "ResourceNotFound").get("vpcId")
    subnets = [node["subnetId"] for node in inputs["serverlessNodes"]]
    for subnet in subnets:
        properties = account.need(subnet, CREATE, "InvalidParameter.SubnetNotExist")
        if properties["vpcId"] != vpc:
            raise CloudError(
                CREATE,
                "InvalidParameter.SubnetInvalidError",
                f"the subnet {subnet} is not in the cluster's VPC {vpc}",
            )
    groups = inputs.get("securityGroupIds", [])
    if not groups:
        raise CloudError(CREATE, "InvalidParameter.Param", "SecurityGroupIds is required")
    for group in groups:
        account.need(group, CREATE, "InvalidParameter.Param")
    # Whether a super node is node enough for a public endpoint is not known; here it is not.
    pool = {"clusterId": cluster, "subnetIds": subnets, "securityGroups": groups, "nodes": 0}
    return f"{cluster}#{account.add('np', {**pool, 'name': inputs['name'], 'minSize': 0, 'maxSize': 0})}"


def _update(account: Account, pool: str, _old: Inputs, new: Inputs) -> None:
    name = resource_id_of(pool)
    account.put(name, {**(account.get(name) or {}), "name": new["name"]})


def _delete(account: Account, pool: str, _inputs: Inputs) -> None:
    """The provider says `Force`: pods that run there end."""
    account.remove(resource_id_of(pool))


def _read(_account: Account, _pool: str, _inputs: Inputs) -> Outputs:
    return {"lifeState": "normal"}


SUPER_NODES = Kind(
    token="tencentcloud:Kubernetes/serverlessNodePool:ServerlessNodePool",
    create=_create,
    update=_update,
    delete=_delete,
    read=_read,
    computed=("lifeState",),
    name_input="name",
)
