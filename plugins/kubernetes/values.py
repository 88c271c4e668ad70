"""Pulumi's wire values as plain Python: dict, list, str, int, float, bool, None, and two words of our own.

`Secret(value)` is a value the engine keeps encrypted; `UNKNOWN` one that is known only after the update. The
wire marks both by signatures: https://www.pulumi.com/docs/iac/extending-pulumi/build-a-provider (property
values).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from google.protobuf.struct_pb2 import Struct, Value

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
RESOURCE_REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e"
ASSETS = {"c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7"}
# One sentinel a type (string, bool, number, array, asset, archive, object); all mean the same to us.
UNKNOWNS = {
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
}
UNKNOWN_ON_WIRE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

Properties = dict[str, Any]


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"

    def __deepcopy__(self, memo: object) -> _Unknown:
        return self


UNKNOWN = _Unknown()


@dataclass(frozen=True)
class Secret:
    """Never prints what it holds."""

    value: Any

    def __repr__(self) -> str:
        return "Secret(...)"


def from_wire(struct: Struct) -> Properties:
    """The properties, secrets and unknowns kept. Whole numbers become int, as JSON and YAML write them."""
    return {key: _decode(value) for key, value in struct.fields.items()}


def part_from_wire(struct: Struct, *path: str) -> Any:
    """The value under these keys alone, None when it is not there: the rest, which may be long, stays on the
    wire.
    """
    for key in path[:-1]:
        if key not in struct.fields:
            return None
        struct = struct.fields[key].struct_value
    return _decode(struct.fields[path[-1]]) if path[-1] in struct.fields else None


def _decode(value: Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        return UNKNOWN if text in UNKNOWNS else text
    if kind == "struct_value":
        decoded = {key: _decode(item) for key, item in value.struct_value.fields.items()}
        return _decode_marked(decoded) if SIGNATURE in decoded else decoded
    if kind == "list_value":
        return [_decode(item) for item in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return value.bool_value
    return None


def _decode_marked(decoded: Properties) -> Any:
    mark = decoded[SIGNATURE]
    if mark == SECRET:
        return Secret(decoded.get("value"))
    if mark == OUTPUT:
        value = decoded.get("value", UNKNOWN)
        return Secret(value) if decoded.get("secret") else value
    if mark in ASSETS:
        raise ValueError(
            "assets and archives cannot be part of a Kubernetes object; read the file into a string"
        )
    return decoded


def to_wire(properties: Properties) -> Struct:
    """The reverse of `from_wire`."""
    struct = Struct()
    for key, value in properties.items():
        _encode(struct.fields[key], value)
    return struct


def _encode(target: Value, value: Any) -> None:
    if isinstance(value, str):
        target.string_value = value
    elif isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, dict):
        fields = target.struct_value.fields
        if not value:
            target.struct_value.SetInParent()
        for key, item in value.items():
            _encode(fields[key], item)
    elif isinstance(value, list):
        values = target.list_value.values
        if not value:
            target.list_value.SetInParent()
        for item in value:
            _encode(values.add(), item)
    elif isinstance(value, Secret):
        fields = target.struct_value.fields
        fields[SIGNATURE].string_value = SECRET
        _encode(fields["value"], value.value)
    else:
        _encode_plain(target, value)


def _encode_plain(target: Value, value: Any) -> None:
    if isinstance(value, (int, float)):
        target.number_value = value
    elif value is None:
        target.null_value = 0
    elif value is UNKNOWN:
        target.string_value = UNKNOWN_ON_WIRE
    else:
        raise TypeError(f"{type(value).__name__} is no property value")


def reveal(value: Any) -> Any:
    """A copy without secret marks."""
    if isinstance(value, Secret):
        return reveal(value.value)
    if isinstance(value, dict):
        return {key: reveal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [reveal(item) for item in value]
    return value


def has_unknown(value: Any) -> bool:
    """Whether any part of the value is not known yet."""
    if isinstance(value, Secret):
        return has_unknown(value.value)
    if isinstance(value, dict):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return value is UNKNOWN


def has_secret(value: Any) -> bool:
    """Whether any part of the value is secret."""
    if isinstance(value, dict):
        return any(has_secret(item) for item in value.values())
    if isinstance(value, list):
        return any(has_secret(item) for item in value)
    return isinstance(value, Secret)
