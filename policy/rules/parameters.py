"""The parameters of Tekton's objects, replaced by what they are when nobody says otherwise."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .resource import at, items

REFERENCE = re.compile(r"\$\(([^()]+)\)")
QUOTED = re.compile(r"""\[["']([^"']+)["']\]""")


class _Known(NamedTuple):
    """The values at a place of the tree, by what refers to them, as `params.image`."""

    values: Mapping[str, str]
    arguments: frozenset[str] = frozenset()
    """Those that the caller gives: no default counts further in."""


def substitute(node: Any, known: _Known = _Known({})) -> Any:  # noqa: B008
    """A copy of the tree with every reference to a parameter replaced that has a value or a default.

    A reference that has neither stays as it is: only a run knows it.
    """
    if isinstance(node, str):
        return REFERENCE.sub(lambda match: known.values.get(_plain(match[1]), match[0]), node)
    if isinstance(node, Mapping):
        inner = _scope(node, known)
        return {key: substitute(value, inner) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [substitute(item, known) for item in node]
    return node


def _plain(reference: str) -> str:
    """`inputs.params["image"]` as `params.image`, the shortest way to write it."""
    return QUOTED.sub(r".\1", reference.strip()).removeprefix("inputs.")


def _scope(node: Mapping[str, Any], known: _Known) -> _Known:
    """What is known further in: Tekton hands parameters down to whatever stands inside."""
    # Only a TriggerTemplate has these, and its parameters have names of their own.
    prefix = "tt.params" if "resourcetemplates" in node else "params"
    values, arguments = dict(known.values), set(known.arguments)
    for parameter in items(node.get("params")):
        if not isinstance(name := at(parameter, "name"), str):
            continue
        name = f"{prefix}.{name}"
        if "value" in parameter:
            arguments.add(name)
            values.pop(name, None)
            values.update(_parts(name, substitute(parameter["value"], known)))
        elif "default" in parameter and name not in known.arguments:
            values.update(_parts(name, parameter["default"]))
    return _Known(values, frozenset(arguments))


def _parts(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """A text under its name, and each part of a list or an object under its own."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping):
        yield from ((f"{name}.{key}", part) for key, part in value.items() if isinstance(part, str))
    else:
        parts = enumerate(items(value))
        yield from ((f"{name}[{index}]", part) for index, part in parts if isinstance(part, str))
