"""The seam between the program and a cluster: whatever kind it is, it gives a kubeconfig and a provider."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import pulumi

from components.cluster.checks import Claims
from components.cluster.existing import ExistingCluster, ExistingClusterArgs, load_kubeconfig
from components.cluster.recorded_state import RecordedState
from inspection import cluster as inspection
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
    check: Callable[[Settings, RecordedState, inspection.Cluster | None], None],
) -> ExistingCluster | TkeCluster:
    """The cluster that the settings mean, made or found.

    `claims` are refused where the cluster has them and the stack's state does not; `check` is a condition of
    the caller's own on settings, state and cluster (None: it cannot be asked). Raises pulumi.RunError.
    """
    condition = partial(check, settings)
    if isinstance(settings.cluster, Tke):
        # The cloud's SDK is loaded for a cluster in the cloud only.
        from components.cluster.tke.cluster import TkeCluster, TkeClusterArgs  # noqa: PLC0415

        arguments = TkeClusterArgs(
            settings=settings.cluster,
            credentials=secrets.cloud,
            claims=claims,
            registry=settings.registry,
            check=condition,
        )
        return TkeCluster(name, arguments, opts)
    existing = settings.cluster
    kubeconfig = load_kubeconfig(existing, secrets.kubeconfig)
    return ExistingCluster(
        name,
        ExistingClusterArgs(settings=existing, kubeconfig=kubeconfig, claims=claims, check=condition),
        opts,
    )
