"""The forms an object takes: as properties in state, as inputs to compare, as the API server's JSON."""

from __future__ import annotations

import base64
import binascii
import copy
from typing import Any

from plugins.kubernetes import kinds
from plugins.kubernetes.values import Properties

# Pulumi's SDKs cannot name a property with a dash; CRD schemas use these.
DASHED = {
    name.replace("-", "_"): name
    for name in (
        "x-kubernetes-embedded-resource",
        "x-kubernetes-int-or-string",
        "x-kubernetes-list-map-keys",
        "x-kubernetes-list-type",
        "x-kubernetes-map-type",
        "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-validations",
    )
}
UNDERSCORED = {dashed: name for name, dashed in DASHED.items()}
# Set by the server alone: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
READ_ONLY_METADATA = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
)


def to_object(properties: Properties) -> Properties:
    """As the API server takes it."""
    return _rename(properties, DASHED)


def to_properties(obj: Properties) -> Properties:
    """As the SDKs' types name it. Without managedFields, which nobody reads from a stack and which double
    it.
    """
    properties = _rename(obj, UNDERSCORED)
    metadata = properties.get("metadata")
    if isinstance(metadata, dict):
        metadata.pop("managedFields", None)
    return properties


def _rename(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {names.get(key, key): _rename(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_rename(item, names) for item in value]
    return value


def metadata_of(obj: Properties) -> Properties:
    """Empty when there is none, or when it is not known yet."""
    metadata = obj.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def annotation(obj: Properties, name: str) -> str | None:
    annotations = metadata_of(obj).get("annotations")
    value = annotations.get(name) if isinstance(annotations, dict) else None
    return value if isinstance(value, str) else None


def normalized(inputs: Properties) -> Properties:
    """A copy of plain inputs in which what means the same to the server looks the same."""
    inputs = to_properties(inputs)
    metadata = inputs.get("metadata")
    if isinstance(metadata, dict):
        inputs["metadata"] = {
            key: value
            for key, value in metadata.items()
            if key not in READ_ONLY_METADATA and value is not None
        }
    if kinds.is_secret(inputs):
        _encode_secret(inputs)
    elif kinds.is_crd(inputs):
        inputs.pop("status", None)
        spec = inputs.get("spec")
        if isinstance(spec, dict) and spec.get("preserveUnknownFields") is False:
            del spec["preserveUnknownFields"]  # the server drops it: false is what it is without
    return inputs


def _encode_secret(secret: Properties) -> None:
    """stringData is only a way to write data: the server turns it into base64, where it wins over data."""
    data, strings = secret.get("data"), secret.get("stringData")
    if isinstance(data, dict):
        secret["data"] = data = {key: _canonical_base64(value) for key, value in data.items()}
    if isinstance(strings, dict) and strings and not isinstance(data, str):
        encoded = {
            key: base64.b64encode(value.encode()).decode() if isinstance(value, str) else value
            for key, value in strings.items()
        }
        secret["data"] = {**(data if isinstance(data, dict) else {}), **encoded}
        del secret["stringData"]


def _canonical_base64(value: Any) -> Any:
    """Without the line ends that the server drops."""
    if not isinstance(value, str):
        return value
    try:
        return base64.b64encode(base64.b64decode(value)).decode()
    except (binascii.Error, ValueError):
        return value


def pruned(live: Any, inputs: Any) -> Any:
    """Of the live value only what the inputs also speak of: defaults and other owners' fields are no
    drift.
    """
    if isinstance(live, dict) and isinstance(inputs, dict):
        return {key: pruned(value, inputs[key]) for key, value in live.items() if key in inputs}
    if isinstance(live, list) and isinstance(inputs, list):
        if live and inputs and type(live[0]) is not type(inputs[0]):
            return copy.deepcopy(live)
        return [pruned(value, wanted) for value, wanted in zip(live, inputs, strict=False)]
    return live
