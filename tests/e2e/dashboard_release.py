"""The Dashboard's own image cannot be had: this release is one of the same names, and a web server."""

from typing import Any

from sandbox.network import Network
from sandbox.sandbox import BASE_IMAGE

NAMESPACE, NAME = "tekton-pipelines", "tekton-dashboard"
PAGE = "the Dashboard's page"


def release() -> list[dict[str, Any]]:
    """Objects of the names and kinds of the Dashboard's release."""

    def manifest(
        kind: str, name: str, api: str = "v1", *, namespaced: bool = True, **fields: Any
    ) -> dict[str, Any]:
        meta = {"name": name, **({"namespace": NAMESPACE} if namespaced else {})}
        return {"apiVersion": api, "kind": kind, "metadata": meta, **fields}

    pods = {"app.kubernetes.io/name": "dashboard", "app.kubernetes.io/part-of": "tekton-dashboard"}
    serve = f'mkdir -p /tmp/www && echo "{PAGE}" >/tmp/www/index.html && exec httpd -f -p 9097 -h /tmp/www'
    container = {
        "name": NAME,
        "image": f"{Network().registry}/{BASE_IMAGE}",
        "command": ["sh", "-c", serve],
        "ports": [{"containerPort": 9097}],
        "readinessProbe": {"httpGet": {"path": "/", "port": 9097}, "periodSeconds": 1},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "runAsUser": 65532,
            "runAsNonRoot": True,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }
    group = "dashboard.tekton.dev"
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    return [
        manifest(
            "CustomResourceDefinition",
            f"extensions.{group}",
            "apiextensions.k8s.io/v1",
            namespaced=False,
            spec={
                "group": group,
                "scope": "Namespaced",
                "names": {"kind": "Extension", "plural": "extensions"},
                "versions": [{"name": "v1alpha1", "served": True, "storage": True, "schema": schema}],
            },
        ),
        manifest("ServiceAccount", NAME),
        manifest("ConfigMap", "dashboard-info", data={"version": "a-test"}),
        manifest(
            "Deployment",
            NAME,
            "apps/v1",
            spec={
                "selector": {"matchLabels": pods},
                "template": {
                    "metadata": {"labels": pods},
                    "spec": {
                        "serviceAccountName": NAME,
                        "containers": [container],
                        "terminationGracePeriodSeconds": 1,
                    },
                },
            },
        ),
        manifest(
            "Service",
            NAME,
            spec={"selector": pods, "ports": [{"name": "http", "port": 9097, "targetPort": 9097}]},
        ),
    ]
