"""Objects whose kind a ResourceQuota has not counted yet.

A quota refuses what it names and has not counted. Kubernetes' controller looks for new kinds every 30
seconds, and counts them at the quota's next change, or after five minutes. In TKE each namespace has the
quota tke-default-quota, which names every kind: what is made right after its CustomResourceDefinition is
refused for a while, and the provider tries no refusal again.
"""

import asyncio

import pulumi

REFUSAL = "status unknown for quota"  # apiserver, pkg/admission/plugin/resourcequota/controller.go
PAUSES = (5, 10, 20, *[30] * 11)  # seconds; together longer than the controller's five minutes


def quota_retry() -> pulumi.ResourceTransformation:
    """Has the Kubernetes objects below a resource tried again while a quota has not counted their kind.

    A program makes one. A preview needs none: the provider shows what is refused as it was asked for.
    """
    hook = pulumi.ErrorHook("quota-retry", _is_to_be_tried_again)

    def add(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if not args.type_.startswith("kubernetes:"):
            return None
        hooks = pulumi.ResourceOptions(hooks=pulumi.ResourceHookBinding(on_error=[hook]))
        return pulumi.ResourceTransformationResult(
            props=args.props, opts=pulumi.ResourceOptions.merge(args.opts, hooks)
        )

    return add


async def _is_to_be_tried_again(args: pulumi.ErrorHookArgs) -> bool:
    failures = len(args.errors)
    if REFUSAL not in args.errors[0] or failures > len(PAUSES):
        return False
    if failures == 1:
        pulumi.log.info(f"{args.name} waits until the cluster's quota has counted objects of its kind")
    await asyncio.sleep(PAUSES[failures - 1])
    return True
