"""A cluster that somebody else made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import cast

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi.output import UNKNOWN

from components.cluster.api_servers import ApiServers
from components.cluster.checks import (
    Check,
    Claims,
    ClusterError,
    asked,
    check_contents,
    check_identity,
    inspected,
)
from components.cluster.recorded_state import recorded_state
from inspection.kubeconfig import Kubeconfig, KubeconfigError, read
from settings import Existing
from settings.secrets import BasicAuthCredentials


@dataclass(frozen=True, kw_only=True)
class ExistingClusterArgs:
    settings: Existing
    kubeconfig: Kubeconfig | None = field(repr=False)
    """None: there is no kubeconfig yet, and this is a preview."""
    claims: Claims = ()
    check: Check | None = None


class ExistingCluster(pulumi.ComponentResource):
    """A cluster that somebody else made. Nothing of it is created or deleted here."""

    kubeconfig: pulumi.Output[str]
    """The kubeconfig's contents, always secret."""
    provider: kubernetes.Provider
    """The provider for everything that goes into the cluster."""
    registry_login: BasicAuthCredentials | None = None
    """The cluster comes with no registry."""
    egress: Sequence[pulumi.Output[str]] = ()
    """Private ranges that builds must reach."""
    api_servers: pulumi.Output[ApiServers]
    """Addresses at which pods reach the API server."""

    def __init__(
        self, name: str, args: ExistingClusterArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tekton-builds:cluster:ExistingCluster", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        state = recorded_state(f"{name}-state", child)
        where = _where(args.settings, args.kubeconfig)
        cluster = inspected(args.kubeconfig, state, where)
        if cluster is not None:
            check_identity(cluster, state, where)
            check_contents(cluster, state, args.claims, adopt=args.settings.adopt)
        if args.check is not None:
            asked(partial(args.check, state, cluster))
        unknown = cast(str, UNKNOWN)
        self.kubeconfig = pulumi.Output.secret(unknown if cluster is None else cluster.kubeconfig.text)
        self.provider = kubernetes.Provider(
            name,
            kubeconfig=self.kubeconfig,
            # Another address, certificate or context of the same cluster replaces nothing.
            cluster_identifier=unknown if cluster is None else cluster.uid,
            opts=child,
        )
        servers = cast(ApiServers, UNKNOWN) if cluster is None else asked(cluster.api_servers)
        self.api_servers = pulumi.Output.from_input(servers)
        self.register_outputs({"kubeconfig": self.kubeconfig})


def _where(settings: Existing, kubeconfig: Kubeconfig | None) -> str:
    """The subject of a sentence about the cluster that the settings lead to."""
    source = (
        f"cluster.kubeconfig is {settings.kubeconfig!r}"
        if settings.kubeconfig
        else ("the secret kubeconfig is set")
    )
    return (
        source
        if kubeconfig is None
        else f"{source}, whose context {kubeconfig.context!r} leads to {kubeconfig.server}"
    )


def load_kubeconfig(settings: Existing, contents: str | None) -> Kubeconfig | None:
    """The kubeconfig of the settings' file or, where `contents` is not None, of the secret.

    The path may be relative to the project and may start with ~. None in a preview when there is no such
    file.
    Raises ClusterError.
    """
    path = settings.kubeconfig
    try:
        if contents is not None:
            return read(contents, context=settings.context)
        file = Path(path).expanduser()
        return read(file.read_text(encoding="utf-8"), context=settings.context, folder=file.resolve().parent)
    except KubeconfigError as error:
        source = "the secret kubeconfig" if contents is not None else f"cluster.kubeconfig is {path!r}: it"
        raise ClusterError(f"{source} {error}") from None
    except FileNotFoundError:
        if not pulumi.runtime.is_dry_run():
            raise ClusterError(
                f"cluster.kubeconfig is {path!r}, but there is no such file: "
                "start the cluster or name its kubeconfig"
            ) from None
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise ClusterError(f"cluster.kubeconfig is {path!r}, but that cannot be read: {error}") from None
