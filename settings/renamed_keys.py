"""Older names of settings keys: accepted, warned of, and read under the present name."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from shlex import quote
from typing import Any

RENAMED = {
    "cluster.nodes.least": "cluster.nodes.minNodes",
    "cluster.nodes.most": "cluster.nodes.maxNodes",
    "repositories[].onlyChanged": "repositories[].changedImagesOnly",
    "builder.sharedGib": "builder.buildkitdVolumeGib",
    "runs.concurrent": "runs.concurrencyLimit",
    "runs.keep": "runs.historyLimit",
    "runs.keepDays": "runs.historyDays",
    "webhook.previousToo": "webhook.acceptPrevious",
}
"""The present path of each older one, in the same object; `[]` stands for every entry of a list."""

Object = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class PresentSettings:
    """Plain settings under their present keys, with one sentence for each older key and for each conflict."""

    values: Object
    warnings: list[str]
    errors: list[str]


def rename(values: Mapping[str, Any]) -> PresentSettings:
    """The plain settings with every older key under its present name; the present one wins a conflict.

    `values` stays as it is. What has another shape than the settings stays too: the models refuse it.
    """
    present: Object = copy.deepcopy(dict(values))
    warnings: list[str] = []
    errors: list[str] = []
    for old_path, new_path in RENAMED.items():
        old, new = (path.rpartition(".")[2] for path in (old_path, new_path))
        parents = [
            (place, parent) for place, parent in _parents(present, old_path.split(".")[:-1]) if old in parent
        ]
        conflicts = [(place, parent) for place, parent in parents if new in parent]
        errors += [_conflict(place, parent, old, new) for place, parent in conflicts]
        if parents and not conflicts:
            places = [(f"{place}.{old}", f"{place}.{new}", parent[old]) for place, parent in parents]
            warnings.append(_warning(old_path, new, places))
        for _, parent in parents:
            _rename_key(parent, old, new)
    return PresentSettings(values=present, warnings=warnings, errors=errors)


def _parents(value: Any, parts: list[str], place: str = "") -> Iterator[tuple[str, Object]]:
    """The objects at the end of a path, each with its place in the settings, as `repositories[0]`."""
    if not isinstance(value, dict):
        return
    if not parts:
        yield place, value
        return
    name = parts[0].removesuffix("[]")
    inner, inner_place = value.get(name), f"{place}.{name}".lstrip(".")
    if name == parts[0]:
        yield from _parents(inner, parts[1:], inner_place)
    elif isinstance(inner, list):
        for index, entry in enumerate(inner):
            yield from _parents(entry, parts[1:], f"{inner_place}[{index}]")


def _rename_key(parent: Object, old: str, new: str) -> None:
    """Renames a key at its position, so that a refusal shows the object as the stack has it."""
    if new in parent:
        del parent[old]
        return
    items = {new if key == old else key: value for key, value in parent.items()}
    parent.clear()
    parent.update(items)


def _warning(old_path: str, new: str, places: list[tuple[str, str, Any]]) -> str:
    """The sentence for an older key and all its places: path, present path and value of each."""
    (old_place, new_place, value), *others = places
    if others:
        return f"{old_path} is called {new} now: rename the key in the stack's file, in {len(places)} entries"
    if not isinstance(value, int):
        return f"{old_place} is called {new} now: rename the key in the stack's file"
    text = str(value).lower()
    return (
        f"{old_place} is called {new} now: `pulumi config set --path {quote(new_place)} {text}` and "
        f"`pulumi config rm --path {quote(old_place)}` rename it"
    )


def _conflict(place: str, parent: Object, old: str, new: str) -> str:
    old_place = f"{place}.{old}"
    return (
        f"{old_place} is {parent[old]!r} and {place}.{new} is {parent[new]!r}, but they are one setting: "
        f"`pulumi config rm --path {quote(old_place)}`"
    )
