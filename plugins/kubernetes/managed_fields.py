"""Who owns which field: https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management"""

from __future__ import annotations

import copy
from typing import Any

from plugins.kubernetes.state import CLIENT_SIDE_MANAGER
from plugins.kubernetes.values import Properties

# Fields once written by these are ours to take: kubectl's, and those of this provider's own creates, which
# are client-side. Else the first update would leave two owners, and a field removed from the program would
# stay.
TAKEN_OVER = {
    ("kubectl", "Apply"),
    ("kubectl", "Update"),
    ("before-first-apply", "Update"),
    (CLIENT_SIDE_MANAGER, "Update"),
    ("pulumi-kubernetes.exe", "Update"),
    ("pulumi-resource-kubernetes", "Update"),
}


def take_over(live: Properties, manager: str) -> list[dict[str, Any]] | None:
    """A JSON patch that makes `manager` the owner of what the predecessors wrote; None when there is nothing
    to do.

    What the API server's clients call upgrading managed fields from client-side to server-side apply.
    """
    entries = live.get("metadata", {}).get("managedFields") or []
    old = [entry for entry in entries if _is_predecessor(entry, manager)]
    if not old:
        return None
    ours = [entry for entry in entries if _is_ours(entry, manager)]
    merged = copy.deepcopy((ours or old)[0])
    for entry in [*ours[1:], *old]:
        _union(merged["fieldsV1"], entry.get("fieldsV1") or {})
    merged |= {"manager": manager, "operation": "Apply"}
    rest = [entry for entry in entries if entry not in old and entry not in ours]
    return [
        {"op": "replace", "path": "/metadata/managedFields", "value": [*rest, merged]},
        # Someone may have written since we read: then the server refuses, and nothing is lost.
        {"op": "replace", "path": "/metadata/resourceVersion", "value": live["metadata"]["resourceVersion"]},
    ]


def is_client_side(live: Properties) -> bool:
    """Whether this provider wrote it without server-side apply, or nobody knows who did."""
    entries = live.get("metadata", {}).get("managedFields") or []
    return not entries or any(
        _is_predecessor(entry, "") and entry["manager"] != "kubectl" for entry in entries
    )


def belongs_to_others_only(live: Properties, path: tuple[str | int, ...], manager: str) -> bool:
    """Whether somebody owns the field at `path` (keys only), and `manager` does not."""
    owners = {
        entry.get("manager")
        for entry in live.get("metadata", {}).get("managedFields") or []
        if _has(entry.get("fieldsV1") or {}, path)
    }
    return bool(owners) and manager not in owners


def _is_predecessor(entry: dict[str, Any], manager: str) -> bool:
    key = (entry.get("manager"), entry.get("operation"))
    return key in TAKEN_OVER and key != (manager, "Apply") and not entry.get("subresource")


def _is_ours(entry: dict[str, Any], manager: str) -> bool:
    return (
        entry.get("manager") == manager and entry.get("operation") == "Apply" and not entry.get("subresource")
    )


def _union(into: dict[str, Any], other: dict[str, Any]) -> None:
    for key, value in other.items():
        _union(into.setdefault(key, {}), value)


def _has(fields: dict[str, Any], path: tuple[str | int, ...]) -> bool:
    for step in path:
        if f"f:{step}" not in fields:
            return False
        fields = fields[f"f:{step}"]
    return True
