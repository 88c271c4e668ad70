"""What a Read makes of the inputs that it finds: those of a refresh, and those of an import.

As Pulumi's bridge does it (pulumi-terraform-bridge, pkg/tfbridge/schema.go, ExtractInputsFromOutputs).
"""

from collections.abc import Mapping
from typing import Any

from plugins.tencentcloud.checks import DEFAULTS
from plugins.tencentcloud.schema import MANY, Field
from plugins.values import plain


def updated(
    fields: Mapping[str, Field], given: Mapping[str, Any], found: Mapping[str, Any], block: str = ""
) -> dict[str, Any]:
    """What the program set, with the values that are found; what is not found stays, secrets too."""
    return {
        key: _value(fields, f"{block}{key}", value, found[key]) if key in found else value
        for key, value in given.items()
    }


def _value(fields: Mapping[str, Field], name: str, given: Any, found: Any) -> Any:
    if plain(given) == found or name not in fields:
        return given
    if isinstance(given, list) and isinstance(found, list) and len(given) == len(found):
        return [_value(fields, name, one, other) for one, other in zip(given, found, strict=True)]
    if isinstance(given, Mapping) and isinstance(found, Mapping) and fields[name].type in MANY:
        return updated(fields, given, found, f"{name}.")
    return found


def imported(fields: Mapping[str, Field], found: Mapping[str, Any], block: str = "") -> dict[str, Any]:
    """The inputs of a program that makes what is found: without those that are what they are by default."""
    inputs: dict[str, Any] = {DEFAULTS: []}
    for key, value in found.items():
        if (field := fields.get(f"{block}{key}")) is not None:
            inside = _inside(fields, field, f"{block}{key}.", value)
            if field.required or not _is_default(field, inside):
                inputs[key] = inside
    return inputs


def _inside(fields: Mapping[str, Field], field: Field, block: str, value: Any) -> Any:
    if isinstance(value, Mapping) and field.type in MANY:
        return imported(fields, value, block)
    return [_inside(fields, field, block, one) for one in value] if isinstance(value, list) else value


def _is_default(field: Field, value: Any) -> bool:
    if field.default is not None:
        return bool(field.default == value)
    return value in (None, False, 0, "", [], {}, {DEFAULTS: []})
