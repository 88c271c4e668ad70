"""URNs and aliases, as Pulumi's engine reads them (sdk/go/common/resource/urn, pkg/resource/deploy)."""

from collections.abc import Mapping, Sequence
from typing import Any

STACK = "pulumi:pulumi:Stack"
Resources = Mapping[str, Mapping[str, Any]]
"""Resources that a program registered, by URN."""


def urn_of(stack: str, project: str, parent: str, kind: str, name: str) -> str:
    """The URN of a resource. `parent`: a URN; empty or the stack's: none but the stack."""
    parents = "" if not parent else parent.split("::")[2]
    qualified = kind if parents in ("", STACK) else f"{parents}${kind}"
    return f"urn:pulumi:{stack}::{project}::{qualified}::{name}"


def reference(provider: str) -> str:
    """The URN in a reference to a provider, URN::ID; empty for none."""
    return provider.rpartition("::")[0]


def earlier_urns(resource: Mapping[str, Any], resources: Resources) -> set[str]:
    """The URNs under which the state may have the resource: those of its own aliases, and those that follow
    from the aliases of the parents above it.
    """
    current, parent = str(resource["urn"]), str(resource["parent"])
    stack, project = current.removeprefix("urn:pulumi:").split("::")[:2]
    kind, name = str(resource["type"]), str(resource["name"])
    result = set()
    for parent_urn, parent_name in _parents(parent, resources):
        for spec in ({}, *resource["aliases"]):
            if "urn" in spec:
                result.add(spec["urn"])
                continue
            above = "" if spec.get("noParent") else spec.get("parentUrn") or parent_urn
            # A child that is named after its parent was named after the parent's earlier name.
            child_name = name
            if above == parent_urn and parent in resources and name.startswith(resources[parent]["name"]):
                child_name = parent_name + name.removeprefix(resources[parent]["name"])
            place = spec.get("stack", stack), spec.get("project", project)
            result.add(urn_of(*place, above, spec.get("type", kind), spec.get("name") or child_name))
    return result - {current}


def _parents(parent: str, resources: Resources) -> Sequence[tuple[str, str]]:
    """URN and name of the parent, now and under each of its earlier URNs."""
    if parent not in resources:
        return [(parent, "")]
    earlier = sorted(earlier_urns(resources[parent], resources))
    return [(urn, urn.rpartition("::")[2]) for urn in (parent, *earlier)]
