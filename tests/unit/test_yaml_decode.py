"""The function behind the first generation of yaml.ConfigFile."""

from __future__ import annotations

import pytest

from plugins.kubernetes.decode import decode
from plugins.kubernetes.errors import PluginError


def test_text_becomes_objects_with_lists_taken_apart_and_namespaces_filled_in() -> None:
    """kubernetes:yaml:decode: `defaultNamespace` is for objects that have none and need one."""
    text = """
kind: List
apiVersion: v1
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
- {apiVersion: v1, kind: Namespace, metadata: {name: b}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: mine}}
"""
    objects = decode({"text": text, "defaultNamespace": "shop"})
    assert [(each["metadata"]["name"], each["metadata"].get("namespace")) for each in objects] == [
        ("a", "shop"),
        ("b", None),
        ("c", "mine"),
    ]


def test_bad_yaml_is_an_error_with_its_place() -> None:
    with pytest.raises(PluginError, match="the manifest is not valid YAML at line 1"):
        decode({"text": "a: b: c"})
