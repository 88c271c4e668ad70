"""Super nodes of a TKE cluster: pods for which no node has room run there, each on a machine of its own.

A pod there has an address of the node's subnet and none of its own to the internet.
"""

import pulumi
import tencentcloud_iac_pulumi as tencentcloud

from components.cluster.tke.network import TkeNetwork
from settings.tke import Tke


def super_node_pool(
    name: str,
    settings: Tke,
    cluster_id: pulumi.Input[str],
    network: TkeNetwork,
    opts: pulumi.ResourceOptions,
) -> tencentcloud.kubernetes.ServerlessNodePool:
    """A pool with a super node in each of the nodes' subnets."""
    if settings.network.kind == "own" and not settings.network.nat:
        pulumi.log.warn(
            "cluster.superNodes is true, and cluster.network.nat is not: builds on super nodes reach neither "
            "forge nor registry on the internet"
        )
    return tencentcloud.kubernetes.ServerlessNodePool(
        name,
        name=f"{settings.name}-super",
        cluster_id=cluster_id,
        serverless_nodes=[
            tencentcloud.kubernetes.ServerlessNodePoolServerlessNodeArgs(subnet_id=subnet)
            for subnet in network.subnet_ids
        ],
        # Without one the API refuses it, and the provider does not say so.
        security_group_ids=network.node_groups,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=network.way_out)),
    )
