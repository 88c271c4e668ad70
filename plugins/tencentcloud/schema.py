"""The inputs of the resource types, as the Terraform provider declares them (facts/schemas.json).

The Pulumi package calls a field as Pulumi's bridge does (pulumi-terraform-bridge, pkg/tfbridge/names.go): in
camel case, and a list of many in the plural.
"""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FACTS = Path(__file__).parent / "facts" / "schemas.json"
MANY = ("List", "Set")


@dataclass(frozen=True, kw_only=True)
class Field:
    """One input or output."""

    type: str
    """Terraform's: String, Int, Float, Bool, List, Set or Map."""
    required: bool = False
    optional: bool = False
    replaces: bool = False
    """A change makes another resource."""
    single: bool = False
    """A list that has one entry at most, which Pulumi knows as that entry."""
    default: Any = None
    """Default value; None: the field has none."""
    computed: bool = False
    """The cloud has a value where the program has none, and that is no change."""
    check: str = ""
    """The check in the provider's source."""
    fixed: str = ""
    """Terraform's name of an input that the provider's update refuses to change; empty: it changes it."""

    @property
    def is_input(self) -> bool:
        return self.required or self.optional


@functools.cache
def schema(token: str) -> Mapping[str, Field]:
    """The fields of a type by their path in Pulumi: `nodeOs`, `autoScalingConfig.instanceType`."""
    declared = _facts()["resources"][token]["fields"]
    return {_path(name, declared): _field(name, entry) for name, entry in declared.items()}


def tokens() -> list[str]:
    """The types that are known, by the token that the Pulumi package has for them."""
    return sorted(_facts()["resources"])


@functools.cache
def _facts() -> Mapping[str, Any]:
    facts: Mapping[str, Any] = json.loads(FACTS.read_text(encoding="utf-8"))
    return facts


def _field(name: str, entry: Mapping[str, Any]) -> Field:
    return Field(
        type=entry["type"],
        required=entry.get("required", False),
        optional=entry.get("optional", False),
        replaces=entry.get("forceNew", False),
        single=entry["type"] in MANY and entry.get("maxItems") == 1,
        default=entry.get("default"),
        computed=entry.get("computed", False),
        check=entry.get("check", ""),
        fixed=name if entry.get("fixed") else "",
    )


def _path(name: str, declared: Mapping[str, Any]) -> str:
    parts = name.split(".")
    prefixes = [".".join(parts[: index + 1]) for index in range(len(parts))]
    return ".".join(_name(part, declared[prefix]) for part, prefix in zip(parts, prefixes, strict=True))


def _name(part: str, entry: Mapping[str, Any]) -> str:
    if entry["type"] in MANY and entry.get("maxItems") != 1:
        part = _plural(part)
    head, *tail = part.split("_")
    return head + "".join(word.capitalize() for word in tail)


def _plural(name: str) -> str:
    if name.endswith("ss"):
        return f"{name}es"
    if name.endswith("y") and name[-2] not in "aeiou":
        return f"{name[:-1]}ies"
    return name if name.endswith("s") else f"{name}s"
