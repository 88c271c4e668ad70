"""The managed control plane of TKE, without workers: nodes come in pools, and the endpoint is of its own."""

import ipaddress

from plugins.tencentcloud import log_switches
from plugins.tencentcloud.account import Account
from plugins.tencentcloud.errors import CloudRefused, Refused
from plugins.tencentcloud.kind import Failure, Inputs, Kind
from plugins.tencentcloud.network import canonical, overlap

POD_RANGES = [
    ipaddress.IPv4Network(text)
    for text in ("9.0.0.0/8", "10.0.0.0/8", "11.0.0.0/8", "192.168.0.0/16", "172.16.0.0/12")
]


def _check(inputs: Inputs) -> list[Failure]:
    found = canonical("clusterCidr", "serviceCidr")(inputs)
    cidr = inputs.get("clusterCidr")
    if cidr and not found:
        block = ipaddress.IPv4Network(cidr)
        if not any(block.subnet_of(one) for one in POD_RANGES):
            found.append(("clusterCidr", "must be within 9./10./11./192.168./172.[16-31]"))
    if inputs.get("clusterInternet") and not inputs.get("workerConfigs"):
        found.append(
            ("clusterInternet", "when `cluster_internet` is true, there must be at least one worker node")
        )
    return found


def _create(account: Account, inputs: Inputs) -> str:
    vpc = account.need(inputs["vpcId"], "tke:CreateCluster", "InternalError.VpcRecodrNotFound")
    if overlap(inputs["clusterCidr"], vpc["cidrBlock"]):
        raise CloudRefused(
            "tke:CreateCluster",
            "InternalError.CidrConflictWithVpcCidr",
            f"the cluster's CIDR {inputs['clusterCidr']} overlaps with the VPC's {vpc['cidrBlock']}",
        )
    log_switches.check(account, inputs)
    cluster = account.add("cls", inputs)
    log_switches.turn(account, cluster, {}, inputs)
    return cluster


def _update(account: Account, cluster: str, old: Inputs, new: Inputs) -> None:
    if old.get("acquireClusterAdminRole") and not new.get("acquireClusterAdminRole"):
        raise Refused("argument `acquire_cluster_admin_role` cannot be set back to false")
    log_switches.check(account, new)
    log_switches.turn(account, cluster, old, new)
    account.put(cluster, {**(account.get(cluster) or {}), **new})


def _delete(account: Account, cluster: str, inputs: Inputs) -> None:
    if inputs.get("deletionProtection"):
        raise CloudRefused(
            "tke:DeleteCluster",
            "OperationDenied.ClusterInDeletionProtection",
            f"the cluster {cluster} has deletion protection; disable it before you delete the cluster",
        )
    # Workers of its own would go with it; a pool's are terminated, and the pool too.
    for prefix in ("np", "addon", "rule"):
        for thing in account.all(prefix, clusterId=cluster):
            account.remove(thing)
    log_switches.leave(account, cluster, inputs)
    account.remove(cluster)


def _read(account: Account, cluster: str, inputs: Inputs) -> dict[str, object]:
    nodes = sum(pool["nodes"] for pool in account.all("np", clusterId=cluster).values())
    # The kubeconfig stays empty until a refresh after the endpoint is open, as the official one does.
    return {"clusterNodeNum": nodes, "kubeConfig": "", "kubeConfigIntranet": "", "userName": "admin"}


CLUSTER = Kind(
    token="tencentcloud:Kubernetes/cluster:Cluster",
    check=_check,
    create=_create,
    update=_update,
    delete=_delete,
    read=_read,
    computed=("clusterNodeNum", "kubeConfig", "kubeConfigIntranet", "userName"),
    secret=("kubeConfig", "kubeConfigIntranet"),
)
