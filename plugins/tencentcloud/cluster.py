"""The managed control plane of TKE, without workers: nodes come in pools, and the endpoint is of its own.

In the order of calls of the provider's resource_tc_kubernetes_cluster.go and ..._extension.go: an operation
that fails in the middle has done what was before.
"""

from plugins.tencentcloud import log_switches
from plugins.tencentcloud.account import Account
from plugins.tencentcloud.catalog import CLUSTERS, LEVELS, VERSIONS
from plugins.tencentcloud.cluster_rules import (
    CREATE,
    IMAGE_ID,
    check_image,
    check_inputs,
    check_level,
    check_ranges,
    grow,
    nodes_of,
    upgrades,
)
from plugins.tencentcloud.endpoint import check_subnet, close_public, kubeconfig, open_public
from plugins.tencentcloud.errors import CloudError, RefusedError, codes
from plugins.tencentcloud.kind import Inputs, Kind, Outputs, stored_inputs

SCALING = {
    "isScaleInEnabled": False,
    "expander": "",
    "maxConcurrentScaleIn": 0,
    "scaleInDelay": 0,
    "scaleInUnneededTime": 0,
    "scaleInUtilizationThreshold": 0,
    "ignoreDaemonSetsUtilization": False,
    "skipNodesWithLocalStorage": False,
    "skipNodesWithSystemPods": False,
}
"""Values that an update sends for the autoscaler's options that the program leaves out."""
EXPANDERS = ("random", "most-pods", "least-waste")
ATTRIBUTES = ("projectId", "clusterName", "clusterDesc", "clusterLevel", "autoUpgradeClusterLevel")


def _create(account: Account, inputs: Inputs) -> str:
    _check_network(inputs)
    if len(account.all("cls", lingering=True)) >= account.switches.get("clusters", CLUSTERS):
        raise CloudError(CREATE, "InternalError.QuotaMaxClsLimit", "no more clusters in this region")
    if inputs.get("clusterCidr"):
        check_ranges(account, inputs)
    version = inputs.get("clusterVersion", VERSIONS[-1])
    if version not in VERSIONS:
        raise CloudError(CREATE, "FailedOperation.Param", f"there is no version {version} of Kubernetes")
    check_level(CREATE, inputs.get("clusterLevel", ""))
    check_image(CREATE, "InternalError.OsNotSupport", inputs["clusterOs"])
    level = inputs.get("clusterLevel", next(iter(LEVELS)))
    cluster = account.add("cls", {**inputs, "clusterVersion": version, "clusterLevel": level})
    account.call(CREATE)
    # The provider knows the id only when all of this is done: what fails here leaves a cluster in no state.
    if inputs.get("nodePoolGlobalConfigs"):
        _scale(account, cluster, inputs["nodePoolGlobalConfigs"][0])
    if inputs.get("acquireClusterAdminRole"):
        account.call("tke:AcquireClusterAdminRole")
    log_switches.apply_changes(account, cluster, {}, inputs)
    return cluster


def _check_network(inputs: Inputs) -> None:
    """The provider's own checks (resource_tc_kubernetes_cluster_extension.go:37 to 150).

    Raises RefusedError.
    """
    check_subnet(inputs)
    if inputs.get("clusterInternet") and not inputs.get("workerConfigs"):
        raise RefusedError(
            "when creating a cluster, if `cluster_internet` is true, you need to configure the "
            "`worker_config` field to ensure that there are available nodes in the cluster."
        )
    if inputs["networkType"] == "VPC-CNI":
        if not inputs.get("serviceCidr") or not inputs.get("eniSubnetIds"):
            raise RefusedError(
                "`service_cidr` must be set and `eni_subnet_ids` must be set when cluster `network_type` is "
                "VPC-CNI."
            )
    elif not inputs.get("clusterCidr"):
        raise RefusedError("`cluster_cidr` must be set when cluster `network_type` is GR")
    if inputs["clusterDeployType"] == "MANAGED_CLUSTER" and inputs.get("masterConfigs"):
        raise RefusedError(
            "if `cluster_deploy_type` is `MANAGED_CLUSTER` , You don't need define the master yourself"
        )


def _scale(account: Account, cluster: str, options: Inputs) -> None:
    action = "tke:ModifyClusterAsGroupOptionAttribute"
    if (options.get("expander") or EXPANDERS[0]) not in EXPANDERS:
        raise CloudError(action, "InvalidParameter.Param", f"there is no expander {options['expander']}")
    _modify(account, cluster, action, {"nodePoolGlobalConfigs": [dict(options)]}, "nodePoolGlobalConfigs")


def _modify(account: Account, cluster: str, action: str, new: Inputs, *keys: str) -> None:
    """Changes the cluster with an action. Raises CloudError when the cluster is not there."""
    code = "ResourceNotFound" if "ResourceNotFound" in codes(action) else "InternalError.Param"
    properties = account.need(cluster, action, code)
    account.put(cluster, {**properties, **{key: new[key] for key in keys if key in new}})
    account.call(action)


def _change(old: Inputs, new: Inputs, *keys: str) -> bool:
    return any((old.get(key) or None) != (new.get(key) or None) for key in keys)


def _update(account: Account, cluster: str, old: Inputs, new: Inputs) -> None:
    if _change(old, new, "tags"):
        _modify(account, cluster, "tke:ModifyClusterTags", new, "tags")
    if "clusterInternet" in new and _change(old, new, "clusterInternet"):
        open_public(account, cluster, new) if new["clusterInternet"] else close_public(account, cluster)
    if _change(old, new, *(key for key in ATTRIBUTES if key in new)):
        check_level("tke:ModifyClusterAttribute", new.get("clusterLevel", ""))
        _modify(account, cluster, "tke:ModifyClusterAttribute", new, *ATTRIBUTES)
    _update_version(account, cluster, old, new)
    if "nodePoolGlobalConfigs" in new and _change(old, new, "nodePoolGlobalConfigs"):
        _scale(account, cluster, {**SCALING, **new["nodePoolGlobalConfigs"][0]})
    if _change(old, new, "clusterOs"):
        _update_image(account, cluster, new)
    _update_rights(account, cluster, old, new)
    log_switches.apply_changes(account, cluster, old, new)
    remaining = {
        key: value for key, value in new.items() if key not in (*ATTRIBUTES, "nodePoolGlobalConfigs")
    }
    account.put(cluster, {**(account.get(cluster) or {}), **remaining})


def _update_version(account: Account, cluster: str, old: Inputs, new: Inputs) -> None:
    action = "tke:UpdateClusterVersion"
    if "clusterVersion" in new and _change(old, new, "clusterVersion"):
        properties = account.need(cluster, action, "ResourceNotFound")
        if new["clusterVersion"] not in upgrades(properties.get("clusterVersion", "")):
            raise RefusedError(f"version {new['clusterVersion']} is unsupported")
        _modify(account, cluster, action, new, "clusterVersion")
    if new.get("upgradeInstancesFollowCluster"):
        _upgrade_nodes(account, cluster)


def _update_image(account: Account, cluster: str, new: Inputs) -> None:
    """The provider sends the image's name as if it were its id."""
    action = "tke:ModifyClusterImage"
    if not new["clusterOs"].startswith(IMAGE_ID):
        raise CloudError(action, "InternalError.ImageIdNotFound", f"there is no image {new['clusterOs']}")
    _modify(account, cluster, action, new, "clusterOs")


def _update_rights(account: Account, cluster: str, old: Inputs, new: Inputs) -> None:
    if _change(old, new, "deletionProtection"):
        verb = "Enable" if new.get("deletionProtection") else "Disable"
        _modify(account, cluster, f"tke:{verb}ClusterDeletionProtection", new, "deletionProtection")
    if _change(old, new, "acquireClusterAdminRole"):
        if not new.get("acquireClusterAdminRole"):
            raise RefusedError("argument `acquire_cluster_admin_role` cannot set to false")
        _modify(account, cluster, "tke:AcquireClusterAdminRole", new, "acquireClusterAdminRole")


def _upgrade_nodes(account: Account, cluster: str) -> None:
    version = (account.get(cluster) or {}).get("clusterVersion")
    for pool, properties in account.all("np", clusterId=cluster).items():
        account.put(pool, {**properties, "version": version})
    account.call("tke:UpgradeClusterInstances")


def _delete(account: Account, cluster: str, _inputs: Inputs) -> None:
    if (account.get(cluster) or {}).get("deletionProtection"):
        raise CloudError(
            "tke:DeleteCluster",
            "OperationDenied.ClusterInDeletionProtection",
            f"the cluster {cluster} has deletion protection; disable it before you delete the cluster",
        )
    # Workers of its own would go with it; a pool's are terminated, and the pool too.
    for pool in account.having("clusterId"):
        if (account.get(pool) or {})["clusterId"] == cluster:
            account.remove(pool)
    log_switches.remove_topics(account, cluster)
    account.remove(cluster)
    account.call("tke:DeleteCluster")


def _read(account: Account, cluster: str, _inputs: Inputs) -> Outputs:
    properties = account.get(cluster) or {}
    # The kubeconfig stays empty until a refresh after the endpoint is open, as the official one does.
    return {
        "clusterNodeNum": nodes_of(account, cluster),
        "kubeConfig": kubeconfig(account, cluster) if properties.get("internet") else "",
        "kubeConfigIntranet": kubeconfig(account, cluster) if properties.get("intranet") else "",
        "userName": "admin",
    }


# resource_tc_kubernetes_cluster.go, resourceTencentCloudKubernetesClusterRead, and ..._extension.go.
_STORED = stored_inputs(
    "clusterName",
    "clusterDesc",
    "clusterVersion",
    "clusterDeployType",
    "clusterCidr",
    "ignoreClusterCidrConflict",
    "clusterMaxPodNum",
    "clusterMaxServiceNum",
    "clusterIpvs",
    "vpcId",
    "eniSubnetIds",
    "projectId",
    "deletionProtection",
    "clusterLevel",
    "autoUpgradeClusterLevel",
    "clusterOs",
    "tags",
    "networkType",
    "serviceCidr",
    "containerRuntime",
    "runtimeVersion",
    "nodePoolGlobalConfigs",
)


def _cloud_inputs(account: Account, cluster: str) -> Inputs:
    """Inputs that the account keeps, and the endpoint, which the cluster's own inputs have too."""
    grow(account, cluster)
    properties = account.get(cluster) or {}
    endpoint = {
        "clusterInternet": bool(properties.get("internet")),
        "clusterIntranet": bool(properties.get("intranet")),
    }
    if properties.get("internet"):
        endpoint |= {"clusterInternetSecurityGroup": properties["securityGroups"][0]}
    if properties.get("intranet"):
        endpoint |= {"clusterIntranetSubnetId": properties["intranet"]}
    return {**_STORED(account, cluster), **endpoint, **log_switches.enabled_inputs(properties)}


CLUSTER = Kind(
    token="tencentcloud:Kubernetes/cluster:Cluster",
    check=check_inputs,
    create=_create,
    update=_update,
    delete=_delete,
    read=_read,
    cloud_inputs=_cloud_inputs,
    computed=("clusterNodeNum", "kubeConfig", "kubeConfigIntranet", "userName"),
    secret=("kubeConfig", "kubeConfigIntranet"),
)
