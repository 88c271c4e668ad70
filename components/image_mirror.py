"""Images in another registry: `registry.example.com/path` has each under the whole name it has upstream.

The upstream's host stays in the name, as with `skopeo sync --scoped` and the public mirrors in mainland
China: two registries may have the same path, and whoever reads a name sees whose image it is.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from components.manifest import Object

DIGEST = re.compile(r"[\w./:-]+@sha256:[0-9a-f]{64}", re.ASCII)
TAGGED = re.compile(r"[\w.-]+(:\d+)?(/[\w.-]+)*(:[\w.-]+|@sha256:[0-9a-f]{64})", re.ASCII)
FLAG = re.compile(r"--?([a-z0-9]+-)*image(-win)?", re.ASCII)  # Tekton's, as -entrypoint-image
WITHOUT = {"ConfigMap", "Secret", "CustomResourceDefinition"}  # what says `image` there is no container's
VARIABLE = re.compile(r"(\w+_)?IMAGE(_\w+)?", re.ASCII)


def full(reference: str) -> str:
    """The reference with the host that Docker's short forms leave out: `alpine:3` is
    `docker.io/library/alpine:3`.
    """
    first, slash, rest = reference.partition("/")
    if not slash or not ("." in first or ":" in first or first == "localhost"):
        return f"docker.io/{reference}" if slash else f"docker.io/library/{reference}"
    if first in {"docker.io", "index.docker.io"}:
        return f"docker.io/{rest}" if "/" in rest else f"docker.io/library/{rest}"
    return reference


def mirrored(reference: str, mirror: str) -> str:
    """Where `mirror` has the image; tag and digest stay. What is there already, stays too.

    A port's colon is `_` in a path, where no colon may be, and no host has one.
    """
    if not mirror or reference.startswith(f"{mirror}/"):
        return reference
    host, _, rest = full(reference).partition("/")
    return f"{mirror}/{host.lower().replace(':', '_')}/{rest}"


def rewritten(objects: Iterable[Object], mirror: str) -> list[Object]:
    """The objects with every image at the mirror; the same objects when `mirror` is empty."""
    if not mirror:
        return list(objects)
    return [_changed(one, lambda reference: mirrored(reference, mirror)) for one in objects]


def images(objects: Iterable[Object]) -> list[str]:
    """Every image that the objects name, once, in order: of containers, in arguments, in environment."""
    found: dict[str, None] = {}

    def note(reference: str) -> str:
        found.setdefault(reference)
        return reference

    for one in objects:
        _changed(one, note)
    return list(found)


def _changed(node: Any, change: Callable[[str], str]) -> Any:
    """A copy in which `change` was asked for each image."""
    if isinstance(node, list):
        return [_changed(one, change) for one in node]
    if not isinstance(node, dict) or node.get("kind") in WITHOUT:
        return node
    found: dict[str, Any] = {}
    for key, value in node.items():
        if key == "image" and isinstance(value, str) and value and "$(" not in value:
            found[key] = change(value)
        elif key in {"args", "command"} and isinstance(value, list):
            found[key] = _arguments(value, change)
        elif key == "env" and isinstance(value, list):
            found[key] = [_variable(one, change) for one in value]
        else:
            found[key] = _changed(value, change)
    return found


def _arguments(arguments: list[Any], change: Callable[[str], str]) -> list[Any]:
    found: list[Any] = []
    before = ""
    for argument in arguments:
        text = argument if isinstance(argument, str) else ""
        flag, equals, value = text.partition("=")
        if DIGEST.fullmatch(text) or (FLAG.fullmatch(before) and TAGGED.fullmatch(text)):
            found.append(change(text))
        elif equals and (DIGEST.fullmatch(value) or (FLAG.fullmatch(flag) and TAGGED.fullmatch(value))):
            found.append(f"{flag}={change(value)}")
        else:
            found.append(argument)
        before = text
    return found


def _variable(variable: Any, change: Callable[[str], str]) -> Any:
    value = variable.get("value") if isinstance(variable, dict) else None
    if not isinstance(value, str):
        return variable
    named = VARIABLE.fullmatch(str(variable.get("name")))
    if DIGEST.fullmatch(value) or (named and TAGGED.fullmatch(value)):
        return {**variable, "value": change(value)}
    return variable
