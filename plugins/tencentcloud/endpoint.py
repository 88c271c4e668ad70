"""The endpoints of a cluster's API server, public and inside its VPC, and their kubeconfigs."""

import json
import os
import re
from pathlib import Path
from typing import Any

from plugins.tencentcloud.account import Account
from plugins.tencentcloud.cluster_rules import nodes_of
from plugins.tencentcloud.errors import CloudError, RefusedError
from plugins.tencentcloud.kind import Inputs, Kind, Outputs

KUBECONFIG = "TENCENTCLOUD_STAND_IN_KUBECONFIG"
CREATE = "tke:CreateClusterEndpoint"
MOST_MBPS = 2048  # of a load balancer (tke/v20180525/models.go:1613)
SERVER = re.compile(r"https://[^\s\"',}]+")
DEAD_SERVER = "https://127.0.0.1:1"  # an address where nothing answers, as the public one when no node runs
# What the cloud gives while there is no public address: a name that only the VPC resolves.
PRIVATE_KUBECONFIG = """apiVersion: v1
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


def check_subnet(inputs: Inputs) -> None:
    """The provider's own check of a private endpoint. Raises RefusedError."""
    if inputs.get("clusterIntranet") and not inputs.get("clusterIntranetSubnetId"):
        raise RefusedError("`cluster_intranet_subnet_id` must set when `cluster_intranet` is true")
    if inputs.get("clusterIntranetSubnetId") and not inputs.get("clusterIntranet"):
        raise RefusedError("`cluster_intranet_subnet_id` can only set when `cluster_intranet` is true")


def _create(account: Account, inputs: Inputs) -> str:
    cluster = inputs["clusterId"]
    check_subnet(inputs)
    account.need(cluster, "tke:DescribeClusterInstances", "InvalidParameter.ClusterNotFound")
    if not nodes_of(account, cluster):
        raise RefusedError("waiting for workers created")  # the provider's, after 15 minutes
    if inputs.get("clusterIntranet"):
        open_private(account, cluster, inputs)
    if inputs.get("clusterInternet"):
        open_public(account, cluster, inputs)
    return str(cluster)


def open_public(account: Account, cluster: str, inputs: Inputs) -> None:
    """A load balancer with a public address, when a node runs. Raises CloudError."""
    _need_node(account, cluster)
    group, options = inputs.get("clusterInternetSecurityGroup"), inputs.get("extensiveParameters", "")
    if not group or account.get(group) is None:
        raise CloudError(CREATE, "InvalidParameter", "SecurityGroup is invalid")
    _check_options(options)
    properties = account.get(cluster) or {}
    requested = {
        "securityGroups": [group],
        "options": options,
        "domain": inputs.get("clusterInternetDomain", ""),
    }
    if properties.get("internet") and any(
        properties.get(key, value) != value for key, value in requested.items()
    ):
        raise CloudError(CREATE, "ResourceInUse", f"the cluster {cluster} has a public endpoint already")
    _modify(account, cluster, internet=True, **requested)
    account.call(CREATE)


def open_private(account: Account, cluster: str, inputs: Inputs) -> None:
    """A load balancer in a subnet of the cluster's VPC, when a node runs. Raises CloudError."""
    _need_node(account, cluster)
    properties = account.get(cluster) or {}
    subnet = inputs["clusterIntranetSubnetId"]
    if account.need(subnet, CREATE, "InvalidParameter")["vpcId"] != properties.get("vpcId"):
        raise CloudError(CREATE, "InvalidParameter", f"{subnet} is not in the cluster's VPC")
    if properties.get("intranet", subnet) not in ("", subnet):
        raise CloudError(CREATE, "ResourceInUse", f"the cluster {cluster} has a private endpoint already")
    _modify(account, cluster, intranet=subnet)
    account.call(CREATE)


def _need_node(account: Account, cluster: str) -> None:
    if not nodes_of(account, cluster):
        raise CloudError(
            CREATE, "InvalidParameter", "No normal node cluster is not allowed to enable access endpoint"
        )


def _check_options(text: str) -> None:
    """The load balancer's options, which the cloud takes as JSON."""
    try:
        options: Any = json.loads(text or "{}")
        mbps = options.get("InternetAccessible", {}).get("InternetMaxBandwidthOut", 0)
    except (ValueError, AttributeError):
        raise CloudError(CREATE, "InvalidParameter", "ExtensiveParameters is no JSON object") from None
    if not 0 <= mbps <= MOST_MBPS:
        raise CloudError(
            CREATE, "InvalidParameter", f"InternetMaxBandwidthOut is {mbps}, and at most {MOST_MBPS}"
        )


def close_public(account: Account, cluster: str) -> None:
    _modify(account, cluster, internet=False, securityGroups=[], options="", domain="")
    account.call("tke:DeleteClusterEndpoint")


def close_private(account: Account, cluster: str) -> None:
    _modify(account, cluster, intranet="")
    account.call("tke:DeleteClusterEndpoint")


def _modify(account: Account, cluster: str, **changes: object) -> None:
    account.put(cluster, {**(account.get(cluster) or {}), **changes})


def _update(account: Account, cluster: str, old: Inputs, new: Inputs) -> None:
    """Updates the public endpoint first, as the provider does; of one that stays, group and domain change."""

    def changes(key: str) -> bool:
        return (old.get(key) or None) != (new.get(key) or None)

    if new.get("clusterInternet") and not changes("clusterInternet"):
        if changes("clusterInternetSecurityGroup"):
            group = new.get("clusterInternetSecurityGroup", "")
            account.need(group, "tke:ModifyClusterEndpointSP", "InvalidParameter")
            _modify(account, cluster, securityGroups=[group])
            account.call("tke:ModifyClusterEndpointSP")
        if changes("clusterInternetDomain"):
            close_public(account, cluster)
            open_public(account, cluster, new)
    elif changes("clusterInternet"):
        open_public(account, cluster, new) if new.get("clusterInternet") else close_public(account, cluster)
    if changes("clusterIntranet"):
        open_private(account, cluster, new) if new.get("clusterIntranet") else close_private(account, cluster)


def _delete(account: Account, cluster: str, _inputs: Inputs) -> None:
    properties = account.get(cluster) or {}
    if properties.get("internet"):
        close_public(account, cluster)
    if properties.get("intranet"):
        close_private(account, cluster)


def kubeconfig(account: Account, cluster: str) -> str:
    """The kubeconfig that the environment names; without one, what the cloud gives for no public address.

    It leads nowhere while no node runs. The account's switch `defaultDomain` makes it name the cluster's
    default domain although the endpoint is open (cloud-barista/cb-spider#843).
    """
    path = os.environ.get(KUBECONFIG)
    if not path:
        return PRIVATE_KUBECONFIG.format(cluster=cluster)
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise RefusedError(f"{KUBECONFIG} is {path}, but that cannot be read: {error.strerror}") from None
    if account.switches.get("defaultDomain"):
        return SERVER.sub(f"https://{cluster}.ccs.tencent-cloud.com", text)
    return text if nodes_of(account, cluster) else SERVER.sub(DEAD_SERVER, text)


def _address() -> str:
    """Address of the cluster that the environment names; empty when it names none."""
    path = os.environ.get(KUBECONFIG)
    match = SERVER.search(Path(path).read_text(encoding="utf-8")) if path else None
    return match.group().removeprefix("https://") if match else ""


def _read(account: Account, cluster: str, inputs: Inputs) -> Outputs:
    properties = account.get(cluster)
    if properties is None:
        raise RefusedError(f"cluster {cluster} not found")  # the official one does not drop it from the state
    return {
        "clusterDeployType": properties.get("clusterDeployType", "MANAGED_CLUSTER"),
        "clusterExternalEndpoint": _address() if properties.get("internet") else "",
        "kubeConfig": kubeconfig(account, cluster) if inputs.get("clusterInternet") else "",
        "kubeConfigIntranet": kubeconfig(account, cluster) if inputs.get("clusterIntranet") else "",
        "password": "",
        "pgwEndpoint": _address() if properties.get("intranet") else "",
        "userName": "admin",
    }


ENDPOINT = Kind(
    token="tencentcloud:Kubernetes/clusterEndpoint:ClusterEndpoint",
    create=_create,
    update=_update,
    delete=_delete,
    read=_read,
    # resource_tc_kubernetes_cluster_endpoint.go:158. It has no importer, and reads nothing else that is set.
    cloud_inputs=lambda _account, cluster: {"clusterId": cluster},
    computed=(
        "clusterDeployType",
        "clusterExternalEndpoint",
        "kubeConfig",
        "kubeConfigIntranet",
        "password",
        "pgwEndpoint",
        "userName",
    ),
    secret=("kubeConfig", "kubeConfigIntranet", "password"),
)
