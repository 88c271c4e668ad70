"""What accounts may do, from the roles and bindings that grant it."""

from collections.abc import Iterable
from typing import Any

from tests.support.recorded import Recording

Rights = dict[str, dict[str, str]]
"""By `ACCOUNT in NAMESPACE` or `ACCOUNT everywhere`: verbs by GROUP/RESOURCE, with names if limited."""


def rights(objects: Iterable[dict[str, Any]]) -> Rights:
    """Of every subject of a binding among the objects; a binding to no role among them is an error."""
    everything = list(objects)
    roles = {
        (one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"]): one["rules"]
        for one in everything
        if one["kind"] in ("Role", "ClusterRole")
    }
    found: Rights = {}
    for binding in everything:
        if binding["kind"] not in ("RoleBinding", "ClusterRoleBinding"):
            continue
        place, reference = binding["metadata"].get("namespace"), binding["roleRef"]
        home = place if reference["kind"] == "Role" else None
        where = f"in {place}" if place else "everywhere"
        for subject in binding["subjects"]:
            who = f"{subject['kind']} {subject.get('namespace')}/{subject['name']} {where}"
            for rule in roles[reference["kind"], home, reference["name"]]:
                _add(found.setdefault(who.removeprefix("ServiceAccount "), {}), rule)
    return found


def _add(allowed: dict[str, str], rule: dict[str, Any]) -> None:
    limited = f" = {' '.join(rule['resourceNames'])}" if rule.get("resourceNames") else ""
    for group in rule["apiGroups"]:
        for resource in rule["resources"]:
            name = f"{group}/{resource}{limited}".lstrip("/")
            allowed[name] = " ".join([*allowed.get(name, "").split(), *rule["verbs"]])


def roles_of(recording: Recording) -> list[dict[str, Any]]:
    """The roles and bindings that the program itself makes, without those that releases bring."""
    kinds = ("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding")
    return [{**one, "kind": kind} for kind in kinds for one in recording.own(kind)]
