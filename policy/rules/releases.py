"""Exceptions for roles of upstream's releases, as data; there are no others.

Written from the manifests of Tekton Pipelines v1.15.0, Tekton Triggers v0.37.0 and ingress-nginx v1.15.1 and
v1.4.0. A role is one of these by its name and by its label `app.kubernetes.io/part-of`, the release's.
"""

from typing import NamedTuple


class ReleaseRole(NamedTuple):
    """`powers` are those of rights.py; `accounts` the namespaces whose accounts may be bound to the role."""

    powers: frozenset[str]
    accounts: tuple[str, ...]
    reason: str


READS, IMPERSONATES = frozenset({"reads"}), frozenset({"impersonates"})
RELEASE_ROLES = {
    ("tekton-pipelines", "tekton-pipelines-controller-tenant-access"): ReleaseRole(
        READS, ("tekton-pipelines",), "the controller gives runs of any namespace their Secrets"
    ),
    ("tekton-pipelines", "tekton-pipelines-resolvers-resolution-request-updates"): ReleaseRole(
        READS, ("tekton-pipelines-resolvers",), "resolvers log in with a Secret beside the run that asks"
    ),
    ("tekton-triggers", "tekton-triggers-core-interceptors"): ReleaseRole(
        READS, ("tekton-pipelines",), "interceptors check a signature with the Secret beside the listener"
    ),
    ("tekton-triggers", "tekton-triggers-eventlistener-clusterroles"): ReleaseRole(
        READS, (), "for listeners; upstream binds nobody to it, and the program's listener has its own role"
    ),
    ("tekton-triggers", "tekton-triggers-eventlistener-roles"): ReleaseRole(
        IMPERSONATES, (), "for triggers with an account of their own; bound to nobody, as above"
    ),
    ("ingress-nginx", "ingress-nginx"): ReleaseRole(
        READS, ("ingress-nginx",), "the controller reads the certificates that Ingress objects name"
    ),
}
