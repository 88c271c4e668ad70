"""Pulumi's wire values (signatures of secrets and unknowns: sdk/go/common/resource) and plain Python ones."""

from collections.abc import Mapping
from typing import Any

from google.protobuf import json_format, struct_pb2

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def secret(value: object) -> dict[str, object]:
    """The value, marked secret for the engine."""
    return {SIGNATURE: SECRET, "value": value}


def plain(value: Any) -> Any:
    """The value without its secret marks, at any depth; whole numbers as int."""
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == SECRET:
            return plain(value.get("value"))
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def has_unknown(value: Any) -> bool:
    """True when the value is, or contains, one that is known only after the update."""
    if isinstance(value, Mapping):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return bool(value == UNKNOWN)


def from_wire(properties: struct_pb2.Struct) -> dict[str, Any]:
    """The properties as Python values, secret marks kept; absent and null are the same."""
    return {key: value for key, value in json_format.MessageToDict(properties).items() if value is not None}


def to_wire(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    """The properties as the engine takes them."""
    struct = struct_pb2.Struct()
    struct.update(properties)
    return struct
