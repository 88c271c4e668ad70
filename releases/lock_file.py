"""The text of a lock, changed where it must be: comments, order and layout are somebody's, and stay."""

import io
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.tokens import CommentToken

from toolkit.errors import UserError

Node = CommentedMap | CommentedSeq
LAYOUTS = [(mapping, offset) for mapping in range(2, 5) for offset in range(5)]
"""Columns by which mappings and the dashes of lists are indented; YAML does not keep them."""
NO_FOLD = 2**31


class LockFile:
    """A lock that is open for changes; `text` is how it is to be written.

    Raises UserError for a text that it could not write back as it is.
    """

    def __init__(self, text: str) -> None:
        self._original: dict[str, Any] = yaml.safe_load(text)
        self._changed: set[str] = set()
        for mapping, offset in LAYOUTS:
            self._yaml = _round_trip(mapping, offset, explicit_start="\n---\n" in f"\n{text}")
            try:
                self._content: CommentedMap = self._yaml.load(text)
            except YAMLError:  # what PyYAML takes, such as a key that stands twice
                continue
            if self._dump() in {text, f"{text}\n"}:
                return
        raise UserError("the lock would lose its layout: indent all keys alike, and all lists alike")

    @property
    def text(self) -> str:
        """The text with all changes. Raises UserError when a release has changed with another one."""
        text = self._dump()
        for name, entry in yaml.safe_load(text).items():
            if name not in self._changed and entry != self._original[name]:
                raise UserError(f"{name} shares lines with another release: write those of each on their own")
        return text

    def move(self, name: str, version: str) -> None:
        """Sets the version, in the URLs too; a digest becomes empty. Raises UserError."""
        entry = self._entry(name)
        old_version, urls = entry["version"], entry["urls"]
        if strange := [url for url in urls if old_version not in url]:
            raise UserError(
                f"{name}: {strange[0]} has no {old_version} in it, so nobody knows where {version} is"
            )
        _set(entry, "version", version)
        for number, url in enumerate(urls):
            _set(urls, number, url.replace(old_version, version))
        if urls.fa.flow_style():
            _shift(entry, "urls", len(urls) * (len(version) - len(old_version)))
        if "sha256" in entry:
            _set(entry, "sha256", "")

    def record(self, name: str, sha256: str) -> None:
        """Adds the digest to a release that has none, below what else it has. Raises UserError."""
        entry = self._entry(name)
        if entry.get("sha256"):
            raise UserError(f"{name} has a digest already")
        if "sha256" in entry:
            _set(entry, "sha256", sha256)
        else:
            _append(entry, "sha256", sha256)

    def _entry(self, name: str) -> CommentedMap:
        if name not in self._content:
            raise UserError(f"the lock has no {name}; it has {', '.join(self._content)}")
        self._changed.add(name)
        entry: CommentedMap = self._content[name]
        return entry

    def _dump(self) -> str:
        stream = io.StringIO()
        self._yaml.dump(self._content, stream)
        return stream.getvalue()


def _round_trip(mapping: int, offset: int, *, explicit_start: bool) -> YAML:
    reader = YAML()
    reader.preserve_quotes = True
    reader.width = NO_FOLD
    reader.explicit_start = explicit_start
    reader.indent(mapping=mapping, sequence=offset + 2, offset=offset)
    return reader


def _set(node: Node, key: Any, value: str) -> None:
    """Replaces a value; its quotes stay, and a comment behind it keeps its distance."""
    old_value = node[key]
    node[key] = type(old_value)(value)
    _shift(node, key, len(value) - len(old_value))


def _shift(node: Node, key: Any, columns: int) -> None:
    if comment := _comment(node, key):
        comment.column += columns


def _append(entry: CommentedMap, key: str, value: str) -> None:
    """Adds a value at the end.

    ruamel.yaml has the lines between two entries behind the last value of the first: they move to this one.
    """
    node: Node = entry
    last: Any = list(entry)[-1]
    while isinstance(node[last], Node) and not node[last].fa.flow_style():
        node = node[last]
        last = len(node) - 1 if isinstance(node, CommentedSeq) else list(node)[-1]
    entry[key] = value
    if comment := _comment(node, last):
        line_comment, _, following = comment.value.partition("\n")
        comment.value = f"{line_comment}\n"
        if following:
            entry.ca.items[key] = [None, None, CommentToken(f"\n{following}", comment.start_mark), None]
        if not line_comment:
            del node.ca.items[last]


def _comment(node: Node, key: Any) -> CommentToken | None:
    """What follows a value, to the next key."""
    comments = node.ca.items.get(key)
    token = comments[2 if isinstance(node, CommentedMap) else 0] if comments else None
    return token if isinstance(token, CommentToken) else None
