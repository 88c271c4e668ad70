"""The objects of manifests made ready for registration: lists taken apart, namespaces filled in, secrets
marked, put in order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

from plugins.kubernetes import kinds
from plugins.kubernetes.errors import PluginError
from plugins.kubernetes.values import UNKNOWN, Properties, Secret, has_unknown, reveal

DEPENDS_ON = "config.kubernetes.io/depends-on"
SKIP_AWAIT = "pulumi.com/skipAwait"
# Needed in the clear: they are in the resource's URN.
IDENTITY = ("apiVersion", "kind", "metadata")


class Identity(NamedTuple):
    """What tells an object from others, as `config.kubernetes.io/depends-on` names it."""

    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        parts = [self.group, "namespaces", self.namespace] if self.namespace else [self.group]
        return "/".join([*parts, self.kind, self.name])


@dataclass(eq=False)
class Child:
    """One object on its way to become a resource. `origin` says where it was read, for messages."""

    obj: Properties
    origin: str
    depends_on: list[Identity] = field(default_factory=list)

    @property
    def identity(self) -> Identity:
        metadata = reveal(self.obj["metadata"])
        group = str(self.obj["apiVersion"]).rpartition("/")[0]
        return Identity(group, self.obj["kind"], metadata.get("namespace") or "", metadata["name"])

    @property
    def token(self) -> str:
        api_version = self.obj["apiVersion"]
        return f"kubernetes:{api_version if '/' in api_version else 'core/' + api_version}:{self.obj['kind']}"

    def resource_name(self, prefix: str) -> str:
        identity = self.identity
        name = f"{identity.namespace}/{identity.name}" if identity.namespace else identity.name
        return f"{prefix}:{name}" if prefix else name


def children_of(value: Any, origin: str) -> tuple[list[Child], int]:
    """The objects in `value` (a document; with secrets and unknowns when a program gave it), and the number
    of those whose identity is not known yet. Lists are taken apart, as kubectl does it.

    Raises PluginError for what is no object.
    """
    secret = isinstance(value, Secret)
    obj = value.value if isinstance(value, Secret) else value
    if obj is UNKNOWN:
        return [], 1
    if not isinstance(obj, dict):
        raise PluginError(f"{origin}: a Kubernetes object is expected, not {_shortened(obj)}")
    for key in ("apiVersion", "kind"):
        obj = {**obj, key: reveal(obj.get(key))}
    items = reveal(obj.get("items")) if isinstance(obj.get("items"), Secret) else obj.get("items")
    if isinstance(items, list) and str(obj["kind"]).endswith("List"):
        found = [children_of(Secret(item) if secret else item, origin) for item in items]
        return [child for children, _ in found for child in children], sum(number for _, number in found)
    if any(obj[key] is UNKNOWN for key in ("apiVersion", "kind")):
        return [], 1
    metadata = _opened(obj.get("metadata"))
    if metadata is UNKNOWN:
        return [], 1
    if not obj["apiVersion"] or not obj["kind"]:
        raise PluginError(
            f"{origin}: a Kubernetes object needs apiVersion and kind: {_shortened(reveal(obj))}"
        )
    if isinstance(metadata, dict):
        for key in ("name", "namespace"):
            if key in metadata:
                metadata = {**metadata, key: reveal(metadata[key])}
        if UNKNOWN in (metadata.get("name"), metadata.get("namespace")):
            return [], 1
    if not isinstance(metadata, dict) or not metadata.get("name"):
        raise PluginError(f"{origin}: {obj['kind']} needs a metadata.name: {_shortened(reveal(obj))}")
    # "core/v1" is how Pulumi's tokens write it; the API server says v1.
    obj = {**obj, "apiVersion": str(obj["apiVersion"]).removeprefix("core/"), "metadata": dict(metadata)}
    return [Child(_hidden(obj, entirely=secret), origin)], 0


def _opened(value: Any) -> Any:
    return value.value if isinstance(value, Secret) else value


def _hidden(obj: Properties, *, entirely: bool) -> Properties:
    """With everything secret but the identity when `entirely`; what a Secret holds is always."""
    hidden = (
        set(obj) - set(IDENTITY) if entirely else {"data", "stringData"} if kinds.is_secret(obj) else set()
    )
    obj = {key: _secret(value) if key in hidden else value for key, value in obj.items()}
    if entirely:
        obj["metadata"] = {
            key: value if key in {"name", "namespace"} else _secret(value)
            for key, value in obj["metadata"].items()
        }
    return obj


def _secret(value: Any) -> Secret:
    return value if isinstance(value, Secret) else Secret(value)


def with_namespaces(
    children: Iterable[Child], default: str, is_namespaced: Callable[[str, str], bool | None]
) -> tuple[list[Child], set[str]]:
    """The children with the default namespace where one is needed and none is given, and the kinds of which
    nobody can say whether they need one: no CRD among the objects, nor `is_namespaced`.
    """
    children = list(children)
    scopes = {}
    for child in children:
        if kinds.is_crd(child.obj):
            scopes[_defined(child)] = _spec(child).get("scope") == "Namespaced"
    placed, unresolved = [], set()
    for child in children:
        api_version, kind = child.obj["apiVersion"], child.obj["kind"]
        if child.identity.namespace:
            placed.append(child)
            continue
        namespaced = scopes.get((api_version.rpartition("/")[0], kind))
        if namespaced is None:
            namespaced = is_namespaced(api_version, kind)
        if namespaced is None:
            unresolved.add(f"{api_version}/{kind}")
        if namespaced:
            metadata = {**child.obj["metadata"], "namespace": default}
            child = replace(child, obj={**child.obj, "metadata": metadata})  # noqa: PLW2901
        placed.append(child)
    return placed, unresolved


def without_await(child: Child) -> Child:
    """With the annotation that makes the provider not wait for it."""
    metadata = child.obj["metadata"]
    annotations = metadata.get("annotations")
    if annotations is UNKNOWN:
        return child
    annotated: Any = {**(_opened(annotations) or {}), SKIP_AWAIT: "true"}
    if isinstance(annotations, Secret):
        annotated = Secret(annotated)
    return replace(child, obj={**child.obj, "metadata": {**metadata, "annotations": annotated}})


def in_order(children: Iterable[Child]) -> list[Child]:
    """Sorted so that each comes after what it depends on, with `depends_on` filled in: the CRD of its kind,
    its namespace, and what its annotation config.kubernetes.io/depends-on names.

    Raises PluginError for objects given twice, wrong annotations and circles.
    """
    known: dict[Identity, Child] = {}
    for child in children:
        if other := known.get(child.identity):
            places = child.origin if child.origin == other.origin else f"{other.origin} and {child.origin}"
            raise PluginError(f"{child.identity} is defined twice, in {places}; remove one of them")
        known[child.identity] = child
    crds = {_defined(child): identity for identity, child in known.items() if kinds.is_crd(child.obj)}
    graph: dict[Identity, list[Identity]] = {}
    for identity, child in known.items():
        wanted = [
            crds.get((identity.group, identity.kind)),
            Identity("", "Namespace", "", identity.namespace) if identity.namespace else None,
        ]
        found = [each for each in wanted if each in known and each is not None]
        found += [each for each in _annotated(child, known) if each not in found]
        graph[identity] = child.depends_on = found
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " -> ".join(str(identity) for identity in error.args[1])
        raise PluginError(f"objects depend on each other in a circle: {circle}") from None
    return [known[identity] for identity in order]


def _defined(crd: Child) -> tuple[str, str]:
    """Group and kind of the objects that a CRD defines."""
    names = _spec(crd).get("names")
    return str(_spec(crd).get("group")), str(names.get("kind") if isinstance(names, dict) else "")


def _spec(child: Child) -> Properties:
    spec = reveal(child.obj.get("spec"))
    return spec if isinstance(spec, dict) else {}


def _annotated(child: Child, known: dict[Identity, Child]) -> list[Identity]:
    annotations = reveal(child.obj["metadata"].get("annotations"))
    text = annotations.get(DEPENDS_ON) if isinstance(annotations, dict) else None
    if not text or has_unknown(text):
        return []
    found = []
    for reference in str(text).split(","):
        parts = reference.strip().split("/")
        match parts:
            case [group, "namespaces", namespace, kind, name]:
                identity = Identity(group, kind, namespace, name)
            case [group, kind, name]:
                identity = Identity(group, kind, "", name)
            case _:
                raise PluginError(
                    f"{child.origin}: annotation {DEPENDS_ON} of {child.identity}: {reference.strip()!r} "
                    "should be group/namespaces/namespace/kind/name, or group/kind/name without a namespace"
                )
        if identity not in known:
            raise PluginError(
                f"{child.origin}: annotation {DEPENDS_ON} of {child.identity} names {identity}, which is "
                "not among the objects of this component"
            )
        found.append(identity)
    return found


def _shortened(value: Any, length: int = 100) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=lambda _: "(unknown)")
    return text if len(text) <= length else text[: length - 3] + "..."
