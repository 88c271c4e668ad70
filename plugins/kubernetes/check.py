"""Check: the program's inputs, completed with a name and a namespace."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from google.protobuf.struct_pb2 import Struct

from plugins.kubernetes import kinds
from plugins.kubernetes.cluster import Cluster
from plugins.kubernetes.errors import PluginError
from plugins.kubernetes.naming import AUTONAMED, Kind, autoname, kind_of_token, name_of_urn, token_of_urn
from plugins.kubernetes.secrecy import mark
from plugins.kubernetes.shape import READ_ONLY_METADATA, annotation
from plugins.kubernetes.values import UNKNOWN, Properties, part_from_wire, reveal

MANAGED_BY = "app.kubernetes.io/managed-by"


class AutonamingMode(IntEnum):
    """Of `pulumi:autonaming` in the stack's configuration."""

    PROPOSE = 0
    ENFORCE = 1
    DISABLE = 2


@dataclass(frozen=True)
class Autonaming:
    mode: AutonamingMode
    name: str


def check(
    urn: str,
    olds: Properties,
    news: Properties,
    *,
    seed: bytes,
    autonaming: Autonaming | None,
    cluster: Cluster,
) -> Properties:
    """The inputs to keep, secret where the program's are. Raises PluginError for what cannot be made."""
    kind = kind_of_token(token_of_urn(urn))
    _refuse_special(kind)
    inputs, old = reveal(news), reveal(olds)
    inputs.setdefault("apiVersion", kind.api_version)
    inputs.setdefault("kind", kind.kind)
    metadata = inputs.get("metadata") or {}
    if metadata is not UNKNOWN:
        metadata = {key: value for key, value in metadata.items() if key not in READ_ONLY_METADATA}
        inputs["metadata"] = metadata
        if not metadata.get("name"):
            _name(metadata, old, cluster, autonaming or _default_name(urn, seed))
        if not metadata.get("namespace") and _takes_namespace(kind, old, cluster):
            metadata["namespace"] = cluster.default_namespace
        labelled = not old or MANAGED_BY in _labels(old)
        labels = metadata.get("labels") or {}
        if labelled and not cluster.settings.server_side_apply and isinstance(labels, dict):
            metadata["labels"] = {**labels, MANAGED_BY: "pulumi"}
    if kinds.is_crd(inputs):
        spec = inputs.get("spec") or {}
        cluster.remember_scope(spec.get("group"), (spec.get("names") or {}).get("kind"), spec.get("scope"))
    return mark(inputs, news)


def is_unchanged(olds: Struct, news: Struct, cluster: Cluster) -> bool:
    """Whether the program wrote just what came of the last Check: then there is nothing to do but to
    remember a CRD. Nothing is decoded, and the messages are compared in C."""
    if not olds.fields or olds != news:
        return False
    if part_from_wire(news, "kind") == "CustomResourceDefinition":
        scope = [part_from_wire(news, "spec", *path) for path in (("group",), ("names", "kind"), ("scope",))]
        cluster.remember_scope(*scope)
    return True


def _takes_namespace(kind: Kind, old: Properties, cluster: Cluster) -> bool:
    if old.get("metadata") and not old["metadata"].get("namespace"):
        return False  # found out last time; a run that changes nothing need not ask the server again
    # Of an unknown scope: its CRD is not there yet. Create takes the namespace back if it is cluster-wide.
    return cluster.is_namespaced(kind.api_version, kind.kind) is not False


def _default_name(urn: str, seed: bytes) -> Autonaming:
    return Autonaming(AutonamingMode.PROPOSE, autoname(name_of_urn(urn), seed))


def _name(metadata: Properties, old: Properties, cluster: Cluster, autonaming: Autonaming) -> None:
    annotations = metadata.get("annotations")
    if annotation(old, AUTONAMED) == "true":
        metadata["name"] = old["metadata"]["name"]
    elif metadata.get("generateName"):
        if cluster.settings.server_side_apply:
            raise PluginError("the `.metadata.generateName` field is not supported in Server-Side Apply mode")
        return
    elif autonaming.mode == AutonamingMode.DISABLE:
        raise PluginError("autonaming is disabled, resource requires the .metadata.name field to be set")
    else:
        metadata["name"] = autonaming.name
    if annotations is None or isinstance(annotations, dict):
        metadata["annotations"] = {**(annotations or {}), AUTONAMED: "true"}


def _refuse_special(kind: Kind) -> None:
    if not kinds.is_built_in(kind.api_version):
        return
    if kind.kind.endswith("Patch"):
        raise PluginError(
            f"{kind.api_version}/{kind.kind}: patch resources are not supported by the stand-in for the "
            "kubernetes "
            "plugin; install the official plugin (pulumi plugin install resource kubernetes) to use them"
        )
    if kind.kind.endswith("List"):
        raise PluginError(
            "list resources exist for compatibility with YAML manifests and Helm charts, and cannot be "
            "created "
            "directly. Use the underlying resource type instead"
        )


def _labels(obj: Properties) -> Properties:
    labels = (obj.get("metadata") or {}).get("labels")
    return labels if isinstance(labels, dict) else {}
