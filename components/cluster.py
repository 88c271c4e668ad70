"""The seam between the program and a cluster: whatever kind it is, it gives a kubeconfig and a provider."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as kubernetes

from components.secrets import Secrets
from components.settings import Cluster, Tke

if TYPE_CHECKING:
    from components.tke import TkeCluster

# For a preview without a kubeconfig. Leaving it unknown would be as true, but then a release's objects are
# not shown: the provider lists them only when it is configured. It takes an unreachable cluster for an
# empty one.
NOWHERE = {
    "apiVersion": "v1",
    "kind": "Config",
    "clusters": [{"name": "none", "cluster": {"server": "https://there-is-no-kubeconfig.invalid"}}],
    "users": [{"name": "none", "user": {}}],
    "contexts": [{"name": "none", "context": {"cluster": "none", "user": "none"}}],
    "current-context": "none",
}


def connect(
    name: str, settings: Cluster, secrets: Secrets, opts: pulumi.ResourceOptions | None = None
) -> ExistingCluster | TkeCluster:
    """The cluster that the settings mean, made or found."""
    if isinstance(settings, Tke):
        # The cloud's SDK is loaded for a cluster in the cloud only.
        from components.tke import TkeCluster, TkeClusterArgs  # noqa: PLC0415

        return TkeCluster(name, TkeClusterArgs(settings=settings, credentials=secrets.cloud), opts)
    access = kubeconfig(settings.kubeconfig, secrets.kubeconfig)
    return ExistingCluster(name, ExistingClusterArgs(kubeconfig=access), opts)


@dataclass(frozen=True, kw_only=True)
class ExistingClusterArgs:
    kubeconfig: pulumi.Input[str]
    """The kubeconfig's contents; a secret."""


class ExistingCluster(pulumi.ComponentResource):
    """A cluster that somebody else made. Nothing of it is created or deleted here."""

    kubeconfig: pulumi.Output[str]
    """The kubeconfig's contents, always secret."""
    provider: kubernetes.Provider
    """The provider for everything that goes into the cluster."""

    def __init__(
        self, name: str, args: ExistingClusterArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tekton-builds:cluster:ExistingCluster", name, None, opts)
        self.kubeconfig = pulumi.Output.secret(args.kubeconfig)
        self.provider = kubernetes.Provider(
            name, kubeconfig=self.kubeconfig, opts=pulumi.ResourceOptions(parent=self)
        )
        self.register_outputs({"kubeconfig": self.kubeconfig})


def kubeconfig(path: str, contents: pulumi.Output[str] | None) -> pulumi.Output[str]:
    """The contents, or else those of a file; `path` may be relative to the project and may start with ~.

    In a preview the file may be missing: every object then previews as new. Raises pulumi.RunError with one
    sentence otherwise.
    """
    if contents is not None:
        return contents
    file = Path(path).expanduser()
    try:
        return pulumi.Output.secret(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if not pulumi.runtime.is_dry_run():
            raise pulumi.RunError(
                f"cluster.kubeconfig is {path!r}, but there is no such file: "
                "start the cluster or name its kubeconfig"
            ) from None
        pulumi.log.warn(
            f"cluster.kubeconfig: there is no {path} yet, so this previews a cluster without objects"
        )
        return pulumi.Output.secret(json.dumps(NOWHERE))
    except (OSError, UnicodeDecodeError) as error:
        raise pulumi.RunError(f"cluster.kubeconfig is {path!r}, but that cannot be read: {error}") from None
