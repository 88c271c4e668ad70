"""Differences between two sets of inputs, and which of them replace the resource."""

from collections.abc import Iterator, Mapping
from typing import Any

from plugins.tencentcloud.schema import Field

Fields = Mapping[str, Field]
Paths = dict[str, bool]
"""True at a path where a change replaces the resource."""


def differences(fields: Fields, old: Mapping[str, Any], new: Mapping[str, Any]) -> Paths:
    """Paths as the engine writes them: `nodeOs`, `autoScalingConfig.dataDisks[0].diskSize`."""
    return dict(_of_block(fields, "", "", old, new))


def _of_block(
    fields: Fields, block: str, path: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[tuple[str, bool]]:
    for key in sorted({*old, *new}):
        name = f"{block}{key}"
        if name not in fields or (key not in new and fields[name].computed):
            continue
        # Terraform knows no difference between what is empty and what is not there.
        if (old.get(key) or None) != (new.get(key) or None):
            yield from _of_field(fields, name, f"{path}{key}", old.get(key), new.get(key))


def _of_field(fields: Fields, name: str, path: str, old: Any, new: Any) -> Iterator[tuple[str, bool]]:
    if fields[name].replaces:
        yield path, True
    elif isinstance(old, Mapping) and isinstance(new, Mapping) and _has_block(fields, name):
        yield from _of_block(fields, f"{name}.", f"{path}.", old, new)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (old_entry, new_entry) in enumerate(zip(old, new, strict=True)):
            if old_entry == new_entry:
                continue
            if isinstance(old_entry, Mapping) and isinstance(new_entry, Mapping) and _has_block(fields, name):
                yield from _of_block(fields, f"{name}.", f"{path}[{index}].", old_entry, new_entry)
            else:
                yield f"{path}[{index}]", False
    else:
        # A block that comes or goes brings along what is set in it.
        nested = [*_set_in(fields, name, old), *_set_in(fields, name, new)]
        yield path, any(fields[inner].replaces for inner in nested)


def _set_in(fields: Fields, name: str, value: Any) -> Iterator[str]:
    """The fields of a block, or of a list of blocks, that have a value, by default or by the program."""
    for block in value if isinstance(value, list) else [value]:
        if isinstance(block, Mapping):
            for inner in _nested_fields(fields, name):
                key = inner.removeprefix(f"{name}.")
                if "." not in key and (block.get(key) or fields[inner].default):
                    yield inner
                    yield from _set_in(fields, inner, block.get(key))


def _has_block(fields: Fields, name: str) -> bool:
    return next(_nested_fields(fields, name), None) is not None


def _nested_fields(fields: Fields, name: str) -> Iterator[str]:
    return (field for field in fields if field.startswith(f"{name}."))
