"""PodDisruptionBudgets: replicas that a drain of nodes may take away at once."""

from collections.abc import Mapping

import pulumi
import pulumi_kubernetes as kubernetes

from components.kube.metadata import metadata


def budget(
    resource: str,
    name: str,
    namespace: pulumi.Input[str],
    pods: Mapping[str, str],
    *,
    component: str,
    opts: pulumi.ResourceOptions,
) -> None:
    """Makes a PodDisruptionBudget: all of the pods with these labels but one stay."""
    kubernetes.policy.v1.PodDisruptionBudget(
        resource,
        metadata=metadata(name, namespace, component=component),
        spec={
            "max_unavailable": 1,
            "selector": {"match_labels": dict(pods)},
            # A pod that is not ready serves nobody, and must not hold up a drain.
            "unhealthy_pod_eviction_policy": "AlwaysAllow",
        },
        opts=opts,
    )
