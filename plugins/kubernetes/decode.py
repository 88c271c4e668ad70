"""The function behind the SDK's first-generation `yaml.ConfigFile`: YAML text to a list of objects."""

from __future__ import annotations

from typing import Any

from plugins.kubernetes import kinds
from plugins.kubernetes.errors import PluginError
from plugins.kubernetes.values import Properties, reveal
from plugins.kubernetes.yaml_v2_sources import Source, parse


def decode(args: Properties) -> list[Properties]:
    """`text` and optionally `defaultNamespace`. Lists are taken apart. Raises PluginError for bad YAML."""
    args = reveal(args)
    documents = parse(Source("the manifest", args.get("text") or ""))
    objects = [obj for document in documents for obj in _flat(document)]
    namespace = args.get("defaultNamespace")
    for obj in objects:
        if namespace and kinds.is_namespaced(str(obj.get("apiVersion")), str(obj.get("kind"))) is not False:
            obj.setdefault("metadata", {}).setdefault("namespace", namespace)
    return objects


def _flat(document: Any) -> list[Properties]:
    if not isinstance(document, dict):
        raise PluginError(f"YAML holds {type(document).__name__} where a Kubernetes object is expected")
    if str(document.get("kind")).endswith("List") and isinstance(document.get("items"), list):
        return [obj for item in document["items"] for obj in _flat(item)]
    return [document]
