"""What the stack's state knows from earlier runs, asked of the engine before anything is registered.

The engine's own invoke `pulumi:pulumi:readStackResourceOutputs` reads the last snapshot; of a stack that has
none, it panics (pulumi/pkg backend.go, GetStackResourceOutputs). So two other things say first whether there
is one: the stack's outputs, which a finished run has left, and a Stash, which every run since 2026-11 makes
before all else and which keeps the value of the first.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pulumi
from pulumi.runtime.sync_await import _sync_await

SECRET_MARK = "4dabf18193072939515e22adb298388d"  # sdk/go/common/resource: a dict with this key is a secret
PROVIDER = "pulumi:providers:kubernetes"
RULES = "tencentcloud:Security/groupRuleSet:GroupRuleSet"
ENDPOINT = "tencentcloud:Kubernetes/clusterEndpoint:ClusterEndpoint"
Identity = tuple[str, str, str]  # kind, namespace ("" for none), name


@dataclass(frozen=True, kw_only=True)
class RecordedState:
    """The Kubernetes part of a stack's last snapshot; empty for a new stack."""

    objects: Mapping[Identity, str] = field(default_factory=dict)
    """The uids of the objects that earlier runs have made; empty where the state has none."""
    cluster_identifier: str = ""
    """What the provider was given as the cluster's identity; empty before 2026-11."""
    api_cidrs: Sequence[str] = ()
    """Who may reach a TKE cluster's API server."""
    endpoint_kubeconfig: str = field(default="", repr=False)
    """The kubeconfig of a TKE cluster's endpoint; empty where there is none. It holds credentials."""


def recorded_state(name: str, opts: pulumi.ResourceOptions) -> RecordedState:
    """The state as the last run left it. Registers the Stash `name`."""
    now = datetime.now(UTC).isoformat()
    keep = pulumi.ResourceOptions(ignore_changes=["input"])
    stash = pulumi.Stash(name, pulumi.ResourceOptions.merge(opts, keep), input=now)
    first = _sync_await(stash.output.future())
    stack = pulumi.get_stack()
    if first == now and not _invoke("readStackOutputs", {"name": stack}):
        return RecordedState()
    return _parsed(_invoke("readStackResourceOutputs", {"stackName": stack}))


def _invoke(function: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    answer = pulumi.runtime.invoke(f"pulumi:pulumi:{function}", dict(arguments)).value
    return dict(answer.get("outputs") or {}) if isinstance(answer, Mapping) else {}


def _parsed(resources: Mapping[str, Any]) -> RecordedState:
    objects, identifier, kubeconfig, cidrs = dict[Identity, str](), "", "", list[str]()
    for urn, resource in resources.items():
        kind, outputs = str(resource["type"]), _plain(resource.get("outputs") or {})
        if kind == PROVIDER:
            identifier = str(outputs.get("clusterIdentifier") or "") or identifier
        elif kind == ENDPOINT:
            kubeconfig = str(outputs.get("kubeConfig") or "")
        elif kind == RULES and urn.endswith("-api-rules"):
            cidrs = [str(rule.get("cidrBlock")) for rule in outputs.get("ingresses") or ()]
        elif kind.startswith("kubernetes:"):
            objects.update(_object(kind, outputs))
    return RecordedState(
        objects=objects,
        cluster_identifier=identifier,
        api_cidrs=cidrs,
        endpoint_kubeconfig=kubeconfig,
    )


def _object(kind: str, outputs: Mapping[str, Any]) -> Iterator[tuple[Identity, str]]:
    meta = outputs.get("metadata")
    if isinstance(meta, Mapping) and meta.get("name"):
        identity = (kind.rpartition(":")[2], str(meta.get("namespace") or ""), str(meta["name"]))
        yield identity, str(meta.get("uid") or "")


def _plain(value: Any) -> Any:
    """A value without the marks of secrets."""
    if isinstance(value, Mapping):
        return (
            _plain(value.get("value")) if SECRET_MARK in value else {key: _plain(value[key]) for key in value}
        )
    return [_plain(item) for item in value] if isinstance(value, list) else value
