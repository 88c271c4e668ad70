"""The public endpoint of a cluster's API server, and the kubeconfig that goes with it."""

import os
from pathlib import Path

from plugins.tencentcloud.account import Account
from plugins.tencentcloud.errors import CloudRefused, Refused
from plugins.tencentcloud.kind import Inputs, Kind

KUBECONFIG = "TENCENTCLOUD_STAND_IN_KUBECONFIG"
# What the cloud gives while there is no public address: a name that only the VPC resolves.
NOWHERE = """apiVersion: v1
kind: Config
clusters:
  - name: {cluster}
    cluster: {{certificate-authority-data: bm9uZQ==, server: https://{cluster}.ccs.tencent-cloud.com}}
contexts:
  - {{name: {cluster}, context: {{cluster: {cluster}, user: admin}}}}
current-context: {cluster}
users:
  - {{name: admin, user: {{}}}}
"""


def _create(account: Account, inputs: Inputs) -> str:
    cluster = inputs["clusterId"]
    account.need(cluster, "tke:CreateClusterEndpoint", "ResourceNotFound")
    if not sum(pool["nodes"] for pool in account.all("np", clusterId=cluster).values()):
        raise CloudRefused(
            "tke:CreateClusterEndpoint",
            "InvalidParameter",
            "No normal node cluster is not allowed to enable access endpoint",
        )
    return _open(account, cluster, inputs)


def _open(account: Account, cluster: str, inputs: Inputs) -> str:
    group = inputs.get("clusterInternetSecurityGroup")
    if not group:
        raise Refused("`cluster_internet_security_group` must not be empty if cluster internet enabled")
    if account.get(group) is None:
        raise CloudRefused("tke:CreateClusterEndpoint", "InvalidParameter", "SecurityGroup is invalid")
    found = account.get(cluster) or {}
    account.put(cluster, {**found, "internet": True, "securityGroups": [group]})
    return cluster


def _update(account: Account, cluster: str, _old: Inputs, new: Inputs) -> None:
    _open(account, cluster, new)


def _delete(account: Account, cluster: str, _inputs: Inputs) -> None:
    if (found := account.get(cluster)) is not None:
        account.put(cluster, {**found, "internet": False, "securityGroups": []})


def kubeconfig(cluster: str) -> str:
    """The kubeconfig that the environment names; without one, what the cloud gives for no public address."""
    path = os.environ.get(KUBECONFIG)
    if not path:
        return NOWHERE.format(cluster=cluster)
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise Refused(f"{KUBECONFIG} is {path}, but that cannot be read: {error.strerror}") from None


def _read(account: Account, cluster: str, inputs: Inputs) -> dict[str, object]:
    if account.get(cluster) is None:
        raise Refused(f"cluster {cluster} not found")  # the official one does not drop it from the state
    return {"kubeConfig": kubeconfig(cluster), "kubeConfigIntranet": "", "password": "", "userName": "admin"}


ENDPOINT = Kind(
    token="tencentcloud:Kubernetes/clusterEndpoint:ClusterEndpoint",
    create=_create,
    update=_update,
    delete=_delete,
    read=_read,
    computed=("kubeConfig", "kubeConfigIntranet", "password", "userName"),
    secret=("kubeConfig", "kubeConfigIntranet", "password"),
)
