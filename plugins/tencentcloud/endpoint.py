"""The endpoints of a cluster's API server, public and inside its VPC, and the kubeconfigs of both."""

import os
import re
from pathlib import Path

from plugins.tencentcloud.account import Account
from plugins.tencentcloud.errors import CloudRefused, Refused
from plugins.tencentcloud.kind import Inputs, Kind

KUBECONFIG = "TENCENTCLOUD_STAND_IN_KUBECONFIG"
# Set: a kubeconfig names the default domain although the endpoint is open (cloud-barista/cb-spider#843).
DEFAULT_DOMAIN = "TENCENTCLOUD_STAND_IN_DEFAULT_DOMAIN"
SERVER = re.compile(r"https://[^\s\"']+")
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
    subnet = inputs.get("clusterIntranetSubnetId")
    if inputs.get("clusterIntranet") and not subnet:
        raise Refused("`cluster_intranet_subnet_id` must set when `cluster_intranet` is true")
    if subnet and not inputs.get("clusterIntranet"):
        raise Refused("`cluster_intranet_subnet_id` can only set when `cluster_intranet` is true")
    account.need(cluster, "tke:CreateClusterEndpoint", "ResourceNotFound")
    if not sum(pool["nodes"] for pool in account.all("np", clusterId=cluster).values()):
        raise CloudRefused(
            "tke:CreateClusterEndpoint",
            "InvalidParameter",
            "No normal node cluster is not allowed to enable access endpoint",
        )
    if inputs.get("clusterIntranet"):
        _open_private(account, cluster, inputs)
    if inputs.get("clusterInternet"):
        _open_public(account, cluster, inputs)
    return str(cluster)


def _open_public(account: Account, cluster: str, inputs: Inputs) -> None:
    group = inputs.get("clusterInternetSecurityGroup")
    if not group:
        raise Refused("`cluster_internet_security_group` must not be empty if cluster internet enabled")
    if account.get(group) is None:
        raise CloudRefused("tke:CreateClusterEndpoint", "InvalidParameter", "SecurityGroup is invalid")
    _put(account, cluster, internet=True, securityGroups=[group])


def _open_private(account: Account, cluster: str, inputs: Inputs) -> None:
    """A load balancer in the subnet, which has to be one of the cluster's VPC."""
    subnet = account.need(inputs["clusterIntranetSubnetId"], "tke:CreateClusterEndpoint", "InvalidParameter")
    if subnet["vpcId"] != (account.get(cluster) or {}).get("vpcId"):
        raise CloudRefused(
            "tke:CreateClusterEndpoint", "InvalidParameter", "the subnet is not in the cluster's VPC"
        )
    _put(account, cluster, intranet=inputs["clusterIntranetSubnetId"])


def _put(account: Account, cluster: str, **changed: object) -> None:
    account.put(cluster, {**(account.get(cluster) or {}), **changed})


def _update(account: Account, cluster: str, old: Inputs, new: Inputs) -> None:
    """In the provider's order: the public one first. Another subnet alone changes nothing."""
    if bool(old.get("clusterInternet")) != bool(new.get("clusterInternet")):
        if new.get("clusterInternet"):
            _open_public(account, cluster, new)
        else:
            _put(account, cluster, internet=False, securityGroups=[])
    elif new.get("clusterInternet"):
        _open_public(account, cluster, new)
    if bool(old.get("clusterIntranet")) != bool(new.get("clusterIntranet")):
        if new.get("clusterIntranet"):
            _open_private(account, cluster, new)
        else:
            _put(account, cluster, intranet="")


def _delete(account: Account, cluster: str, _inputs: Inputs) -> None:
    if account.get(cluster) is not None:
        _put(account, cluster, internet=False, securityGroups=[], intranet="")


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
    if (found := account.get(cluster)) is None:
        raise Refused(f"cluster {cluster} not found")  # the official one does not drop it from the state
    text, address = kubeconfig(cluster), ""
    if os.environ.get(KUBECONFIG) and (server := SERVER.search(text)):
        address = server.group().removeprefix("https://")
        if os.environ.get(DEFAULT_DOMAIN):
            text = text.replace(server.group(), f"https://{cluster}.ccs.tencent-cloud.com")
    return {
        "clusterExternalEndpoint": address if found.get("internet") else "",
        "pgwEndpoint": address if found.get("intranet") else "",
        "kubeConfig": text if inputs.get("clusterInternet") else "",
        "kubeConfigIntranet": text if inputs.get("clusterIntranet") else "",
        "password": "",
        "userName": "admin",
    }


ENDPOINT = Kind(
    token="tencentcloud:Kubernetes/clusterEndpoint:ClusterEndpoint",
    create=_create,
    update=_update,
    delete=_delete,
    read=_read,
    computed=(
        "clusterExternalEndpoint",
        "kubeConfig",
        "kubeConfigIntranet",
        "password",
        "pgwEndpoint",
        "userName",
    ),
    secret=("kubeConfig", "kubeConfigIntranet", "password"),
)
