"""The metadata that every object of ours carries."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict

PART_OF = "tekton-builds"


def labels(component: str, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Kubernetes' recommended labels, by which `kubectl get -l` finds what this program made."""
    return {
        "app.kubernetes.io/component": component,
        "app.kubernetes.io/managed-by": "pulumi",
        "app.kubernetes.io/part-of": PART_OF,
        **(more or {}),
    }


def metadata(
    name: pulumi.Input[str],
    namespace: pulumi.Input[str] | None = None,
    *,
    component: str,
    annotations: Mapping[str, str] | None = None,
) -> ObjectMetaArgsDict:
    """ObjectMeta with an exact name: people and other objects refer to it, so Pulumi may add no suffix.

    `namespace` is None for cluster-wide kinds.
    """
    meta: dict[str, Any] = {"name": name, "labels": labels(component)}
    if namespace is not None:
        meta["namespace"] = namespace
    if annotations:
        meta["annotations"] = annotations
    return meta
