"""The arguments of ConfigFile and ConfigGroup, and the objects they stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from plugins.kubernetes.cluster import Cluster
from plugins.kubernetes.errors import PluginError
from plugins.kubernetes.values import UNKNOWN, Properties, Secret, has_unknown, reveal
from plugins.kubernetes.yaml_v2_objects import (
    Child,
    children_of,
    in_order,
    with_namespaces,
    without_await,
)
from plugins.kubernetes.yaml_v2_sources import Source, parse, read

CONFIG_FILE = "kubernetes:yaml/v2:ConfigFile"
CONFIG_GROUP = "kubernetes:yaml/v2:ConfigGroup"
ARGUMENTS = {
    CONFIG_FILE: {"file": str, "resourcePrefix": str, "skipAwait": bool},
    CONFIG_GROUP: {"files": list, "yaml": str, "objs": list, "resourcePrefix": str, "skipAwait": bool},
}


@dataclass(frozen=True)
class Found:
    """The objects in the order of registration, and what the user should know about them."""

    children: list[Child]
    warnings: list[str]
    incomplete: bool
    """Some objects are missing: their names are not known before the update."""


def objects_of(token: str, name: str, inputs: Properties, cluster: Cluster) -> Found:
    """Of the component `token` named `name`. Raises PluginError naming argument, file or object."""
    _check(token, name, inputs)
    children: list[Child] = []
    unknown = 0
    for value, origin in _documents(token, inputs):
        found, number = children_of(value, origin)
        children += found
        unknown += number
    children, unresolved = with_namespaces(children, cluster.default_namespace, cluster.is_namespaced)
    warnings = []
    if unresolved:
        warnings.append(
            "Unable to determine whether the following kinds are namespaced without a reachable cluster or a "
            f"matching CustomResourceDefinition: {', '.join(sorted(unresolved))}. Set .metadata.namespace "
            "explicitly, or include the CustomResourceDefinition, to control the namespace."
        )
    if unknown:
        warnings.append(f"{token}:{name} -- some objects are not known yet. Preview is incomplete.")
    if reveal(inputs.get("skipAwait")) is True:
        children = [without_await(child) for child in children]
    return Found(in_order(children), warnings, incomplete=bool(unknown))


def _check(token: str, name: str, inputs: Properties) -> None:
    if token not in ARGUMENTS:
        raise PluginError(
            f"component {token} is not supported by the stand-in for the kubernetes plugin; "
            "install the official plugin (pulumi plugin install resource kubernetes) to use it"
        )
    for key, value in inputs.items():
        plain, wanted = reveal(value), ARGUMENTS[token].get(key)
        if wanted is None:
            raise PluginError(
                f"{token}:{name} has no argument {key}; there are {', '.join(ARGUMENTS[token])}"
            )
        if plain is not None and plain is not UNKNOWN and not isinstance(plain, wanted):
            raise PluginError(
                f"{token}:{name}: {key} must be a {wanted.__name__}, not {type(plain).__name__}"
            )
    if token == CONFIG_FILE and not reveal(inputs.get("file")):
        raise PluginError(f"{token}:{name} needs the argument file: a path or a URL")


def _documents(token: str, inputs: Properties) -> list[tuple[Any, str]]:
    """All that the arguments name: documents, or UNKNOWN for an argument that is not known yet, each with
    where it was found. What comes from a secret argument is Secret.
    """
    found: list[tuple[Any, str]] = []
    files = inputs.get("files") if token == CONFIG_GROUP else [inputs["file"]]
    for file in _items(files):
        if has_unknown(file):
            found.append((UNKNOWN, "files"))
        else:
            for source in read(reveal(file), patterns=token == CONFIG_GROUP):
                found += [(document, source.origin) for document in parse(source)]
    text = inputs.get("yaml")
    if has_unknown(text):
        found.append((UNKNOWN, "yaml"))
    elif text is not None:
        secret = isinstance(text, Secret)
        documents = parse(Source("yaml", reveal(text)))
        found += [(Secret(document) if secret else document, "yaml") for document in documents]
    return found + [(obj, "objs") for obj in _items(inputs.get("objs"))]


def _items(value: Any) -> list[Any]:
    if isinstance(value, Secret):
        return [Secret(item) for item in _items(value.value)]
    if value is UNKNOWN:
        return [UNKNOWN]
    return value or []
