"""The seam between the program and a cluster: whatever kind it is, it gives a kubeconfig and a provider."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi.output import UNKNOWN

from components.api_servers import ApiServers
from components.ingress_change import check_ingress
from components.recorded_state import RecordedState, recorded_state
from components.secrets import Login, Secrets
from components.settings import Existing, Settings, Tke
from components.tekton import NAMESPACE as TEKTON_NAMESPACE
from inspection import cluster as inspection
from inspection.kubeconfig import Kubeconfig, KubeconfigError, read

if TYPE_CHECKING:
    from components.tke import TkeCluster

Claims = Collection[tuple[str, str]]
"""Kind and name of objects outside namespaces, the namespaces among them, that this program makes."""
Check = Callable[[RecordedState, "inspection.Cluster | None"], None]
"""A condition on the recorded state and the cluster (None: it cannot be asked). Raises pulumi.RunError."""
WEBHOOK_SERVICES = "tekton-pipelines-webhook", "tekton-triggers-webhook"


class ClusterError(pulumi.RunError):
    """A cluster that cannot be used, in one sentence."""


def connect(
    name: str,
    settings: Settings,
    secrets: Secrets,
    claims: Claims,
    opts: pulumi.ResourceOptions | None = None,
) -> ExistingCluster | TkeCluster:
    """The cluster that the settings mean, made or found.

    `claims` are refused where the cluster has them and the stack's state does not. Raises pulumi.RunError.
    """
    check = partial(check_ingress, settings)
    if isinstance(settings.cluster, Tke):
        # The cloud's SDK is loaded for a cluster in the cloud only.
        from components.tke import TkeCluster, TkeClusterArgs  # noqa: PLC0415

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
    registry_login: Login | None = None
    """The cluster comes with no registry."""
    egress: Sequence[pulumi.Output[str]] = ()
    """Private ranges that builds must reach."""
    api_servers: pulumi.Output[ApiServers]
    """Where pods reach the API server."""

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
            _asked(partial(args.check, state, cluster))
        unknown = cast(str, UNKNOWN)
        self.kubeconfig = pulumi.Output.secret(unknown if cluster is None else cluster.kubeconfig.text)
        self.provider = kubernetes.Provider(
            name,
            kubeconfig=self.kubeconfig,
            # Another address, certificate or context of the same cluster replaces nothing.
            cluster_identifier=unknown if cluster is None else cluster.uid,
            opts=child,
        )
        servers = cast(ApiServers, UNKNOWN) if cluster is None else _asked(cluster.api_servers)
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


def inspected(kubeconfig: Kubeconfig | None, state: RecordedState, where: str) -> inspection.Cluster | None:
    """A look at the cluster. None in the preview of a stack that is not in any cluster yet, when there is no
    kubeconfig or nothing answers. Raises ClusterError.
    """
    try:
        if kubeconfig is None:
            raise inspection.UnreachableError("there is no such file")
        return inspection.look(kubeconfig)
    except inspection.UnreachableError as error:
        if state.objects:
            raise ClusterError(
                f"{where}, but that cannot be asked: {error}. The stack has {len(state.objects)} objects "
                "there, and nothing can be planned without it: start the cluster, or name its kubeconfig"
            ) from None
        if not pulumi.runtime.is_dry_run():
            raise ClusterError(
                f"{where}, but that cannot be asked: {error}. Start the cluster, or name its kubeconfig"
            ) from None
        pulumi.log.warn(
            f"{where}, but that cannot be asked: {error}. This previews a cluster without objects"
        )
        return None


def check_identity(cluster: inspection.Cluster, state: RecordedState, where: str) -> None:
    """Refuses a cluster that is not the one in which the stack's objects are. Raises ClusterError."""
    if not state.objects:
        return
    if state.cluster_identifier:
        same = state.cluster_identifier == cluster.uid
    else:
        # Before 2026-11 no identity was kept; the namespaces' uids tell as much.
        recorded = state.objects.items()
        namespaces = {name: uid for (kind, _, name), uid in recorded if kind == "Namespace" and uid}
        same = not namespaces or any(cluster.namespaces.get(name) == uid for name, uid in namespaces.items())
    if not same:
        raise ClusterError(
            f"{where}, which is another cluster than the one with this stack's {len(state.objects)} objects: "
            "set cluster.context to the right context (`pulumi config set --path cluster.context NAME`), or "
            "make another stack for this cluster (`pulumi stack init NAME`)"
        )


def check_contents(cluster: inspection.Cluster, state: RecordedState, claims: Claims, *, adopt: bool) -> None:
    """Refuses what is in the way: objects of somebody else, and a Tekton that admits nothing.

    The provider would take over what exists, and `pulumi destroy` would delete it. Raises ClusterError.
    """
    foreign = [
        f"{kind} {name}"
        for kind in sorted({kind for kind, _ in claims})
        for name in _unrecorded(cluster, state, kind, claims)
    ]
    if foreign:
        shown = ", ".join(foreign[:3]) + (f" and {len(foreign) - 3} more" if len(foreign) > 3 else "")
        sentence = f"the cluster has {shown} already, and this stack has not made them"
        if not adopt:
            raise ClusterError(
                f"{sentence}: remove them, use another cluster, or, where an interrupted `pulumi up` of this "
                "stack made them, take them over with `pulumi config set --path cluster.adopt true`"
            )
        pulumi.log.warn(
            f"{sentence}; cluster.adopt is true, so it takes them over, and `destroy` deletes them"
        )
    if pulumi.runtime.is_dry_run():
        services = [
            (TEKTON_NAMESPACE, name)
            for name in WEBHOOK_SERVICES
            if ("Service", TEKTON_NAMESPACE, name) in state.objects
        ]
        if silent := _asked(lambda: cluster.without_endpoints(services)):
            namespace, name = silent[0]
            raise ClusterError(
                f"Tekton's webhook {name} has no ready pod, so nothing that it admits can be previewed: look "
                f"at `kubectl -n {namespace} get pods`; `pulumi up --skip-preview` goes on without a preview"
            )


def _unrecorded(cluster: inspection.Cluster, state: RecordedState, kind: str, claims: Claims) -> list[str]:
    """Names of claimed objects of a kind that the cluster has and the state does not."""
    missing = {name for other, name in claims if other == kind and (kind, "", name) not in state.objects}
    return sorted(missing & set(_asked(lambda: cluster.names(kind)))) if missing else []


def _asked(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except inspection.UnreachableError as error:
        raise ClusterError(f"the API server answered once and no more: {error}; run the same again") from None


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
