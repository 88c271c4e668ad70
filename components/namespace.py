"""A namespace with the Pod Security level that it enforces."""

from typing import Literal

import pulumi
import pulumi_kubernetes as kubernetes

from components.metadata import labels


def namespace(
    resource: str,
    name: str,
    *,
    component: str,
    pod_security: Literal["privileged", "baseline", "restricted"],
    opts: pulumi.ResourceOptions,
) -> pulumi.Output[str]:
    """Makes it; its name, known to whoever goes into it when it is there."""
    made = kubernetes.core.v1.Namespace(
        resource,
        metadata={
            "name": name,
            "labels": labels(component, {"pod-security.kubernetes.io/enforce": pod_security}),
        },
        opts=opts,
    )
    return made.metadata.name
