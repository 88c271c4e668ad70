"""Settings that the stacks of the comparison vary: each must have two values, or it is not compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from settings import Settings, own_logins, renamed_keys
from tests.golden.stack import Stack

PROJECT_FILE = Path(__file__).resolve().parents[2] / "Pulumi.yaml"


def value_counts(stacks: Sequence[Stack]) -> dict[str, int]:
    """Counts the values of each key in the stacks, defaults included; a secret has two: set and not set."""
    values: dict[str, set[str]] = defaultdict(set)
    accepted = [stack for stack in stacks if not stack.refused]
    for stack in accepted:
        plain = {key: value for key, value in stack.config.items() if not _is_own(key)}
        present = renamed_keys.rename(plain).values
        for path, value in _values(Settings.model_validate(present), ""):
            values[path].add(repr(value))
        kinds = {_kind(key) for key in (*stack.config, *stack.secrets)}
        for key in _texts():
            values[key].add(str(key in kinds))
    return {path: len(values[path]) for path in sorted({*_paths(Settings, ""), *_texts()})}


def uncovered(stacks: Sequence[Stack]) -> list[str]:
    """The keys with less than two values."""
    return [path for path, count in value_counts(stacks).items() if count < 2]


def _texts() -> list[str]:
    """Keys that are no part of the typed settings: secrets, and logins of single repositories."""
    declared: Mapping[str, Any] = yaml.safe_load(PROJECT_FILE.read_text(encoding="utf-8"))["config"]
    typed = {to_camel(name) for name in Settings.model_fields}
    per_repository = [f"{kind}/" for kind in (*own_logins.SECRETS, own_logins.USERNAME)]
    return [key for key in declared if key not in typed and ":" not in key] + per_repository


def _is_own(key: str) -> bool:
    return "/" in key


def _kind(key: str) -> str:
    kind, slash, _ = key.partition("/")
    return kind + slash


def _paths(model: type[BaseModel], prefix: str) -> Iterator[str]:
    """Every key of a model, those of the models in it too; a list's entries have `[]` behind its key."""
    for name, field in model.model_fields.items():
        path = f"{prefix}{to_camel(name)}"
        yield path
        for inner, is_list in _models(field.annotation):
            yield from _paths(inner, f"{path}[]." if is_list else f"{path}.")


def _models(annotation: Any, *, is_list: bool = False) -> Iterator[tuple[type[BaseModel], bool]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, is_list
    for argument in get_args(annotation):
        in_list = is_list or getattr(annotation, "__origin__", None) is tuple
        yield from _models(argument, is_list=in_list)


def _values(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The value at each key that there is."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            place = f"{path}.{to_camel(name)}" if path else to_camel(name)
            inner = getattr(value, name)
            yield place, inner
            yield from _values(inner, place)
    elif isinstance(value, tuple):
        for entry in value:
            yield from _values(entry, f"{path}[]")
