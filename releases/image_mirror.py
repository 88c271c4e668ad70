"""Images in another registry: `registry.example.com/path` has each under the whole name it has upstream.

The upstream's host stays in the name, as with `skopeo sync --scoped` and the public mirrors in mainland
China: two registries may have the same path, and whoever reads a name sees whose image it is.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from releases.manifest import Object
from settings.image_reference import mirror_reference

DIGEST = re.compile(r"[\w./:-]+@sha256:[0-9a-f]{64}", re.ASCII)
TAGGED = re.compile(r"[\w.-]+(:\d+)?(/[\w.-]+)*(:[\w.-]+|@sha256:[0-9a-f]{64})", re.ASCII)
FLAG = re.compile(r"--?([a-z0-9]+-)*image(-win)?", re.ASCII)  # Tekton's, as -entrypoint-image
WITHOUT = {"ConfigMap", "Secret", "CustomResourceDefinition"}  # what says `image` there is no container's
VARIABLE = re.compile(r"(\w+_)?IMAGE(_\w+)?", re.ASCII)


def mirror_manifest_images(objects: Iterable[Object], mirror: str) -> list[Object]:
    """The objects with every image at the mirror; the same objects when `mirror` is empty."""
    if not mirror:
        return list(objects)
    return [_map_images(item, lambda reference: mirror_reference(reference, mirror)) for item in objects]


def images(objects: Iterable[Object]) -> list[str]:
    """Every image that the objects name, once, in order: of containers, in arguments, in environment."""
    references: dict[str, None] = {}

    def note(reference: str) -> str:
        references.setdefault(reference)
        return reference

    for item in objects:
        _map_images(item, note)
    return list(references)


def _map_images(node: Any, change: Callable[[str], str]) -> Any:
    """A copy in which `change` was asked for each image."""
    if isinstance(node, list):
        return [_map_images(entry, change) for entry in node]
    if not isinstance(node, dict) or node.get("kind") in WITHOUT:
        return node
    result: dict[str, Any] = {}
    for key, value in node.items():
        if key == "image" and isinstance(value, str) and value and "$(" not in value:
            result[key] = change(value)
        elif key in {"args", "command"} and isinstance(value, list):
            result[key] = _arguments(value, change)
        elif key == "env" and isinstance(value, list):
            result[key] = [_variable(entry, change) for entry in value]
        else:
            result[key] = _map_images(value, change)
    return result


def _arguments(arguments: list[Any], change: Callable[[str], str]) -> list[Any]:
    result: list[Any] = []
    previous = ""
    for argument in arguments:
        text = argument if isinstance(argument, str) else ""
        flag, equals, value = text.partition("=")
        if DIGEST.fullmatch(text) or (FLAG.fullmatch(previous) and TAGGED.fullmatch(text)):
            result.append(change(text))
        elif equals and (DIGEST.fullmatch(value) or (FLAG.fullmatch(flag) and TAGGED.fullmatch(value))):
            result.append(f"{flag}={change(value)}")
        else:
            result.append(argument)
        previous = text
    return result


def _variable(variable: Any, change: Callable[[str], str]) -> Any:
    value = variable.get("value") if isinstance(variable, dict) else None
    if not isinstance(value, str):
        return variable
    is_image = VARIABLE.fullmatch(str(variable.get("name")))
    if DIGEST.fullmatch(value) or (is_image and TAGGED.fullmatch(value)):
        return {**variable, "value": change(value)}
    return variable
