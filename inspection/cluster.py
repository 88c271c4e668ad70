"""One look at a cluster through its API server."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from typing import Any

from urllib3.exceptions import HTTPError

from inspection.kubeconfig import Kubeconfig

TIMEOUT = (4, 15)  # seconds to connect, and for the answer
METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
REASONS = {
    401: "it does not know the kubeconfig's user",
    403: "the kubeconfig's user may not ask that",
    503: "it is not ready",
}
IDENTITY = "kube-system"  # its uid is the cluster's: it is made once, and nothing deletes it
# Kinds that belong to no namespace, by the path of their list.
PATHS = {
    "Namespace": "/api/v1/namespaces",
    "CustomResourceDefinition": "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    "ClusterRole": "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "ClusterRoleBinding": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    "IngressClass": "/apis/networking.k8s.io/v1/ingressclasses",
    "PriorityClass": "/apis/scheduling.k8s.io/v1/priorityclasses",
    "MutatingWebhookConfiguration": ("/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"),
    "ValidatingWebhookConfiguration": (
        "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
    ),
}


class UnreachableError(Exception):
    """Reason why an API server cannot be asked, for the end of a sentence that names the server."""


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """An API server that answers."""

    kubeconfig: Kubeconfig
    uid: str
    """The uid of the namespace kube-system: another cluster has another one."""
    version: str
    """The API server's, as v1.34.4."""
    namespaces: Mapping[str, str]
    """The uids of all namespaces, by name."""
    _client: _Client = field(repr=False)

    def names(self, kind: str) -> Collection[str]:
        """The names of all objects of a kind in PATHS. Raises UnreachableError."""
        if kind == "Namespace":
            return self.namespaces.keys()
        return {item["metadata"]["name"] for item in self._client.items(PATHS[kind])}

    def has_secret(self, namespace: str, name: str) -> bool:
        """True when the Secret exists; its content is not read. Raises UnreachableError."""
        if namespace not in self.namespaces:
            return False
        items = self._client.items(f"/api/v1/namespaces/{namespace}/secrets")
        return name in {item["metadata"]["name"] for item in items}

    def api_servers(self) -> list[tuple[str, int]]:
        """Address and port of each API server behind its Service. Raises UnreachableError."""
        path = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes"
        answer = self._client.get(path, accept="application/json")
        return [
            (address, port["port"])
            for endpoint in answer.get("endpoints") or ()
            for address in endpoint["addresses"]
            for port in answer.get("ports") or ()
        ]

    def without_endpoints(self, services: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
        """Services, as (namespace, name), that have no ready pod. Raises UnreachableError."""
        ready = set()
        for namespace in {namespace for namespace, _ in services if namespace in self.namespaces}:
            path = f"/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices"
            for piece in self._client.items(path, accept="application/json"):
                name = (piece["metadata"].get("labels") or {}).get("kubernetes.io/service-name")
                if any(
                    (endpoint.get("conditions") or {}).get("ready", True)
                    for endpoint in piece.get("endpoints") or ()
                ):
                    ready.add((namespace, name))
        return sorted(set(services) - ready)


def look(kubeconfig: Kubeconfig) -> Cluster:
    """Asks the API server who it is. Raises UnreachableError."""
    client = _Client(kubeconfig)
    version = client.get("/version", accept="application/json")["gitVersion"]
    items = client.items(PATHS["Namespace"])
    namespaces = {item["metadata"]["name"]: item["metadata"]["uid"] for item in items}
    if IDENTITY not in namespaces:
        raise UnreachableError(f"it has no namespace {IDENTITY}, so it is no cluster's API server")
    return Cluster(
        kubeconfig=kubeconfig,
        uid=namespaces[IDENTITY],
        version=version,
        namespaces=namespaces,
        _client=client,
    )


class _Client:
    """GET requests with a kubeconfig's credentials; its certificates are files for as long as it lives."""

    def __init__(self, kubeconfig: Kubeconfig) -> None:
        # Half a second of imports, which a preview of a cluster that does not exist yet does not need.
        from kubernetes import client, config  # noqa: PLC0415

        self._folder = TemporaryDirectory(prefix="tekton-builds-")
        settings = client.Configuration()
        settings.retries = False
        try:
            config.load_kube_config_from_dict(
                dict(kubeconfig.content),
                client_configuration=settings,
                persist_config=False,
                temp_file_path=self._folder.name,
            )
        except (config.ConfigException, OSError, ValueError) as error:
            raise UnreachableError(f"its kubeconfig cannot be used: {_sentence(error)}") from None
        self._client = client.ApiClient(settings)

    def items(self, path: str, accept: str = METADATA) -> list[dict[str, Any]]:
        """The objects of a list, which the API server may give as null. Raises UnreachableError."""
        return self.get(path, accept).get("items") or []

    def get(self, path: str, accept: str = METADATA) -> Any:
        """The JSON that the API server answers. Raises UnreachableError."""
        request = self._client.param_serialize(
            "GET", path, header_params={"Accept": accept}, auth_settings=["BearerToken"]
        )
        try:
            answer = self._client.call_api(*request, _request_timeout=TIMEOUT)
            body = answer.read()
        except (HTTPError, OSError) as error:
            raise UnreachableError(_sentence(error)) from None
        except Exception as error:  # the client wraps what TLS says in its own ApiException
            raise UnreachableError(_sentence(error)) from None
        if answer.status != 200:
            reason = REASONS.get(answer.status, answer.reason)
            raise UnreachableError(f"GET {path} answers {answer.status}, {reason}")
        try:
            return json.loads(body)
        except ValueError:
            raise UnreachableError(f"GET {path} answers something else than JSON") from None


def _sentence(error: BaseException) -> str:
    """The innermost cause in plain words, without the object that urllib3 names first."""
    cause = getattr(error, "reason", None) or error
    text = re.sub(r"^.*?<?[\w.]+Connection[^>:]*>?: ", "", str(cause).splitlines()[0] if str(cause) else "")
    return text or type(cause).__name__
