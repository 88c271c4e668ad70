"""The stacks of the comparison: files in stacks/, the same for both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).with_name("stacks")


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One run of the program."""

    name: str
    config: Mapping[str, Any]
    """Plain settings by key, without the project's name."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Settings that the stack holds encrypted."""
    environment: Mapping[str, str] = field(default_factory=dict)
    preview: bool = False
    refused: bool = False
    """True: the program ends with an error, which is compared."""
    namespaces: Sequence[str] = ("kube-system",)
    """Namespaces of the cluster."""
    objects: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Names of the cluster's other objects, by the last part of their list's path."""
    state: Mapping[str, Any] = field(default_factory=dict)
    """State of an earlier run: `type` and `outputs` by URN."""
    answers: Mapping[str, Any] = field(default_factory=dict)
    """Answers to look-ups, in place of those in answers.yaml, by token."""


def stacks(values: Mapping[str, str], folder: Path = FOLDER) -> list[Stack]:
    """Every stack in the folder, by name, with `values` in place of `{KEY}`.

    Raises ValueError for a key that is none of Stack's.
    """
    return [_stack(file, values) for file in sorted(folder.glob("*.yaml"))]


def _stack(file: Path, values: Mapping[str, str]) -> Stack:
    content = filled(yaml.safe_load(file.read_text(encoding="utf-8")), {**values, "stack": file.stem})
    fields = Stack.__dataclass_fields__.keys() - {"name"}
    if unknown := sorted(content.keys() - fields):
        raise ValueError(f"{file} has {', '.join(unknown)}, but may have {', '.join(sorted(fields))}")
    return Stack(name=file.stem, **content)


def filled(value: Any, values: Mapping[str, str]) -> Any:
    """The value with each `{KEY}` in its texts replaced."""
    if isinstance(value, Mapping):
        return {key: filled(item, values) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, values) for item in value]
    if isinstance(value, str):
        for key, text in values.items():
            value = value.replace(f"{{{key}}}", text)
    return value
