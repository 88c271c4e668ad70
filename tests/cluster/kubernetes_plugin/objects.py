"""Small objects for tests."""

from __future__ import annotations

import json
from typing import Any

from plugins.kubernetes.values import Properties


def config_map(name: str, namespace: str, **data: Any) -> Properties:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace},
        "data": data,
    }


def deployment(name: str, namespace: str, *, replicas: int = 0, **annotations: str) -> Properties:
    """Of no replicas unless asked, so that it is complete without a kubelet."""
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "annotations": {f"pulumi.com/{key}": value for key, value in annotations.items()},
        },
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "main", "image": "example.invalid/none"}]},
            },
        },
    }


def custom_resource_definition(word: str, *, scope: str = "Namespaced") -> Properties:
    """Of a kind no other test uses: `word` makes the group."""
    group = f"{word}.example.com"
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"things.{group}"},
        "spec": {
            "group": group,
            "names": {"kind": "Thing", "plural": "things", "singular": "thing"},
            "scope": scope,
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {
                        "openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
                    },
                }
            ],
        },
    }


def custom_object(crd: Properties, name: str, namespace: str | None, **spec: Any) -> Properties:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {
        "apiVersion": f"{crd['spec']['group']}/v1",
        "kind": "Thing",
        "metadata": metadata,
        "spec": spec,
    }


def nobody_answers() -> str:
    """A kubeconfig of a server that is not there."""
    return json.dumps(
        {
            # Port 9 (discard) of loopback: nothing listens, and nothing leaves the machine.
            "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:9"}}],
            "users": [{"name": "u", "user": {"token": "t"}}],
            "contexts": [{"name": "main", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "main",
        }
    )
