"""Operations that a killed `pulumi up` had begun, in a stack's state as `pulumi stack export` gives it."""

from collections.abc import Mapping
from typing import Any


def list_pending(deployment: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Operations that were begun and are not recorded as done; empty when `deployment` is None."""
    return (deployment or {}).get("pending_operations") or []


def take_over(deployment: dict[str, Any]) -> list[str]:
    """Makes resources of the Kubernetes objects whose creation was begun, and forgets all that is pending.

    Their URNs are returned: a refresh must say whether they are there. Of other resources nothing can be
    known. What was being updated or deleted still stands in the state as it was, and is done again.
    """
    resources = deployment.setdefault("resources", [])
    urns = {resource["urn"] for resource in resources}
    new_urns = []
    for operation in list_pending(deployment):
        resource = operation["resource"]
        identity = kubernetes_id(resource)
        if operation["type"] == "creating" and identity and resource["urn"] not in urns:
            resources.append({**resource, "id": identity, "outputs": resource["inputs"]})
            new_urns.append(resource["urn"])
    deployment.pop("pending_operations", None)
    return new_urns


def kubernetes_id(resource: Mapping[str, Any]) -> str | None:
    """The id, NAMESPACE/NAME, that the Kubernetes provider gives an object; None for another resource."""
    metadata = (resource.get("inputs") or {}).get("metadata")
    if not resource["type"].startswith("kubernetes:") or not isinstance(metadata, Mapping):
        return None
    name, namespace = metadata.get("name"), metadata.get("namespace")
    if not isinstance(name, str):
        return None
    return f"{namespace}/{name}" if isinstance(namespace, str) else name
