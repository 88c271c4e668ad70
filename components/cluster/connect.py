"""The seam between the program and a cluster: whatever kind it is, it gives a kubeconfig and a provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

from components.cluster.checks import Check, Claims
from components.cluster.existing import ExistingCluster, ExistingClusterArgs, load_kubeconfig
from settings import Settings, Tke
from settings.secrets import Secrets

if TYPE_CHECKING:
    from components.cluster.tke.cluster import TkeCluster


def connect(
    name: str,
    settings: Settings,
    secrets: Secrets,
    opts: pulumi.ResourceOptions | None = None,
    *,
    claims: Claims,
    check: Check,
) -> ExistingCluster | TkeCluster:
    """The cluster that the settings mean, made or found.

    `claims` are refused where the cluster has them and the stack's state does not; `check` is a condition of
    the caller's own. Raises pulumi.RunError.
    """
    if isinstance(settings.cluster, Tke):
        # The cloud's SDK is loaded for a cluster in the cloud only.
        from components.cluster.tke.cluster import TkeCluster, TkeClusterArgs  # noqa: PLC0415

        arguments = TkeClusterArgs(
            settings=settings.cluster,
            credentials=secrets.cloud,
            claims=claims,
            registry=settings.registry,
            check=check,
        )
        return TkeCluster(name, arguments, opts)
    existing = settings.cluster
    kubeconfig = load_kubeconfig(existing, secrets.kubeconfig)
    return ExistingCluster(
        name,
        ExistingClusterArgs(settings=existing, kubeconfig=kubeconfig, claims=claims, check=check),
        opts,
    )
