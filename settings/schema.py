"""The JSON schema of a stack's file, by which an editor completes and checks it.

`python -m settings.schema` prints it, and `stack.schema.json` has it. It knows types and ranges; what depends
on more than one key, the program says.
"""

import json
from collections.abc import Iterator
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from settings import Settings, own_logins, renamed_keys, secrets

PROJECT = "tekton-builds"
FILE = "stack.schema.json"
SECRET = {
    "description": "a secret: `pulumi config set --secret KEY`",
    "type": "object",
    "properties": {"secure": {"type": "string"}},
    "required": ["secure"],
    "additionalProperties": False,
}


class _WithoutTitles(GenerateJsonSchema):
    """A title is the key once more."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def stack_schema() -> dict[str, Any]:
    """The schema (draft 2020-12)."""
    model = Settings.model_json_schema(by_alias=True, schema_generator=_WithoutTitles)
    _add_older_keys(model)
    names = "|".join(own_logins.SECRETS)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A stack of tekton-builds",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "properties": {
                    **{f"{PROJECT}:{key}": value for key, value in model["properties"].items()},
                    **{f"{PROJECT}:{key}": SECRET for key in secrets.KEYS},
                },
                "patternProperties": {
                    f"^{PROJECT}:({names})/": SECRET,
                    f"^{PROJECT}:{own_logins.USERNAME}/": {"type": "string"},
                    # Of Pulumi itself, and of providers.
                    f"^(?!{PROJECT}:)": True,
                },
                "additionalProperties": False,
                "required": [f"{PROJECT}:{key}" for key in model.get("required", [])],
            },
            "environment": True,
            "secretsprovider": {"type": "string"},
            "encryptedkey": {"type": "string"},
            "encryptionsalt": {"type": "string"},
        },
        "additionalProperties": False,
        "$defs": model["$defs"],
    }


def _add_older_keys(model: dict[str, Any]) -> None:
    """Adds the older name of each renamed key, as deprecated, beside the present one."""
    for old_path, new_path in renamed_keys.RENAMED.items():
        old, new = (path.rpartition(".")[2] for path in (old_path, new_path))
        nodes = [model]
        for part in new_path.split(".")[:-1]:
            values = [node["properties"].get(part.removesuffix("[]"), {}) for node in nodes]
            nodes = [inner for value in values for inner in _objects(model, value)]
        for node in nodes:
            if new in node["properties"]:
                older = {"deprecated": True, "description": f"older name of `{new}`"}
                node["properties"][old] = {**node["properties"][new], **older}


def _objects(model: dict[str, Any], value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schemas of the objects that a value may be, or that its entries may be."""
    if "properties" in value:
        yield value
    if "$ref" in value:
        yield from _objects(model, model["$defs"][value["$ref"].rpartition("/")[2]])
    for inner in (*value.get("oneOf", ()), *value.get("anyOf", ()), *filter(None, [value.get("items")])):
        yield from _objects(model, inner)


if __name__ == "__main__":
    print(json.dumps(stack_schema(), indent=1))
