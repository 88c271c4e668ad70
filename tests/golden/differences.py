"""Differences between two recordings of a stack, as paths with the values of both."""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any

from tests.golden.recording import Recording
from tests.golden.urns import Resources, earlier_urns

SECRET = "secret!"
ABSENT = "(absent)"
FIELDS = ("custom", "inputs", "provider", "providers", "hooks", "options")
"""Compared as they are; type, name, parent, aliases and dependencies by rules of their own."""


@dataclass(frozen=True, order=True)
class Difference:
    """One value that is not what it was."""

    subject: str
    """A URN, or the part of the run: outputs, logged, lookups, hooks, code."""
    path: str
    """Path of the value in the subject; empty: all of it."""
    base: str
    head: str


@dataclass(frozen=True, kw_only=True)
class Comparison:
    differences: Sequence[Difference]
    moves: Mapping[str, str]
    """Earlier URNs of the resources that an alias keeps, by their new ones."""


def compared(base: Recording, head: Recording) -> Comparison:
    """Compares the commit's recording with the working tree's."""
    moves = _moves(base["resources"], head["resources"])
    result = list(_resources(base["resources"], _renamed(head["resources"], moves), moves))
    for part in ("outputs", "hooks", "code"):
        result += _values(part, "", base[part], head[part])
    for part in ("logged", "lookups"):
        result += _counted(part, base[part], _renamed(head[part], moves))
    return Comparison(differences=sorted(result), moves=moves)


def _moves(base: Resources, head: Resources) -> dict[str, str]:
    """The earlier URN of each resource that has another one now, and an alias by which it is the same."""
    result: dict[str, str] = {}
    for urn in sorted(head.keys() - base.keys()):
        earlier = earlier_urns(head[urn], head) & (base.keys() - head.keys()) - set(result.values())
        if len(earlier) == 1:
            result[urn] = earlier.pop()
    return result


def _renamed(value: Any, moves: Mapping[str, str]) -> Any:
    """The value with earlier URNs in place of new ones, so that both sides speak of one thing by one name."""
    if isinstance(value, Mapping):
        return {moves.get(key, key): _renamed(item, moves) for key, item in value.items()}
    if isinstance(value, list):
        return [_renamed(item, moves) for item in value]
    return moves.get(value, value) if isinstance(value, str) else value


def _resources(base: Resources, head: Resources, moves: Mapping[str, str]) -> Iterator[Difference]:
    for urn in sorted(base.keys() | head.keys()):
        if urn not in head:
            yield Difference(urn, "", "registered", ABSENT)
        elif urn not in base:
            yield Difference(urn, "", ABSENT, "registered")
        else:
            yield from _resource(base[urn], head[urn], base, head, moves)
    yield from _orders(base, head, "dependencies", itemgetter("dependencies"))
    resources = (*base.values(), *head.values())
    for key in sorted({key for resource in resources for key in resource["propertyDependencies"]}):
        yield from _orders(base, head, f"propertyDependencies.{key}", partial(_of_property, key=key))


def _resource(
    base_resource: Mapping[str, Any],
    head_resource: Mapping[str, Any],
    base: Resources,
    head: Resources,
    moves: Mapping[str, str],
) -> Iterator[Difference]:
    """All of one resource but what it waits for."""
    urn = base_resource["urn"]
    for field in FIELDS:
        yield from _values(urn, field, base_resource[field], head_resource[field])
    if base_resource["custom"]:
        yield from _values(urn, "type", base_resource["type"], head_resource["type"])
    if urn not in moves.values():
        yield from _values(urn, "parent", base_resource["parent"], head_resource["parent"])
    # The alias that keeps a moved resource is no difference: the state goes along.
    aliases = {moves.get(alias, alias) for alias in earlier_urns(head_resource, head)} - {urn}
    yield from _sets(urn, "aliases", earlier_urns(base_resource, base), aliases)


def _of_property(resource: Mapping[str, Any], key: str) -> Sequence[str]:
    urns: Sequence[str] = resource["propertyDependencies"].get(key, ())
    return urns


def closure(resources: Resources, urns: Sequence[str]) -> set[str]:
    """All that `first` wait for, and they: custom resources, those in components too."""
    result: set[str] = set()
    queue = list(urns)
    while queue:
        urn = queue.pop()
        if urn not in result:
            result.add(urn)
            queue += resources[urn]["dependencies"] if urn in resources else ()
            if urn in resources and not resources[urn]["custom"]:
                queue += [child for child, resource in resources.items() if resource["parent"] == urn]
    return {urn for urn in result if urn not in resources or resources[urn]["custom"]}


def _orders(
    base: Resources, head: Resources, path: str, direct: Callable[[Mapping[str, Any]], Sequence[str]]
) -> Iterator[Difference]:
    """What a resource waits for and did not, or the other way round, said of the first resources alone: it
    follows of all that wait for these. What one side alone has is a difference already.
    """
    common = sorted(base.keys() & head.keys())
    lost, gained = dict[str, set[str]](), dict[str, set[str]]()
    for urn in common:
        sides = [closure(side, side[urn]["dependencies"]) for side in (base, head)]
        lost[urn], gained[urn] = sides[0] - sides[1], sides[1] - sides[0]
    for urn in common:
        old_order, new_order = (closure(side, direct(side[urn])) for side in (base, head))
        common_order = old_order & new_order & lost.keys()
        for target in sorted((old_order - new_order) & lost.keys()):
            if not any(target in lost[dependency] for dependency in common_order):
                yield Difference(urn, f"{path}[{target}]", "waits for it", ABSENT)
        for target in sorted((new_order - old_order) & gained.keys()):
            if not any(target in gained[dependency] for dependency in common_order):
                yield Difference(urn, f"{path}[{target}]", ABSENT, "waits for it")


def _sets(subject: str, path: str, base: set[str], head: set[str]) -> Iterator[Difference]:
    for value in sorted(base - head):
        yield Difference(subject, f"{path}[{value}]", "there", ABSENT)
    for value in sorted(head - base):
        yield Difference(subject, f"{path}[{value}]", ABSENT, "there")


def _counted(subject: str, base: Sequence[Any], head: Sequence[Any]) -> Iterator[Difference]:
    """Entries without an order, which may be there more than once."""
    base_counts, head_counts = (Counter(map(text, entries)) for entries in (base, head))
    for entry in sorted((base_counts - head_counts).elements()):
        yield Difference(subject, "", entry, ABSENT)
    for entry in sorted((head_counts - base_counts).elements()):
        yield Difference(subject, "", ABSENT, entry)


def _values(subject: str, path: str, base: Any, head: Any) -> Iterator[Difference]:
    """The innermost places at which two values differ."""
    if base == head:
        return
    if ABSENT in (base, head):
        yield Difference(subject, path, text(base), text(head))
        return
    marked = [isinstance(value, Mapping) and SECRET in value for value in (base, head)]
    if any(marked):
        if not all(marked):
            words = ["secret" if mark else "not secret" for mark in marked]
            yield Difference(subject, path, words[0], words[1])
        bare = [value[SECRET] if mark else value for mark, value in zip(marked, (base, head), strict=True)]
        yield from _values(subject, path, bare[0], bare[1])
    elif isinstance(base, Mapping) and isinstance(head, Mapping):
        for key in sorted(base.keys() | head.keys()):
            place = f"{path}.{key}" if path else key
            yield from _values(subject, place, base.get(key, ABSENT), head.get(key, ABSENT))
    elif isinstance(base, list) and isinstance(head, list):
        yield from _lists(subject, path, base, head)
    else:
        yield Difference(subject, path, *_texts(base, head))


def _lists(subject: str, path: str, base: list[Any], head: list[Any]) -> Iterator[Difference]:
    """Entry by entry; where all have a name, and no two the same, by their names."""
    names = [
        [entry.get("name") if isinstance(entry, Mapping) else None for entry in side] for side in (base, head)
    ]
    if all(None not in side and len(set(map(text, side))) == len(side) for side in names):
        base_entries, head_entries = ({text(entry["name"]): entry for entry in side} for side in (base, head))
        for name in sorted(base_entries.keys() | head_entries.keys()):
            yield from _values(
                subject, f"{path}[{name}]", base_entries.get(name, ABSENT), head_entries.get(name, ABSENT)
            )
        orders = [
            [name for name in side if name in base_entries and name in head_entries]
            for side in (base_entries, head_entries)
        ]
        if orders[0] != orders[1]:
            yield Difference(subject, f"{path} (order)", text(orders[0]), text(orders[1]))
        return
    for index in range(max(len(base), len(head))):
        sides = [side[index] if index < len(side) else ABSENT for side in (base, head)]
        yield from _values(subject, f"{path}[{index}]", sides[0], sides[1])


def _texts(base: Any, head: Any) -> tuple[str, str]:
    """Renders both values; of two long texts, the lines that differ."""
    if isinstance(base, str) and isinstance(head, str) and "\n" in base + head:
        lines = list(difflib.ndiff(base.splitlines(), head.splitlines()))
        sides = ["\n".join(line[2:] for line in lines if line[0] == sign) for sign in "-+"]
        if sides[0] != sides[1]:
            return sides[0], sides[1]
    return text(base), text(head)


def text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
