"""Definitions of kinds as a stack holds them."""

from collections.abc import Mapping
from typing import Any

KIND = "CustomResourceDefinition"
FIELDS = ("properties", "patternProperties", "definitions")  # mappings of names to schemas
VALUES = ("default", "enum", "example")  # what an object may have, and no schema


def without_descriptions(manifest: dict[str, Any]) -> dict[str, Any]:
    """A CustomResourceDefinition without the descriptions in its schemas; any other object as it is.

    They are three quarters of the bytes of Tekton's definitions. Pulumi's state has each definition three
    times, and its file is written twice for each object that is made. Nothing but `kubectl explain` reads
    them: what an object may have, the API server still knows.
    """
    if manifest["kind"] != KIND:
        return manifest
    spec = manifest["spec"]
    versions = [
        {**version, "schema": _schemas(version["schema"])} if "schema" in version else version
        for version in spec.get("versions") or ()
    ]
    return {**manifest, "spec": {**spec, **({"versions": versions} if versions else {})}}


def _schemas(holder: Any) -> Any:
    return {key: _schema(value) for key, value in holder.items()} if isinstance(holder, Mapping) else holder


def _schema(schema: Any) -> Any:
    """One schema: below FIELDS, keys are names, and one of those may be `description`."""
    if isinstance(schema, list):
        return [_schema(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {
        key: value if key in VALUES else _schemas(value) if key in FIELDS else _schema(value)
        for key, value in schema.items()
        if not (key == "description" and isinstance(value, str))
    }
