"""Objects of a real API server, as plain dictionaries: for a test's own arrangements and checks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kubernetes import config, dynamic
from kubernetes.dynamic.exceptions import NotFoundError

Object = dict[str, Any]


class Objects:
    """Objects of any kind, by apiVersion and kind."""

    def __init__(self, kubeconfig: Path) -> None:
        client = config.new_client_from_config(config_file=str(kubeconfig))
        # Its memory of the kinds beside the kubeconfig, so that it goes with the server.
        self._client = dynamic.DynamicClient(client, cache_file=str(kubeconfig.with_name("kinds.json")))

    def _kind(self, api_version: str, kind: str) -> Any:
        return self._client.resources.get(api_version=api_version, kind=kind)

    def get(self, api_version: str, kind: str, namespace: str | None, name: str) -> Object | None:
        """Returns the object; None when it does not exist."""
        try:
            live: Object = self._kind(api_version, kind).get(name=name, namespace=namespace).to_dict()
        except NotFoundError:
            return None
        return live

    def names(self, api_version: str, kind: str, namespace: str) -> set[str]:
        """Names of all objects in the namespace."""
        items = self._kind(api_version, kind).get(namespace=namespace).items
        return {item.metadata.name for item in items}

    def create(self, body: Object) -> Object:
        kind, namespace = self._kind(body["apiVersion"], body["kind"]), body["metadata"].get("namespace")
        created: Object = kind.create(body=body, namespace=namespace, field_manager="test").to_dict()
        return created

    def patch(self, body: Object) -> None:
        """Merges what `body` says into the object of its name."""
        self._kind(body["apiVersion"], body["kind"]).patch(
            body=body,
            name=body["metadata"]["name"],
            namespace=body["metadata"].get("namespace"),
            content_type="application/merge-patch+json",
            field_manager="test",
        )

    def give_address(self, api_version: str, kind: str, namespace: str, name: str, address: str) -> None:
        """Writes into the object's status that its load balancer has this address."""
        self._kind(api_version, kind).status.patch(
            body={"status": {"loadBalancer": {"ingress": [{"ip": address}]}}},
            name=name,
            namespace=namespace,
            content_type="application/merge-patch+json",
        )

    def delete(self, api_version: str, kind: str, namespace: str | None, name: str) -> None:
        self._kind(api_version, kind).delete(name=name, namespace=namespace)
