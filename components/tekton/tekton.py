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

from components.kube import workloads
from components.kube.disruption import budget
from components.kube.objects import Objects, ObjectsArgs
from components.kube.waiting import NO_WAIT, annotated, wait_for

NAMESPACE = "tekton-pipelines"  # the releases' own
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


def group_by_stage(releases: Mapping[str, Sequence[Object]]) -> dict[str, list[Object]]:
    """The objects of all releases by stage, each with the readiness it is awaited by.

    Raises TektonError when two releases define one object: whichever came last would win, at every `up`.
    """
    owners: dict[tuple[str, ...], str] = {}
    for release, objects in releases.items():
        for item in objects:
            if (other := owners.setdefault(_identity(item), release)) != release:
                raise TektonError(
                    f"{other} and {release} both define {'/'.join(filter(None, _identity(item)))}"
                )
    everything = workloads.fitted([item for objects in releases.values() for item in objects])
    custom = {item["spec"]["group"] for item in everything if item["kind"] == "CustomResourceDefinition"}
    stages: dict[str, list[Object]] = {stage: [] for stage in (*STAGES, CUSTOM)}
    for item in everything:
        group = item["apiVersion"].rpartition("/")[0]
        stage = CUSTOM if group in custom else _KINDS.get(item["kind"], PLAIN)
        stages[stage].append(_add_wait_condition(item))
    return stages


def _identity(item: Object) -> tuple[str, ...]:
    meta = item["metadata"]
    return (item["apiVersion"].rpartition("/")[0], item["kind"], meta.get("namespace", ""), meta["name"])


def _add_wait_condition(item: Object) -> Object:
    """A copy with what the provider waits for before the object counts as made.

    A webhook's configuration is ready when Tekton's controllers have filled in the certificate that they
    serve with: before that, every object that it should admit is refused. A Service is not waited for, as the
    Deployment behind it is, and the provider lets ten seconds go by after each change of its endpoints.
    """
    if "webhooks" in item:
        paths = [f"{{.webhooks[{index}].clientConfig.caBundle}}" for index in range(len(item["webhooks"]))]
        return annotated(item, wait_for([f"jsonpath={path}" for path in paths]))
    return annotated(item, NO_WAIT) if item["kind"] == "Service" else item


@dataclass(frozen=True, kw_only=True)
class TektonArgs:
    releases: Mapping[str, Sequence[Object]]
    """The objects of each release, by its name."""
    priorities: Sequence[pulumi.Resource] = ()
    """The PriorityClasses, which the workloads name."""


class Tekton(pulumi.ComponentResource):
    """Tekton's parts, ready."""

    namespace: pulumi.Output[str]
    """Namespace of Tekton, known once it exists."""
    namespaces: Mapping[str, pulumi.Resource]
    """The releases' namespaces, by name."""
    ready: Sequence[pulumi.Resource]
    """Resources to depend on for objects that Tekton's webhooks admit."""

    def __init__(self, name: str, args: TektonArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        stages = group_by_stage(args.releases)
        super().__init__("tekton-builds:tekton:Tekton", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        # When all goes, the namespaces are the last: one that still has pods is looked at again late.
        foundations = Objects(
            f"{name}-{FOUNDATIONS}",
            ObjectsArgs(objects=stages[FOUNDATIONS], last=["CustomResourceDefinition"]),
            child,
        )
        self.namespaces = foundations.namespaces
        tekton_namespace = self.namespaces.get(NAMESPACE)
        self.namespace = (
            tekton_namespace.urn.apply(lambda _: NAMESPACE)
            if tekton_namespace
            else pulumi.Output.from_input(NAMESPACE)
        )
        definitions = [
            resource for resource in foundations.resources if resource not in self.namespaces.values()
        ]
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
        for item in workloads.budgets(objects):
            home = self.namespaces.get(item.namespace)
            opts = pulumi.ResourceOptions(parent=self, deleted_with=home, depends_on=[home] if home else None)
            budget(
                f"{name}-budget-{item.name}",
                item.name,
                item.namespace,
                item.pods,
                component="tekton",
                opts=opts,
            )


def _custom_resources(
    name: str, objects: Iterable[Object], opts: pulumi.ResourceOptions
) -> list[pulumi.Resource]:
    return [
        kubernetes.apiextensions.CustomResource(
            f"{name}-{item['kind']}-{item['metadata']['name']}".lower(),
            api_version=item["apiVersion"],
            kind=item["kind"],
            metadata=item["metadata"],
            opts=opts,
            **{key: value for key, value in item.items() if key not in {"apiVersion", "kind", "metadata"}},
        )
        for item in objects
    ]
