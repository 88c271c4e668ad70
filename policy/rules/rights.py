"""Rules for rights in the cluster."""

from collections.abc import Iterator, Mapping
from typing import Any

from .releases import RELEASE_ROLES
from .resource import Object, Resource, at, items, objects

RBAC = "rbac.authorization.k8s.io"
READS, ESCALATES, BINDS, IMPERSONATES = "reads", "escalates", "binds", "impersonates"
SENTENCES = {
    READS: "it reads every Secret of the cluster: list some in `resourceNames`, or use a Role in a namespace",
    ESCALATES: "it may give a role rights that it has not itself: remove the verb `escalate`",
    BINDS: "it may bind roles whose rights it has not itself: list harmless roles in `resourceNames`",
    IMPERSONATES: "it may act as anybody: list harmless names in `resourceNames`, or remove `impersonate`",
}
# Kubernetes' own roles that read every Secret where they are bound for the whole cluster, and labels by which
# a role collects what they have.
WIDE_ROLES = ("cluster-admin", "admin", "edit")
AGGREGATED = tuple(f"{RBAC}/aggregate-to-{name}" for name in WIDE_ROLES)


def no_cluster_admin(resource: Resource) -> Iterator[str]:
    """Nobody may do everything."""
    for item in _rbac(resource):
        if item.kind.endswith("RoleBinding"):
            if item.at("roleRef", "name") == "cluster-admin":
                yield "it binds cluster-admin: whoever it binds may do everything"
        elif any(_allows_everything(rule) for rule in items(item.at("rules"))):
            yield "it allows every verb on every resource, as cluster-admin does"


def no_far_reaching_role(resource: Resource) -> Iterator[str]:
    """No role reads every Secret of the cluster, escalates, binds or impersonates.

    The roles of the releases that need it are in releases.py, and their bindings are to accounts of the
    release: another account that is bound to such a role would have it by a detour.
    """
    for item in _rbac(resource):
        if item.kind == "ClusterRoleBinding":
            yield from _binding(item)
        elif not item.kind.endswith("RoleBinding"):
            powers = {power for rule in items(item.at("rules")) for power in _powers(rule, item.kind)}
            if _aggregates(item):
                powers.add(READS)
            exception = RELEASE_ROLES.get((item.part_of, item.name))
            if item.kind == "ClusterRole" and exception:
                powers -= exception.powers
            yield from (SENTENCES[power] for power in sorted(powers))


def _rbac(resource: Resource) -> Iterator[Object]:
    return (item for item in objects(resource) if item.group == RBAC)


def _allows_everything(rule: Any) -> bool:
    return all("*" in items(at(rule, key)) for key in ("apiGroups", "resources", "verbs"))


def _powers(rule: Any, kind: str) -> Iterator[str]:
    """Powers of SENTENCES in a rule; none where it gives everything, which no_cluster_admin reports."""
    if _allows_everything(rule):
        return
    groups, resources, verbs, names = (
        {item for item in items(at(rule, key)) if isinstance(item, str)}
        for key in ("apiGroups", "resources", "verbs", "resourceNames")
    )

    def has(group: str, *kinds: str) -> bool:
        return bool(groups & {group, "*"} and resources & {*kinds, "*"})

    is_harmless = bool(names) and not any(_is_powerful(name) for name in names)
    if kind == "ClusterRole" and has("", "secrets") and verbs & {"get", "list", "watch", "*"} and not names:
        yield READS
    if has(RBAC, "roles", "clusterroles"):
        if verbs & {"escalate", "*"}:
            yield ESCALATES
        if verbs & {"bind", "*"} and not is_harmless:
            yield BINDS
    # Of users, groups, accounts, and `uids` and `userextras/...` in another group.
    impersonates = "impersonate" in verbs or ("*" in verbs and has("", "users", "groups", "serviceaccounts"))
    if impersonates and not is_harmless:
        yield IMPERSONATES


def _is_powerful(name: str) -> bool:
    return name in WIDE_ROLES or name.startswith("system:")


def _aggregates(role: Object) -> bool:
    """True when the role collects the rights of Kubernetes' own `admin` or `edit`."""
    for selector in items(role.at("aggregationRule", "clusterRoleSelectors")):
        labels, expressions = at(selector, "matchLabels"), list(items(at(selector, "matchExpressions")))
        keys = [
            *(labels if isinstance(labels, Mapping) else ()),
            *(at(expression, "key") for expression in expressions),
        ]
        # One that selects by nothing selects every role.
        if selector == {} or any(key in AGGREGATED for key in keys):
            return True
    return False


def _binding(binding: Object) -> Iterator[str]:
    name = binding.at("roleRef", "name")
    exceptions = [exception for (_, role), exception in RELEASE_ROLES.items() if role == name]
    homes = [home for exception in exceptions for home in exception.accounts]
    # Of cluster-admin no_cluster_admin speaks.
    if not exceptions and name not in ("admin", "edit"):
        return
    for subject in items(binding.at("subjects")):
        place = at(subject, "namespace")
        if at(subject, "kind") != "ServiceAccount" or (place not in homes and isinstance(place, str)):
            yield (
                f"it binds {name}, which reaches into every namespace, to {at(subject, 'name')}: bind a role "
                "with fewer rights"
            )
