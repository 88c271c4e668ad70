"""What differs between the inputs of last time and those of now, property by property.

No server is asked. Refresh brings what others changed into the old inputs, so drift shows after a refresh,
as with the official provider since 4.0; what the server adds by itself never shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from plugins.kubernetes.cluster import Cluster
from plugins.kubernetes.go_types import round_trip
from plugins.kubernetes.kinds import is_built_in
from plugins.kubernetes.naming import AUTONAMED
from plugins.kubernetes.replacing import Path, replaces, replacing_paths
from plugins.kubernetes.settings import DEFAULT_NAMESPACE
from plugins.kubernetes.shape import annotation, metadata_of, normalized
from plugins.kubernetes.values import UNKNOWN, Properties, reveal

MISSING = object()


class Change(Enum):
    ADD = "ADD"
    DELETE = "DELETE"
    UPDATE = "UPDATE"


@dataclass
class Diff:
    """`changes`: property path, as Pulumi writes it, to what happened and whether it replaces."""

    changes: dict[str, tuple[Change, bool]] = field(default_factory=dict)
    delete_before_replace: bool = False

    @property
    def replaces(self) -> list[str]:
        return sorted(path for path, (_, replace) in self.changes.items() if replace)


def diff(old_inputs: Properties, new_inputs: Properties, ignore: Iterable[str], cluster: Cluster) -> Diff:
    """Old and new inputs as checked; `ignore`: property paths of ignoreChanges."""
    old, new = (_comparable(inputs, cluster) for inputs in (old_inputs, new_inputs))
    found = Diff()
    ignored = [parse_path(path) for path in ignore]
    immovable = replacing_paths(new, cluster.settings)
    for path, before, after in _differences((), old, new):
        if any(path[: len(prefix)] == prefix for prefix in ignored):
            continue
        change = Change.ADD if before is MISSING else Change.DELETE if after is MISSING else Change.UPDATE
        value = before if after is MISSING else after
        replace = replaces(path, value, immovable) or (
            path == ("apiVersion",) and _moves_group(before, after)
        )
        found.changes[_format(path)] = (change, replace)
    old_metadata, new_metadata = metadata_of(old), metadata_of(new)
    found.delete_before_replace = bool(
        found.replaces
        and annotation(new, AUTONAMED) != "true"
        and new_metadata.get("name") == old_metadata.get("name")
        and new_metadata.get("namespace") == old_metadata.get("namespace")
    )
    return found


def _comparable(inputs: Properties, cluster: Cluster) -> Properties:
    inputs = normalized(reveal(inputs))
    if is_built_in(str(inputs.get("apiVersion"))):
        inputs = round_trip(inputs)
    metadata = inputs.get("metadata")
    if isinstance(metadata, dict):
        namespaced = cluster.is_namespaced(str(inputs.get("apiVersion")), str(inputs.get("kind")))
        if namespaced is False:
            metadata.pop("namespace", None)  # written by mistake; the server ignores it too
        elif not metadata.get("namespace"):
            metadata["namespace"] = DEFAULT_NAMESPACE
    return inputs


def _moves_group(before: object, after: object) -> bool:
    """A custom kind of another group is another object; a built-in kind that moved group is the same one."""
    groups = {str(version).rpartition("/")[0] for version in (before, after)}
    return len(groups) == 2 and not (is_built_in(str(before)) and is_built_in(str(after)))


def _differences(path: Path, old: object, new: object) -> Iterable[tuple[Path, object, object]]:
    old, new = (MISSING if value is None else value for value in (old, new))
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from _differences((*path, key), old.get(key, MISSING), new.get(key, MISSING))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            yield from _differences(
                (*path, index),
                old[index] if index < len(old) else MISSING,
                new[index] if index < len(new) else MISSING,
            )
    elif new is UNKNOWN or not _equal(old, new):
        yield path, old, new


def _equal(old: object, new: object) -> bool:
    return old == new and isinstance(old, bool) == isinstance(new, bool)


def _format(path: Path) -> str:
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif any(sign in step for sign in '."[]') or not step:
            escaped = step.replace('"', '\\"')
            text += f'["{escaped}"]'
        else:
            text += f".{step}" if text else step
    return text


def parse_path(text: str) -> Path:
    """The reverse: a.b[0]["c.d"]. A "*" step is kept as it is and matches nothing but itself."""
    steps: list[str | int] = []
    while text:
        if text.startswith('["'):
            end = text.index('"]')
            steps.append(text[2:end].replace('\\"', '"'))
            text = text[end + 2 :]
        elif text.startswith("["):
            end = text.index("]")
            inside = text[1:end]
            steps.append(int(inside) if inside.isdigit() else inside)
            text = text[end + 1 :]
        else:
            text = text.removeprefix(".")
            end = min((position for sign in ".[" if (position := text.find(sign)) > 0), default=len(text))
            steps.append(text[:end])
            text = text[end:]
    return tuple(steps)
