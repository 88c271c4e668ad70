"""The text of a lock, changed where it must be: comments and order are somebody's, and stay."""

from typing import Any

import yaml

from toolkit.errors import UserError

Pairs = dict[str, tuple[yaml.Node, yaml.Node]]


def recorded(text: str, name: str, sha256: str) -> str:
    """The text with this digest in a release that has none, below what else the release has."""
    entry = _entry(text, name)
    if "sha256" in entry:
        raise UserError(f"{name} has a digest already")
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
    if strange := [url.value for url in urls if old not in url.value]:
        raise UserError(f"{name}: {strange[0]} has no {old} in it, so nobody knows where {version} is")
    changes = [(node, node.value.replace(old, version)) for node in (entry["version"][1], *urls)]
    result = text
    if "sha256" in entry:
        key, value = entry["sha256"]
        start = text.rfind("\n", 0, key.start_mark.index)
        end = text.find("\n", value.end_mark.index)
        # It stands below the others, so their places in the text stay.
        result = text[:start] + (text[end:] if end >= 0 else "\n")
        if any(node.start_mark.index > start for node, _ in changes):
            raise UserError(f"{name}: sha256 must be the last of its keys")
    for node, value in reversed(changes):
        result = result[: node.start_mark.index] + value + result[node.end_mark.index :]
    values = {"version": version, "urls": [value for _, value in changes[1:]], "sha256": None}
    return _checked(result, text, name, **values)


def _entry(text: str, name: str) -> Pairs:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(root, yaml.MappingNode), "whoever calls this has read the lock"
    pairs = next((value for key, value in root.value if key.value == name), None)
    if pairs is None:
        names = ", ".join(str(key.value) for key, _ in root.value)
        raise UserError(f"the lock has no {name}; it has {names}")
    return {key.value: (key, value) for key, value in pairs.value}


def _scalars(nodes: list[yaml.Node]) -> list[yaml.ScalarNode]:
    """In the order of the text."""
    scalars = [entry for node in nodes if isinstance(node, yaml.SequenceNode) for entry in node.value]
    scalars += [node for node in nodes if isinstance(node, yaml.ScalarNode)]
    return sorted(scalars, key=lambda scalar: scalar.start_mark.index)


def _checked(new: str, old: str, name: str, **values: Any) -> str:
    """`new`, if it is `old` with these values in one release and no other difference."""
    expected: dict[str, Any] = yaml.safe_load(old)
    expected[name] = {key: value for key, value in {**expected[name], **values}.items() if value is not None}
    try:
        same = yaml.safe_load(new) == expected
    except yaml.YAMLError:
        same = False
    if not same:
        raise UserError(f"{name} is not written as the other releases: a line for each key, and for each URL")
    return new
