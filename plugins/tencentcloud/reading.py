"""The inputs that result from a Read: those of a refresh, and those of an import.

As Pulumi's bridge does it (pulumi-terraform-bridge, pkg/tfbridge/schema.go, ExtractInputsFromOutputs).
"""

from collections.abc import Mapping
from typing import Any

from plugins.tencentcloud.checks import DEFAULTS
from plugins.tencentcloud.schema import MANY, Field
from plugins.values import plain


def refresh_inputs(
    fields: Mapping[str, Field], inputs: Mapping[str, Any], results: Mapping[str, Any], block: str = ""
) -> dict[str, Any]:
    """The program's inputs with the values of the Read; a value that it does not have stays, secrets too."""
    return {
        key: _value(fields, f"{block}{key}", value, results[key]) if key in results else value
        for key, value in inputs.items()
    }


def _value(fields: Mapping[str, Field], name: str, current: Any, result: Any) -> Any:
    if plain(current) == result or name not in fields:
        return current
    if isinstance(current, list) and isinstance(result, list) and len(current) == len(result):
        return [
            _value(fields, name, old_entry, new_entry)
            for old_entry, new_entry in zip(current, result, strict=True)
        ]
    if isinstance(current, Mapping) and isinstance(result, Mapping) and fields[name].type in MANY:
        return refresh_inputs(fields, current, result, f"{name}.")
    return result


def import_inputs(fields: Mapping[str, Field], results: Mapping[str, Any], block: str = "") -> dict[str, Any]:
    """The inputs of a program that makes what is found: without those that are what they are by default."""
    inputs: dict[str, Any] = {DEFAULTS: []}
    for key, value in results.items():
        if (field := fields.get(f"{block}{key}")) is not None:
            nested = _without_defaults(fields, field, f"{block}{key}.", value)
            if field.required or not _is_default(field, nested):
                inputs[key] = nested
    return inputs


def _without_defaults(fields: Mapping[str, Field], field: Field, block: str, value: Any) -> Any:
    if isinstance(value, Mapping) and field.type in MANY:
        return import_inputs(fields, value, block)
    return (
        [_without_defaults(fields, field, block, entry) for entry in value]
        if isinstance(value, list)
        else value
    )


def _is_default(field: Field, value: Any) -> bool:
    if field.default is not None:
        return bool(field.default == value)
    return value in (None, False, 0, "", [], {}, {DEFAULTS: []})
