"""The tables of docs/configuration.md, made from the typed settings.

`python -m settings.reference` prints them, each between the two comments that enclose it in the page, and
`python -m settings.reference docs/configuration.md` replaces them there.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from settings.examples import EXAMPLES
from settings.settings import Settings
from settings.types import ALLOWED

TOP = "other keys"
"""Name of the table of the keys that are no objects."""
TYPES: Mapping[Any, str] = {str: "text", int: "integer", bool: "boolean"}
UNITS = {
    "Gib": "GiB",
    "Days": "days",
    "days": "days",
    "Minutes": "minutes",
    "Mbps": "Mbps",
    "cpus": "cores",
    "minNodes": "nodes",
    "maxNodes": "nodes",
    "parallel": "images",
    "retries": "repetitions",
    "concurrencyLimit": "runs",
    "historyLimit": "runs",
}
"""Unit of a number, by the end of its key."""
HEAD = "| key | type | default | unit | allowed | example | meaning |\n|---|---|---|---|---|---|---|"
TABLE = re.compile(r"<!-- settings: (.+?) -->\n(.*?)<!-- end -->", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A setting. `info` is its field in the model."""

    key: str
    info: FieldInfo
    type: str
    allowed: str

    @property
    def unit(self) -> str:
        """What the number counts; empty for a setting that is no quantity."""
        if self.type != "integer":
            return ""
        return next((unit for end, unit in UNITS.items() if self.key.endswith(end)), "")

    @property
    def text(self) -> str:
        """The row of the table."""
        example = EXAMPLES.get(self.key, "")
        shown = re.sub(r" \(.*?\)", "", self.key)
        cells = [_code(shown), self.type, _default(self.info), self.unit, self.allowed, _code(example)]
        return "| " + " | ".join([*cells, _cell(self.info.description or "")]) + " |"


def rows() -> dict[str, list[Row]]:
    """The settings of each table, by the table's name."""
    tables = dict(_tables("", Settings))
    scalars = [row for row in tables.pop("") if "object" not in row.type]
    return {**tables, TOP: scalars}


def tables() -> dict[str, str]:
    """Each table as the page has it, by its name."""
    return {name: "\n".join([HEAD, *(row.text for row in table)]) for name, table in rows().items()}


def replaced(page: str) -> str:
    """The page with its tables made anew. Raises KeyError for a table that is none of the settings."""
    texts = tables()
    return TABLE.sub(lambda match: _enclosed(match.group(1), texts[match.group(1)]), page)


def _enclosed(name: str, table: str) -> str:
    return f"<!-- settings: {name} -->\n{table}\n<!-- end -->"


def _tables(path: str, model: type[BaseModel]) -> Iterator[tuple[str, list[Row]]]:
    nested: list[tuple[str, type[BaseModel]]] = []
    table = []
    for name, info in model.model_fields.items():
        key = ".".join(part for part in (path, info.alias or name) if part)
        kind, allowed, models = _parse(info.annotation, info.metadata)
        table.append(Row(key=key, info=info, type=kind, allowed="; ".join(dict.fromkeys(allowed))))
        place = f"{key}[]" if kind.startswith("list") else key
        if len(models) == 1:
            nested.append((place.replace("cluster (tke)", "cluster"), models[0]))
        else:
            nested += [(f"{place} ({_variant(variant)})", variant) for variant in models]
    yield path, table
    for place, nested_model in nested:
        yield from _tables(place, nested_model)


def _variant(model: type[BaseModel]) -> str:
    """The `kind` by which a stack says which of several models it means."""
    (kind,) = get_args(model.model_fields["kind"].annotation)
    return str(kind)


def _parse(annotation: Any, metadata: list[Any]) -> tuple[str, list[str], list[type[BaseModel]]]:
    """The type's name, what is allowed, and the models inside."""
    origin, parts = get_origin(annotation), get_args(annotation)
    own = _checks(metadata)
    if annotation in TYPES:
        return TYPES[annotation], ["`true`", "`false`"] if annotation is bool else own, []
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "object", own, [annotation]
    if origin is Literal:
        return "text", [*(_code(str(part)) for part in parts), *own], []
    kind, allowed, models = _parse_generic(origin, parts)
    return kind, [*allowed, *own], models


def _parse_generic(origin: Any, parts: tuple[Any, ...]) -> tuple[str, list[str], list[type[BaseModel]]]:
    if origin is Annotated:
        return _parse(parts[0], list(parts[1:]))
    if origin in {Union, UnionType}:
        variants = [_parse(part, []) for part in parts if part is not NoneType]
        null = ["`null`"] if NoneType in parts else []
        allowed = [text for _, texts, _ in variants for text in texts]
        return variants[0][0], [*allowed, *null], [model for *_, models in variants for model in models]
    if origin is tuple:
        kind, allowed, models = _parse(parts[0], [])
        return f"list of {kind}", [f"each: {text}" for text in allowed], models
    if isinstance(origin, type) and issubclass(origin, Mapping):
        (_, keys, _), (_, values, _) = (_parse(part, []) for part in parts)
        allowed = [*(f"key: {text}" for text in keys), *(f"value: {text}" for text in values)]
        return "map of text", allowed, []
    raise TypeError(f"no name for the type {origin}")


def _checks(metadata: list[Any]) -> list[str]:
    checks = [
        check for entry in metadata for check in (entry.metadata if isinstance(entry, FieldInfo) else [entry])
    ]
    allowed = [_cell(ALLOWED[check.func]) for check in checks if isinstance(check, AfterValidator)]
    low = [check.ge for check in checks if getattr(check, "ge", None) is not None]
    high = [check.le for check in checks if getattr(check, "le", None) is not None]
    return [*allowed, f"{low[0]} to {high[0]}"] if low and high else allowed


def _default(info: FieldInfo) -> str:
    value = info.default
    if value is PydanticUndefined:
        return "required"
    if isinstance(value, BaseModel):
        return "its own keys'"
    return _code(value if isinstance(value, str) and value else json.dumps(value))


def _code(text: str) -> str:
    return f"`{_cell(text)}`" if text else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        file = Path(sys.argv[1])
        file.write_text(replaced(file.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        print("\n\n".join(_enclosed(name, table) for name, table in tables().items()))
