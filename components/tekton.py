"""Tekton Pipelines, Triggers and Interceptors from their release manifests, applied in stages.

The manifests as they come fail in most first runs: ConfigMaps and ClusterInterceptors meet an admission
webhook that is registered, but does not serve yet. So every object goes into one of four stages, across all
releases, and a stage starts when the one before it is ready. Beside them, what is made of Tekton's own kinds
comes as soon as its kind is there: the servers then find it when they start, and fill in its certificate at
once, not a minute later.
"""

import copy
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

NAMESPACE = "tekton-pipelines"  # the releases' own
RELEASES = ("tekton-pipelines", "tekton-triggers", "tekton-interceptors")

Object = dict[str, Any]

FOUNDATIONS, PLAIN, WORKLOADS, WEBHOOKS = STAGES = (
    "foundations",  # namespaces and CRDs: everything else stands in one or is made of one
    "plain",  # accounts, rights, configuration, empty Secrets: nothing intercepts these yet
    "workloads",  # Deployments, awaited; with their Services, which wait for the Deployments' pods
    "webhooks",  # from here on the API server asks Tekton: its servers run, so it gets an answer
)
INTERCEPTORS = "tekton-triggers-core-interceptors"
# Requests to the API server a second, and at once; the kubelet's. Every 5 s a signature's secret is read
# anew, by all deliveries that come meanwhile: with client-go's 5 and 10 some wait too long, and are lost.
CLIENT_LIMITS = {"KUBE_API_QPS": "50", "KUBE_API_BURST": "100"}
# They have 3 s for an answer; without a request they get what is left of a busy node.
REQUESTS = {"cpu": "100m", "memory": "64Mi"}
CUSTOM = "custom"  # beside the stages after the first: ClusterInterceptors
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
    everything = [one for objects in releases.values() for one in objects]
    custom = {one["spec"]["group"] for one in everything if one["kind"] == "CustomResourceDefinition"}
    stages: dict[str, list[Object]] = {stage: [] for stage in (*STAGES, CUSTOM)}
    for one in everything:
        group = one["apiVersion"].rpartition("/")[0]
        stage = CUSTOM if group in custom else _KINDS.get(one["kind"], PLAIN)
        stages[stage].append(_awaited(_unthrottled(one)))
    return stages


def _identity(one: Object) -> tuple[str, ...]:
    meta = one["metadata"]
    return (one["apiVersion"].rpartition("/")[0], one["kind"], meta.get("namespace", ""), meta["name"])


def _unthrottled(one: Object) -> Object:
    """A copy of the interceptors' Deployment that has CLIENT_LIMITS and REQUESTS; anything else as it is."""
    if (one["kind"], one["metadata"]["name"]) != ("Deployment", INTERCEPTORS):
        return one
    result = copy.deepcopy(one)
    for container in result["spec"]["template"]["spec"]["containers"]:
        given = [each for each in container.get("env", ()) if each["name"] not in CLIENT_LIMITS]
        container["env"] = given + [{"name": name, "value": value} for name, value in CLIENT_LIMITS.items()]
        container["resources"] = {"requests": REQUESTS} | container.get("resources", {})
    return result


def _awaited(one: Object) -> Object:
    """A copy that is ready only when Tekton's controllers have filled in the certificate they serve with.

    Without it a webhook is registered, but every object that it should admit is refused.
    """
    if "webhooks" in one:
        paths = [f"{{.webhooks[{index}].clientConfig.caBundle}}" for index in range(len(one["webhooks"]))]
    elif one["kind"] == "ClusterInterceptor":
        paths = ["{.spec.clientConfig.caBundle}"]
    else:
        return one
    conditions = [f"jsonpath={path}" for path in paths]
    result = copy.deepcopy(one)
    result["metadata"].setdefault("annotations", {})["pulumi.com/waitFor"] = (
        conditions[0] if len(conditions) == 1 else json.dumps(conditions)
    )
    return result


@dataclass(frozen=True, kw_only=True)
class TektonArgs:
    releases: Mapping[str, Sequence[Object]]
    """The objects of each release, by its name."""


class Tekton(pulumi.ComponentResource):
    """Tekton's parts, ready: what depends on this component is admitted by Tekton's webhooks."""

    namespace: pulumi.Output[str]
    """Where they are, known to whoever goes into it when it is there."""

    def __init__(self, name: str, args: TektonArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        stages = staged(args.releases)
        super().__init__("tekton-builds:tekton:Tekton", name, None, opts)
        self.namespace = pulumi.Output.from_input(NAMESPACE)
        before: Sequence[pulumi.Resource] = ()
        for stage in STAGES:
            # No value flows between stages: the order is all that makes the first run succeed.
            child = pulumi.ResourceOptions(parent=self, depends_on=before)
            if stages[stage]:
                group = kubernetes.yaml.v2.ConfigGroup(
                    f"{name}-{stage}", yaml=_text(stages[stage]), opts=child
                )
                before = [group]
                if stage == FOUNDATIONS:
                    self.namespace = group.urn.apply(lambda _: NAMESPACE)
            if stage == FOUNDATIONS:
                # They are ready when a workload has filled in their certificates. It does so when it starts,
                # or else every minute: hence before the workloads, and none of the stages waits for them.
                # When they go, the webhooks that are asked still run: a workload outlives its webhooks.
                kinds = pulumi.ResourceOptions(parent=self, depends_on=before)
                _custom_resources(name, stages[CUSTOM], kinds)
        self.register_outputs({"namespace": self.namespace})


def _text(objects: Iterable[Object]) -> str:
    """The objects as YAML documents, each in YAML's JSON form.

    `ConfigGroup(objs=...)` says the same, but the SDK walks every field of Tekton's CRDs: a second a run.
    """
    return "".join(f"---\n{json.dumps(one)}\n" for one in objects)


def _custom_resources(name: str, objects: Iterable[Object], opts: pulumi.ResourceOptions) -> None:
    """A ConfigGroup must know each kind's scope when it previews, and these kinds may not exist yet."""
    for one in objects:
        rest = {key: value for key, value in one.items() if key not in {"apiVersion", "kind", "metadata"}}
        kubernetes.apiextensions.CustomResource(
            f"{name}-{one['kind']}-{one['metadata']['name']}".lower(),
            api_version=one["apiVersion"],
            kind=one["kind"],
            metadata=one["metadata"],
            opts=opts,
            **rest,
        )
