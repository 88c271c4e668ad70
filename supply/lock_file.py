"""The text of a lock, changed where it must be: comments and order are somebody's, and stay."""

from typing import Any

import yaml

from sandbox.mistake import Mistake

Pairs = dict[str, tuple[yaml.Node, yaml.Node]]


def recorded(text: str, name: str, sha256: str) -> str:
    """The text with this digest in a release that has none, below what else the release has."""
    entry = _entry(text, name)
    if "sha256" in entry:
        raise Mistake(f"{name} has a digest already")
    end = max(value.end_mark.index for value in _scalars([value for _, value in entry.values()]))
    line = text.find("\n", end)
    place = len(text) if line < 0 else line  # behind a comment on the line
    indent = " " * entry["version"][0].start_mark.column
    return _checked(f"{text[:place]}\n{indent}sha256: {sha256}{text[place:]}", text, name, sha256=sha256)


def moved(text: str, name: str, version: str) -> str:
    """The text with another version of a release, in its URLs too, and without the old one's digest."""
    entry = _entry(text, name)
    old = str(entry["version"][1].value)
    urls = _scalars([entry["urls"][1]])
    if strange := [one.value for one in urls if old not in one.value]:
        raise Mistake(f"{name}: {strange[0]} has no {old} in it, so nobody knows where {version} is")
    changes = [(one, one.value.replace(old, version)) for one in (entry["version"][1], *urls)]
    found = text
    if "sha256" in entry:
        key, value = entry["sha256"]
        start = text.rfind("\n", 0, key.start_mark.index)
        end = text.find("\n", value.end_mark.index)
        # It stands below the others, so their places in the text stay.
        found = text[:start] + (text[end:] if end >= 0 else "\n")
        if any(one.start_mark.index > start for one, _ in changes):
            raise Mistake(f"{name}: sha256 must be the last of its keys")
    for node, value in reversed(changes):
        found = found[: node.start_mark.index] + value + found[node.end_mark.index :]
    values = {"version": version, "urls": [value for _, value in changes[1:]], "sha256": None}
    return _checked(found, text, name, **values)


def _entry(text: str, name: str) -> Pairs:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(root, yaml.MappingNode), "whoever calls this has read the lock"
    found = next((value for key, value in root.value if key.value == name), None)
    if found is None:
        names = ", ".join(str(key.value) for key, _ in root.value)
        raise Mistake(f"the lock has no {name}; it has {names}")
    return {key.value: (key, value) for key, value in found.value}


def _scalars(nodes: list[yaml.Node]) -> list[yaml.ScalarNode]:
    """In the order of the text."""
    found = [one for node in nodes if isinstance(node, yaml.SequenceNode) for one in node.value]
    found += [node for node in nodes if isinstance(node, yaml.ScalarNode)]
    return sorted(found, key=lambda one: one.start_mark.index)


def _checked(new: str, old: str, name: str, **values: Any) -> str:
    """`new`, if it is `old` with these values in one release and no other difference."""
    wanted: dict[str, Any] = yaml.safe_load(old)
    wanted[name] = {key: value for key, value in {**wanted[name], **values}.items() if value is not None}
    try:
        same = yaml.safe_load(new) == wanted
    except yaml.YAMLError:
        same = False
    if not same:
        raise Mistake(f"{name} is not written as the other releases: a line for each key, and for each URL")
    return new
