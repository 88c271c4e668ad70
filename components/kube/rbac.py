"""Rights of a service account: a role and its binding, in one namespace or in the whole cluster."""

from collections.abc import Sequence

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.rbac.v1 import PolicyRuleArgsDict, RoleRefArgsDict, SubjectArgsDict

from components.kube.metadata import metadata


def policy_rule(group: str, *resources: str, verbs: Sequence[str]) -> PolicyRuleArgsDict:
    """One rule; the core group is the empty string."""
    return {"api_groups": [group], "resources": list(resources), "verbs": list(verbs)}


def bind(
    resource: str,
    name: str,
    account: kubernetes.core.v1.ServiceAccount,
    rules: Sequence[PolicyRuleArgsDict],
    *,
    namespace: pulumi.Input[str] | None,
    component: str,
    opts: pulumi.ResourceOptions,
) -> pulumi.Resource:
    """Binds `account` to `rules` in `namespace`, or in the whole cluster if None. Returns the binding."""
    rbac = kubernetes.rbac.v1
    meta = metadata(name, namespace, component=component)
    subjects: list[SubjectArgsDict] = [
        {"kind": "ServiceAccount", "name": account.metadata.name, "namespace": account.metadata.namespace}
    ]
    kind = "ClusterRole" if namespace is None else "Role"
    role: kubernetes.rbac.v1.Role | kubernetes.rbac.v1.ClusterRole
    if namespace is None:
        role = rbac.ClusterRole(resource, metadata=meta, rules=rules, opts=opts)
    else:
        role = rbac.Role(resource, metadata=meta, rules=rules, opts=opts)
    reference: RoleRefArgsDict = {
        "api_group": "rbac.authorization.k8s.io",
        "kind": kind,
        "name": role.metadata.name,
    }
    binding = rbac.ClusterRoleBinding if namespace is None else rbac.RoleBinding
    return binding(resource, metadata=meta, role_ref=reference, subjects=subjects, opts=opts)
