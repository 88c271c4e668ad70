"""The stack's state from earlier runs, read from the engine before anything is registered.

The engine's own invoke `pulumi:pulumi:readStackResourceOutputs` reads the last snapshot; of a stack that has
none, it panics (pulumi/pkg backend.go, GetStackResourceOutputs). So two other things say first whether there
is one: the stack's outputs, which a finished run has left, and a Stash, which every run since 2026-11 makes
before all else and which keeps the value of the first.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pulumi
from google.protobuf.struct_pb2 import Value
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import get_monitor
from pulumi.runtime.sync_await import _sync_await

SECRET_MARK = "4dabf18193072939515e22adb298388d"  # sdk/go/common/resource: a dict with this key is a secret
PROVIDER = "pulumi:providers:kubernetes"
CLUSTER = "tencentcloud:Kubernetes/cluster:Cluster"
RULES = "tencentcloud:Security/groupRuleSet:GroupRuleSet"
ENDPOINT = "tencentcloud:Kubernetes/clusterEndpoint:ClusterEndpoint"
NODE_POOL = "tencentcloud:Kubernetes/nodePool:NodePool"
Identity = tuple[str, str, str]  # kind, namespace ("" for none), name
Fields = Mapping[str, Value]


@dataclass(frozen=True, kw_only=True)
class RecordedEndpoint:
    """Recorded endpoint of a TKE cluster's API server."""

    kubeconfig: str = field(repr=False)
    """It holds credentials."""
    address: str
    """The endpoint's, as the cloud tells it apart from the kubeconfig; empty where it does not."""


@dataclass(frozen=True, kw_only=True)
class RecordedState:
    """The Kubernetes part of a stack's last snapshot; empty for a new stack."""

    objects: Mapping[Identity, str] = field(default_factory=dict)
    """The uids of the objects that earlier runs have made; empty where the state has none."""
    cluster_identifier: str = ""
    """Cluster identity that the provider got; empty before 2026-11."""
    cluster_id: str = ""
    """Id of a TKE cluster with an endpoint; empty without one."""
    cluster_version: str = ""
    """Kubernetes' version of a TKE cluster, as the last `up` or refresh has left it; empty: there is none."""
    cluster_level: str = ""
    """The size of its control plane, likewise."""
    api_cidrs: Sequence[str] = ()
    """CIDRs that may reach a TKE cluster's API server."""
    public_endpoint: RecordedEndpoint | None = None
    private_endpoint: RecordedEndpoint | None = None
    """The one inside the VPC."""
    node_image: str = ""
    """Name or id of the image that a TKE cluster's nodes have; empty where there are none."""
    imported_pools: Collection[str] = ()
    """Names of a TKE cluster's node pools whose password the state has not: nothing reads one back."""


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


def _invoke(function: str, arguments: Mapping[str, str]) -> Fields:
    """The outputs that an engine's function answers, as they came.

    The SDK's own invoke makes Python values of them all: half a second for a whole state.
    """
    request = resource_pb2.ResourceInvokeRequest(tok=f"pulumi:pulumi:{function}", acceptResources=True)
    request.args.update(arguments)
    monitor = get_monitor()
    assert monitor is not None, "a program runs under an engine"
    response = monitor.Invoke(request)
    if response.failures:
        raise pulumi.RunError("; ".join(failure.reason for failure in response.failures))
    outputs: Fields = getattr(response, "return").fields["outputs"].struct_value.fields
    return outputs


def _parsed(resources: Fields) -> RecordedState:
    objects, identifier, cidrs = dict[Identity, str](), "", list[str]()
    cluster, endpoint = Value(), Value()
    image, imported = "", list[str]()
    for urn, resource in resources.items():
        kind = _text(resource, "type")
        outputs = _field(resource, "outputs")
        if kind == PROVIDER:
            identifier = _text(outputs, "clusterIdentifier") or identifier
        elif kind == CLUSTER:
            cluster = outputs
        elif kind == ENDPOINT:
            endpoint = outputs
        elif kind == NODE_POOL:
            image = _text(outputs, "nodeOs")
            if not _text(_field(outputs, "autoScalingConfig"), "password"):
                imported.append(_text(outputs, "name"))
        elif kind == RULES and urn.endswith("-api-rules"):
            rules = _field(outputs, "ingresses").list_value.values
            cidrs = [_text(_plain(rule), "cidrBlock") for rule in rules]
        elif kind.startswith("kubernetes:"):
            objects.update(_object(kind, _field(outputs, "metadata")))
    return RecordedState(
        objects=objects,
        cluster_identifier=identifier,
        cluster_id=_text(endpoint, "clusterId"),
        cluster_version=_text(cluster, "clusterVersion"),
        cluster_level=_text(cluster, "clusterLevel"),
        api_cidrs=cidrs,
        public_endpoint=_endpoint(endpoint, "clusterInternet", "kubeConfig", "clusterExternalEndpoint"),
        private_endpoint=_endpoint(endpoint, "clusterIntranet", "kubeConfigIntranet", "pgwEndpoint"),
        node_image=image,
        imported_pools=imported,
    )


def _endpoint(outputs: Value, is_open: str, kubeconfig: str, address: str) -> RecordedEndpoint | None:
    """None where it is closed: the provider keeps its kubeconfig."""
    text = _text(outputs, kubeconfig)
    if not (text and _field(outputs, is_open).bool_value):
        return None
    return RecordedEndpoint(kubeconfig=text, address=_text(outputs, address))


def _object(kind: str, metadata: Value) -> Iterator[tuple[Identity, str]]:
    if name := _text(metadata, "name"):
        yield (kind.rpartition(":")[2], _text(metadata, "namespace"), name), _text(metadata, "uid")


def _text(holder: Value, key: str) -> str:
    return str(_field(holder, key).string_value)


def _field(holder: Value, key: str) -> Value:
    """The value of a mapping's key; an empty one where there is none."""
    fields = holder.struct_value.fields
    return _plain(fields[key]) if key in fields else Value()


def _plain(value: Value) -> Value:
    """A value without the mark of a secret."""
    fields = value.struct_value.fields
    return fields["value"] if SECRET_MARK in fields else value
