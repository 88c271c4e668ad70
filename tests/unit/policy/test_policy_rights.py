"""Who may do what in the cluster."""

from typing import Any

import pytest

from policy.rules import UNKNOWN, no_cluster_admin, no_far_reaching_role
from policy.rules.releases import RELEASE_ROLES
from tests.unit.policy.judge import Case, assert_accepted, refusal

RBAC = "rbac.authorization.k8s.io"
READ = ["get", "list", "watch"]
IMPERSONATE = (["serviceaccounts"], ["impersonate"])


def rule(resources: list[str], verbs: list[str], group: str = "", **more: Any) -> dict[str, Any]:
    return {"apiGroups": [group], "resources": resources, "verbs": verbs, **more}


def role(
    *rules: dict[str, Any], kind: str = "ClusterRole", name: str = "a", release: str = "", **more: Any
) -> Case:
    meta = {"name": name, "labels": {"app.kubernetes.io/part-of": release}}
    return f"kubernetes:{RBAC}/v1:{kind}", {"metadata": meta, "rules": list(rules), **more}


def bound(
    name: str, namespace: Any = "builds", *, kind: str = "ClusterRoleBinding", who: str = "ServiceAccount"
) -> Case:
    subjects = [{"kind": who, "name": "a", "namespace": namespace}]
    reference = {"apiGroup": RBAC, "kind": "ClusterRole", "name": name}
    return f"kubernetes:{RBAC}/v1:{kind}", {"roleRef": reference, "subjects": subjects}


def selected(**selector: Any) -> Case:
    return role(aggregationRule={"clusterRoleSelectors": [selector]})


@pytest.mark.parametrize("kind", ["ClusterRole", "Role", "ClusterRolePatch"])
def test_nobody_may_do_everything(kind: str) -> None:
    everything = role(rule(["*"], ["*"], "*"), kind=kind)
    refusal(no_cluster_admin, everything)
    assert_accepted(no_far_reaching_role, everything)  # it would say the same again


@pytest.mark.parametrize("kind", ["ClusterRoleBinding", "RoleBinding"])
def test_nobody_is_bound_to_do_everything(kind: str) -> None:
    refusal(no_cluster_admin, bound("cluster-admin", kind=kind))
    assert_accepted(no_cluster_admin, bound("view", kind=kind))


def test_it_is_refused_in_a_list_too() -> None:
    _, body = role(rule(["*"], ["*"], "*"))
    refusal(no_cluster_admin, (f"kubernetes:{RBAC}/v1:ClusterRoleList", {"items": [body]}))


@pytest.mark.parametrize(
    ("case", "what"),
    [
        *((role(rule(["secrets"], [verb])), "every Secret") for verb in (*READ, "*")),
        (role(rule(["pods", "secrets"], READ)), "every Secret"),
        (role(rule(["*"], READ)), "every Secret"),
        (role(rule(["*"], READ, "*")), "every Secret"),
        (role(rule(["secrets"], ["get"], "*")), "every Secret"),
        (role(rule(["secrets"], ["get"], resourceNames=[])), "every Secret"),
        (role(rule(["clusterroles"], ["escalate"], RBAC)), "rights that it has not"),
        (role(rule(["roles"], ["escalate"], RBAC), kind="Role"), "rights that it has not"),
        (role(rule(["clusterroles"], ["escalate"], RBAC, resourceNames=["a"])), "rights that it has not"),
        (role(rule(["clusterroles"], ["bind"], RBAC)), "bind roles"),
        (role(rule(["clusterroles"], ["bind"], RBAC, resourceNames=["view", "cluster-admin"])), "bind roles"),
        *((role(rule([who], ["impersonate"])), "act as") for who in ("users", "groups", "serviceaccounts")),
        (role(rule(["userextras/scopes"], ["impersonate"], "authentication.k8s.io")), "act as"),
        (role(rule(*IMPERSONATE), kind="Role"), "act as"),
        (role(rule(["groups"], ["impersonate"], resourceNames=["system:masters"])), "act as"),
        (role(rule(["serviceaccounts"], ["*"])), "act as"),
        (selected(matchLabels={f"{RBAC}/aggregate-to-admin": "true"}), "every Secret"),
        (
            selected(matchExpressions=[{"key": f"{RBAC}/aggregate-to-edit", "operator": "Exists"}]),
            "every Secret",
        ),
        (selected(), "every Secret"),
        (bound("admin"), "admin"),
        (bound("edit", who="Group"), "edit"),
    ],
)
def test_a_role_that_reaches_too_far_is_refused(case: Case, what: str) -> None:
    assert what in refusal(no_far_reaching_role, case)


def test_a_role_that_is_added_to_upstreams_own_is_judged_like_any() -> None:
    labels = {f"{RBAC}/aggregate-to-view": "true"}
    kind, body = role(rule(["secrets"], READ))
    refusal(no_far_reaching_role, (kind, {**body, "metadata": {"name": "a", "labels": labels}}))


@pytest.mark.parametrize(
    "case",
    [
        role(rule(["secrets"], ["get"], resourceNames=["a"])),
        role(rule(["secrets"], READ), kind="Role"),
        role(rule(["secrets"], ["create"])),
        role(rule(["secrets"], READ, "example.com")),
        role(rule(["*"], READ, "example.com")),
        role(rule(["roles", "rolebindings"], READ, RBAC)),
        role(rule(["clusterroles"], ["bind"], RBAC, resourceNames=["view"])),
        role(rule(["serviceaccounts"], ["impersonate"], resourceNames=["builder"])),
        role(rule(["pods"], ["*"])),
        role({"nonResourceURLs": ["*"], "verbs": ["get"]}),
        role(aggregationRule={"clusterRoleSelectors": [{"matchLabels": {"team": "a"}}]}),
        ("kubernetes:example.com/v1:ClusterRole", {"rules": [rule(["secrets"], READ)]}),
        bound("view"),
        bound("admin", kind="RoleBinding"),
        bound(UNKNOWN),  # type: ignore[arg-type]
    ],
)
def test_a_role_that_does_not_is_accepted(case: Case) -> None:
    assert_accepted(no_far_reaching_role, case)


def _needs(powers: frozenset[str]) -> dict[str, Any]:
    return rule(["secrets"], READ) if powers == {"reads"} else rule(*IMPERSONATE)


@pytest.mark.parametrize(("release", "name"), RELEASE_ROLES)
def test_a_role_of_a_release_may_do_what_it_needs_and_no_role_but_that(release: str, name: str) -> None:
    needed = _needs(RELEASE_ROLES[release, name].powers)
    assert RELEASE_ROLES[release, name].reason
    assert_accepted(no_far_reaching_role, role(needed, name=name, release=release))
    refusal(no_far_reaching_role, role(needed, name=f"{name}-2", release=release))
    refusal(no_far_reaching_role, role(needed, name=name))
    refusal(no_far_reaching_role, role(needed, name=name, release="another"))
    more = rule(["clusterroles"], ["escalate"], RBAC)
    refusal(no_far_reaching_role, role(needed, more, name=name, release=release))


@pytest.mark.parametrize(("release", "name"), RELEASE_ROLES)
def test_accounts_of_a_release_alone_are_bound_to_its_roles(release: str, name: str) -> None:
    for namespace in RELEASE_ROLES[release, name].accounts:
        assert_accepted(no_far_reaching_role, bound(name, namespace))
        refusal(no_far_reaching_role, bound(name, namespace, who="Group"))
    refusal(no_far_reaching_role, bound(name, "builds"))
