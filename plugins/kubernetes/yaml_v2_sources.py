"""Manifests as text: where they come from (files, patterns, URLs, literals) and how YAML becomes objects."""

from __future__ import annotations

import glob
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

import yaml

from plugins.kubernetes.errors import PluginError
from plugins.kubernetes.values import Properties

FETCH_SECONDS = 30
ATTEMPTS = 3
PASSING = {408, 429, 500, 502, 503, 504}
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
SEPARATOR = re.compile(r"^---(?=\s|$)", re.MULTILINE)
DIRECTIVE = re.compile(r"^%", re.MULTILINE)
PATTERN = re.compile(r"(?:^|[^\\])[*?\[]")


@dataclass(frozen=True)
class Source:
    """`origin` is what error messages call it: a path, a URL, `yaml`, `objs`."""

    origin: str
    text: str


def read(file: str, *, patterns: bool) -> list[Source]:
    """What `file` names: a URL, a path, or with `patterns` also a glob. Paths are relative to the project.

    Raises PluginError naming the file.
    """
    if URL.match(file):
        return [Source(file, _fetch(file))]
    paths = sorted(glob.glob(file)) if patterns and PATTERN.search(file) else [file]
    return [Source(path, _read(path)) for path in paths]


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PluginError(f"cannot read YAML file {path}: {_reason(error)}") from None


def _fetch(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise PluginError(f"cannot fetch {url}: only http:// and https:// are supported")
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with urllib.request.urlopen(url, timeout=FETCH_SECONDS) as answer:
                return str(answer.read().decode("utf-8"))
        except urllib.error.HTTPError as error:
            problem, passing = f"the server answered {error.code} {error.reason}", error.code in PASSING
        except (urllib.error.URLError, OSError, HTTPException) as error:
            problem, passing = _reason(error), True
        except UnicodeDecodeError as error:
            problem, passing = _reason(error), False
        if not passing or attempt == ATTEMPTS:
            break
        time.sleep(0.5 * 2 ** (attempt - 1))  # between attempts, as HTTP clients do; not a wait for a state
    raise PluginError(f"cannot fetch {url}: {problem}")


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"it is no UTF-8 text (byte {error.start})"
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
    return str(getattr(reason, "strerror", None) or reason)


def parse(source: Source) -> Iterator[Properties]:
    """The documents of a source, empty ones left out. Raises PluginError naming the source and the place."""
    for number, document in enumerate(_documents(source), start=1):
        if not document:
            continue
        if not isinstance(document, dict):
            raise PluginError(
                f"{source.origin}: document {number} is no Kubernetes object "
                f"but a {type(document).__name__}: {_shortened(str(document))}"
            )
        yield _json(document)


def _documents(source: Source) -> Iterator[Any]:
    text, line = source.text, 0
    # Split first, as Kubernetes does: one document may be JSON (read thirty times as fast), the next YAML.
    for part in [text] if DIRECTIVE.search(text) else SEPARATOR.split(text):
        if part.lstrip().startswith("{"):
            with suppress(ValueError):  # YAML in flow style
                yield json.loads(part)
                line += part.count("\n")
                continue
        try:
            yield from list(yaml.load_all(part, Loader=_Loader))
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            place = f" at line {line + mark.line + 1}, column {mark.column + 1}" if mark else ""
            problem = getattr(error, "problem", None) or str(error)
            raise PluginError(f"{source.origin} is not valid YAML{place}: {problem}") from None
        line += part.count("\n")


def _json(value: Any) -> Any:
    """As JSON has it: keys are strings."""
    if isinstance(value, dict):
        return {_key(key): _json(item) for key, item in value.items()}
    if isinstance(value, list | set | tuple):
        return [_json(item) for item in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value


def _key(key: Any) -> str:
    return key if isinstance(key, str) else json.dumps(key)


def _shortened(text: str, length: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 3] + "..."


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML as Kubernetes reads it: no dates, no base-60 numbers, 1e3 is a number, and = is text (some CRDs
    list it among operators).
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 - the loader's own class attribute
        first: [
            (tag, pattern)
            for tag, pattern in resolvers
            if tag.rpartition(":")[2] not in {"timestamp", "int", "float", "value"}
        ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int",
    re.compile(r"^[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]+|0|[1-9][0-9_]*)$"),
    list("-+0123456789"),
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        r"^(?:[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
    ),
    list("-+0123456789."),
)
