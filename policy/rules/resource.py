"""A resource as the engine gives it, and the Kubernetes objects in it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

UNKNOWN = object()
"""A value that a preview cannot know. No rule judges it."""
KUBERNETES = "kubernetes:"
# Their contents are data: what looks like a container there runs nowhere.
DATA = ("ConfigMap", "CustomResourceDefinition", "Secret")


class Object(NamedTuple):
    """A Kubernetes object; `group` of the core kinds is `core`."""

    group: str
    kind: str
    body: Mapping[str, Any]

    def at(self, *path: str) -> Any:
        """The field there; None when there is none on the way."""
        return at(self.body, *path)

    @property
    def name(self) -> str:
        """Its name; empty when it is not known."""
        name = self.at("metadata", "name")
        return name if isinstance(name, str) else ""

    @property
    def part_of(self) -> str:
        """The release that it says it is of; empty when it says none."""
        release = self.at("metadata", "labels", "app.kubernetes.io/part-of")
        return release if isinstance(release, str) else ""


class Resource(NamedTuple):
    """A type token, inputs in camel case, and the name of the stack."""

    type: str
    props: Mapping[str, Any]
    stack: str

    @property
    def kind(self) -> str:
        """Kubernetes' kind; empty for another provider's. A patch counts as what it patches."""
        if not self.type.startswith(KUBERNETES):
            return ""
        return self.type.rpartition(":")[2].removesuffix("Patch")

    def at(self, *path: str) -> Any:
        """The input there; None when there is none on the way."""
        return at(self.props, *path)


Rule = Callable[[Resource], Iterator[str]]


def at(place: Any, *path: str) -> Any:
    """The value at a path of keys; None when there is none on the way."""
    for key in path:
        place = place.get(key) if isinstance(place, Mapping) else None
    return place


def items(value: Any) -> Iterator[Any]:
    """The items of a list; nothing of anything else: a custom resource may have anything under any name."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        yield from value


def text(value: Any) -> bool:
    """True for a text that is not empty."""
    return isinstance(value, str) and value != ""


def objects(resource: Resource) -> Iterator[Object]:
    """The Kubernetes object, and every whole one inside it, as of a list or a TriggerTemplate."""
    kind = resource.kind
    if not kind:
        return
    group = resource.type.removeprefix(KUBERNETES).partition("/")[0]
    yield Object(group, kind, resource.props)
    for key, place in places(resource):
        if place is resource.props:
            continue
        if text(place.get("kind")) and text(place.get("apiVersion")):
            group_of, slash, _ = place["apiVersion"].partition("/")
            yield Object(group_of if slash else "core", place["kind"], place)
        elif key == "items" and kind.endswith("List"):
            yield Object(group, kind.removesuffix("List"), place)


def places(resource: Resource) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every mapping of a Kubernetes object at any depth, with the key that it stands under.

    Pods hide in many kinds, some of them unknown here: a rule looks for what a mapping says, wherever it is.
    """
    if resource.kind and resource.kind not in DATA:
        yield from walk(resource.props)


def walk(node: Any, key: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every mapping in a tree, the outer one first; what stands in a list has the list's key."""
    if isinstance(node, Mapping):
        yield key, node
        if node.get("kind") not in DATA:
            for name, value in node.items():
                if name != "status":
                    yield from walk(value, name)
    else:
        for item in items(node):
            yield from walk(item, key)
