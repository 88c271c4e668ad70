"""The parameters of Tekton's objects, replaced by what they are when nobody says otherwise."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .resource import at, items

REFERENCE = re.compile(r"\$\(([^()]+)\)")
QUOTED = re.compile(r"""\[["']([^"']+)["']\]""")


class _Scope(NamedTuple):
    """The values at a place of the tree, by what refers to them, as `params.image`."""

    values: Mapping[str, str]
    arguments: frozenset[str] = frozenset()
    """References that the caller gives: no default counts further in."""


def substitute(node: Any, scope: _Scope = _Scope({})) -> Any:  # noqa: B008
    """A copy of the tree with every reference to a parameter replaced that has a value or a default.

    A reference that has neither stays as it is: only a run knows it.
    """
    if isinstance(node, str):
        return REFERENCE.sub(lambda match: scope.values.get(_plain(match[1]), match[0]), node)
    if isinstance(node, Mapping):
        inner = _scope(node, scope)
        return {key: substitute(value, inner) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [substitute(item, scope) for item in node]
    return node


def _plain(reference: str) -> str:
    """`inputs.params["image"]` as `params.image`, the shortest way to write it."""
    return QUOTED.sub(r".\1", reference.strip()).removeprefix("inputs.")


def _scope(node: Mapping[str, Any], scope: _Scope) -> _Scope:
    """The scope further in: Tekton hands parameters down to whatever stands inside."""
    # Only a TriggerTemplate has these, and its parameters have names of their own.
    prefix = "tt.params" if "resourcetemplates" in node else "params"
    values, arguments = dict(scope.values), set(scope.arguments)
    for parameter in items(node.get("params")):
        if not isinstance(name := at(parameter, "name"), str):
            continue
        name = f"{prefix}.{name}"
        if "value" in parameter:
            arguments.add(name)
            values.pop(name, None)
            values.update(_parts(name, substitute(parameter["value"], scope)))
        elif "default" in parameter and name not in scope.arguments:
            values.update(_parts(name, parameter["default"]))
    return _Scope(values, frozenset(arguments))


def _parts(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """A text under its name, and each part of a list or an object under its own."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping):
        yield from ((f"{name}.{key}", part) for key, part in value.items() if isinstance(part, str))
    else:
        parts = enumerate(items(value))
        yield from ((f"{name}[{index}]", part) for index, part in parts if isinstance(part, str))
