"""A hook that keeps an update of an autoscaled pool from ending nodes on which builds run.

With every update of a pool, whatever it is for, the provider sends the number of nodes that the stack's state
has (terraform-provider-tencentcloud 1.82.42, resource_tc_kubernetes_node_pool_extension.go, 590 to 636).
"""

import pulumi

from components.cluster.tke.account import TencentCloudLookups, TkeError


def only_if_recorded(name: str, account: TencentCloudLookups) -> pulumi.ResourceHookBinding:
    """Ends an update of a pool with TkeError when the state does not have the pool's number of nodes."""

    async def check(args: pulumi.ResourceHookArgs) -> None:
        cluster_id, _, pool_id = args.id.partition("#")
        recorded = int((args.old_outputs or {})["desiredCapacity"])
        desired = await account.desired_nodes(cluster_id, pool_id)
        if desired != recorded:
            raise TkeError(
                f"the node pool {pool_id} has {desired} nodes, and the stack's state says {recorded}: an "
                "update would take the state's number to the cloud and end nodes on which builds run; run "
                f"`pulumi up --stack {pulumi.get_stack()} --refresh`"
            )

    return pulumi.ResourceHookBinding(before_update=[pulumi.ResourceHook(name, check)])
