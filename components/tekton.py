"""Tekton Pipelines, Triggers and Interceptors from their release manifests, applied in stages.

The manifests as they come fail in most first runs: ConfigMaps and ClusterInterceptors meet an admission
webhook that is registered, but does not serve yet. So every object goes into one of four stages, across all
releases, and workloads and webhooks start when what is before them is ready. Beside them, what is made of
Tekton's own kinds comes as soon as its kind is there: the servers then find it when they start, and fill in
its certificate at once, not a minute later.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components import workloads
from components.disruption import budget
from components.kube.objects import Objects, ObjectsArgs
from components.kube.waiting import NO_WAIT, annotated, wait_for

NAMESPACE = "tekton-pipelines"  # the releases' own
RELEASES = ("tekton-pipelines", "tekton-triggers", "tekton-interceptors")

Object = dict[str, Any]

FOUNDATIONS, PLAIN, WORKLOADS, WEBHOOKS = STAGES = (
    "foundations",  # namespaces and CRDs: everything else stands in one or is made of one
    "plain",  # accounts, rights, configuration, empty Secrets: nothing intercepts these yet
    "workloads",  # Deployments, awaited, with their Services
    "webhooks",  # from here on the API server asks Tekton: its servers run, so it gets an answer
)
CUSTOM = "custom"  # before the workloads: ClusterInterceptors
_KINDS = {
    "Namespace": FOUNDATIONS,
    "CustomResourceDefinition": FOUNDATIONS,
    "Deployment": WORKLOADS,
    "Service": WORKLOADS,
    "StatefulSet": WORKLOADS,
    "DaemonSet": WORKLOADS,
    "Job": WORKLOADS,
    "MutatingWebhookConfiguration": WEBHOOKS,
    "ValidatingWebhookConfiguration": WEBHOOKS,
}


class TektonError(pulumi.RunError):
    """Release manifests that do not fit together; one sentence."""


def staged(releases: Mapping[str, Sequence[Object]]) -> dict[str, list[Object]]:
    """The objects of all releases by stage, each with the readiness it is awaited by.

    Raises TektonError when two releases define one object: whichever came last would win, at every `up`.
    """
    owners: dict[tuple[str, ...], str] = {}
    for release, objects in releases.items():
        for one in objects:
            if (other := owners.setdefault(_identity(one), release)) != release:
                raise TektonError(
                    f"{other} and {release} both define {'/'.join(filter(None, _identity(one)))}"
                )
    everything = workloads.fitted([one for objects in releases.values() for one in objects])
    custom = {one["spec"]["group"] for one in everything if one["kind"] == "CustomResourceDefinition"}
    stages: dict[str, list[Object]] = {stage: [] for stage in (*STAGES, CUSTOM)}
    for one in everything:
        group = one["apiVersion"].rpartition("/")[0]
        stage = CUSTOM if group in custom else _KINDS.get(one["kind"], PLAIN)
        stages[stage].append(_awaited(one))
    return stages


def _identity(one: Object) -> tuple[str, ...]:
    meta = one["metadata"]
    return (one["apiVersion"].rpartition("/")[0], one["kind"], meta.get("namespace", ""), meta["name"])


def _awaited(one: Object) -> Object:
    """A copy with what the provider waits for before the object counts as made.

    A webhook's configuration is ready when Tekton's controllers have filled in the certificate that they
    serve with: before that, every object that it should admit is refused. A Service is not waited for, as the
    Deployment behind it is, and the provider lets ten seconds go by after each change of its endpoints.
    """
    if "webhooks" in one:
        paths = [f"{{.webhooks[{index}].clientConfig.caBundle}}" for index in range(len(one["webhooks"]))]
        return annotated(one, wait_for([f"jsonpath={path}" for path in paths]))
    return annotated(one, NO_WAIT) if one["kind"] == "Service" else one


@dataclass(frozen=True, kw_only=True)
class TektonArgs:
    releases: Mapping[str, Sequence[Object]]
    """The objects of each release, by its name."""
    priorities: Sequence[pulumi.Resource] = ()
    """The PriorityClasses, which the workloads name."""


class Tekton(pulumi.ComponentResource):
    """Tekton's parts, ready."""

    namespace: pulumi.Output[str]
    """Where they are, known to whoever goes into it when it is there."""
    namespaces: Mapping[str, pulumi.Resource]
    """The releases' namespaces, by name."""
    ready: Sequence[pulumi.Resource]
    """What depends on these is admitted by Tekton's webhooks."""

    def __init__(self, name: str, args: TektonArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        stages = staged(args.releases)
        super().__init__("tekton-builds:tekton:Tekton", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        # When all goes, the namespaces are the last: one that still has pods is looked at again late.
        foundations = Objects(
            f"{name}-{FOUNDATIONS}",
            ObjectsArgs(objects=stages[FOUNDATIONS], last=["CustomResourceDefinition"]),
            child,
        )
        self.namespaces = foundations.namespaces
        own = self.namespaces.get(NAMESPACE)
        self.namespace = own.urn.apply(lambda _: NAMESPACE) if own else pulumi.Output.from_input(NAMESPACE)
        definitions = [one for one in foundations.resources if one not in self.namespaces.values()]
        plain = self._stage(name, PLAIN, stages, depends_on=[])
        # The server behind them fills in their certificate when it starts, before it says that it is ready
        # (triggers cmd/interceptors/main.go), or else every minute: so they come first, and nothing waits for
        # them. When they go, no webhook asks about them any more.
        interceptors = _custom_resources(
            name, stages[CUSTOM], pulumi.ResourceOptions(parent=self, depends_on=definitions)
        )
        before = [*definitions, *plain, *interceptors]
        running = self._stage(name, WORKLOADS, stages, depends_on=[*before, *args.priorities])
        webhooks = self._stage(name, WEBHOOKS, stages, depends_on=running or before)
        self.ready = webhooks or running or before
        self._budgets(name, stages[WORKLOADS])
        self.register_outputs({"namespace": self.namespace})

    def _stage(
        self,
        name: str,
        stage: str,
        stages: Mapping[str, Sequence[Object]],
        *,
        depends_on: Sequence[pulumi.Resource],
    ) -> Sequence[pulumi.Resource]:
        args = ObjectsArgs(objects=stages[stage], depends_on=depends_on, namespaces=self.namespaces)
        return Objects(f"{name}-{stage}", args, pulumi.ResourceOptions(parent=self)).resources

    def _budgets(self, name: str, objects: Sequence[Object]) -> None:
        """One replica is there while the nodes are drained, one after the other."""
        for one in workloads.budgets(objects):
            home = self.namespaces.get(one.namespace)
            opts = pulumi.ResourceOptions(parent=self, deleted_with=home, depends_on=[home] if home else None)
            budget(
                f"{name}-budget-{one.name}", one.name, one.namespace, one.pods, component="tekton", opts=opts
            )


def _custom_resources(
    name: str, objects: Iterable[Object], opts: pulumi.ResourceOptions
) -> list[pulumi.Resource]:
    return [
        kubernetes.apiextensions.CustomResource(
            f"{name}-{one['kind']}-{one['metadata']['name']}".lower(),
            api_version=one["apiVersion"],
            kind=one["kind"],
            metadata=one["metadata"],
            opts=opts,
            **{key: value for key, value in one.items() if key not in {"apiVersion", "kind", "metadata"}},
        )
        for one in objects
    ]
