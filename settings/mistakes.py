"""A settings mistake as one sentence: the key, its value, and what is allowed."""

import re
from typing import Any, get_args

import pulumi
from pydantic import BaseModel, ValidationError
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

KINDS = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "tuple_type": "a list",
    "model_type": "a mapping of keys",
    "model_attributes_type": "a mapping of keys",
}


class SettingsError(pulumi.RunError):
    """Every mistake in the stack's settings, one sentence a line."""


def format_errors(model: type[BaseModel], error: ValidationError) -> list[str]:
    """One sentence for each mistake that pydantic found in `model`'s input."""
    return [_sentence(model, dict(detail)) for detail in error.errors(include_url=False)]


def _sentence(model: type[BaseModel], error: dict[str, Any]) -> str:
    kind, value = error["type"], error["input"]
    # pydantic says so of a key that is wrong itself; its name stands before it.
    loc = tuple(part for part in error["loc"] if part != "[key]")
    named = _without_tags(model, loc)
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in named).lstrip(".")
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        return _wrong_kind(key, error)
    if kind == "extra_forbidden":
        keys = ", ".join(to_camel(name) for name in _model_at(model, loc[:-1]).model_fields)
        return f"{key} is no setting; known are: {keys}"
    if kind == "missing":
        return f"{key} is missing: {_field(model, loc).description}"
    if not key:
        return _allowed(model, error)  # of several settings: the message names them
    shown = re.sub(
        r"://[^/@]*@", "://***@", repr(value)
    )  # whoever types a password there must not see it again
    return f"{key} is {shown}, but {_allowed(model, error)}"


def _allowed(model: type[BaseModel], error: dict[str, Any]) -> str:
    kind = error["type"]
    if kind in KINDS:
        return f"must be {KINDS[kind]}: {_field(model, error['loc']).description}"
    if kind == "greater_than_equal":
        return f"must be at least {error['ctx']['ge']}"
    if kind == "less_than_equal":
        return f"must be at most {error['ctx']['le']}"
    if kind == "literal_error":
        return f"must be {error['ctx']['expected']}"
    return str(error["msg"]).removeprefix("Value error, ")


def _field(model: type[BaseModel], loc: tuple[str | int, ...]) -> FieldInfo:
    """The field that the place is, or that it is inside: of a mapping or a list of plain values."""
    depth = max(index for index, part in enumerate(loc) if isinstance(part, str))
    for end in range(1, depth + 1):
        info = _info(_model_at(model, loc[: end - 1]), loc[end - 1])
        if info and _model_in_or_none(info.annotation) is None:
            return info
    info_of_part = _info(_model_at(model, loc[:depth]), loc[depth])
    assert info_of_part is not None, f"pydantic names a place that the settings do not have: {loc}"
    return info_of_part


def _info(model: type[BaseModel], part: str | int) -> FieldInfo | None:
    return next((info for field, info in model.model_fields.items() if to_camel(field) == part), None)


def _model_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> type[BaseModel]:
    """The model at a place in the settings: ("repositories", 0, "images", 1) is Image."""
    union: Any = None
    for part in loc:
        if isinstance(part, int):
            continue
        if part in _kinds(union):
            model = _kinds(union)[part]
            continue
        info = next(info for field, info in model.model_fields.items() if to_camel(field) == part)
        union = info.annotation
        model = _model_in(union)
    return model


def _without_tags(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str | int]:
    """The keys as they stand in the settings: pydantic puts the chosen `kind` of a union between them."""
    keys: list[str | int] = []
    annotation: Any = model
    for part in loc:
        if not isinstance(part, int) and part in _kinds(annotation):
            annotation = _kinds(annotation)[part]
            continue
        keys.append(part)
        if isinstance(part, str):
            part_model = _model_in_or_none(annotation)
            info = _info(part_model, part) if part_model else None
            annotation = info.annotation if info else None
    return keys


def _wrong_kind(key: str, error: dict[str, Any]) -> str:
    if error["type"] == "union_tag_not_found":
        return f"{key}.kind is missing: it must stand there first, as the other keys depend on it"
    tag, expected = error["ctx"]["tag"], error["ctx"]["expected_tags"].replace(", ", " or ")
    return f"{key}.kind is {tag!r}, but must be {expected}"


def _kinds(annotation: Any) -> dict[str, type[BaseModel]]:
    """The models of a union by their `kind`; nothing for whatever is no such union."""
    models = [
        model for model in get_args(annotation) if isinstance(model, type) and issubclass(model, BaseModel)
    ]
    if len(models) < 2:
        return {}
    return {kind: model for model in models for kind in get_args(model.model_fields["kind"].annotation)}


def _model_in(annotation: Any) -> type[BaseModel]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(model for argument in get_args(annotation) if (model := _model_in_or_none(argument)))


def _model_in_or_none(annotation: Any) -> type[BaseModel] | None:
    try:
        return _model_in(annotation)
    except StopIteration:
        return None
