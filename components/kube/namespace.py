"""A namespace with the Pod Security level that it enforces, and what goes with it."""

from collections.abc import Sequence
from typing import Literal

import pulumi
import pulumi_kubernetes as kubernetes

from components.kube.metadata import labels


def namespace(
    resource: str,
    name: str,
    *,
    component: str,
    pod_security: Literal["privileged", "baseline", "restricted"],
    opts: pulumi.ResourceOptions,
) -> kubernetes.core.v1.Namespace:
    """Makes it."""
    return kubernetes.core.v1.Namespace(
        resource,
        metadata={
            "name": name,
            "labels": labels(component, {"pod-security.kubernetes.io/enforce": pod_security}),
        },
        opts=opts,
    )


def inside(
    parent: pulumi.Resource, home: pulumi.Resource, depends_on: Sequence[pulumi.Resource] = ()
) -> pulumi.ResourceOptions:
    """Options of an object in the namespace `home`, which `pulumi destroy` deletes in its place.

    For objects only: a component's children would inherit it, wherever they are.
    """
    return pulumi.ResourceOptions(parent=parent, deleted_with=home, depends_on=depends_on)
