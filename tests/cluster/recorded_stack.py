"""A stack that commit 4d96eb1 made on the sandbox, put into an API server as it was recorded.

`stack_of_4d96eb1/state.json.gz` is `pulumi stack export --show-secrets`, with words for its secrets;
`objects.json.gz` has the state's Kubernetes objects with managedFields and status, as `kubectl get
--show-managed-fields --output json` gave them. Recorded on 2026-11-27 with that commit's stand-in and the
CLI v3.276.0.
"""

import copy
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kubernetes import client, config, dynamic
from kubernetes.dynamic.exceptions import NotFoundError

from tests.cluster.api_server import ApiServer

FOLDER = Path(__file__).with_name("stack_of_4d96eb1")
FIRST_KINDS = ("Namespace", "CustomResourceDefinition")
SERVERS_OWN = ("uid", "resourceVersion", "creationTimestamp", "generation", "selfLink", "ownerReferences")
# Of another range of addresses than the test's API server has.
ADDRESSES = ("clusterIP", "clusterIPs", "healthCheckNodePort")
REVISION = "deployment.kubernetes.io/revision"
WEBHOOKS = ("tekton-pipelines-webhook", "tekton-triggers-webhook")
Object = dict[str, Any]


def recording(name: str) -> Any:
    """The JSON of `state` or `objects`."""
    return json.loads(gzip.decompress((FOLDER / f"{name}.json.gz").read_bytes()))


class RecordedStack:
    """The objects in the API server, each with the uid that it got there."""

    def __init__(self, server: ApiServer) -> None:
        self._api = config.new_client_from_config(str(server.kubeconfig_file))
        self._objects: list[Object] = recording("objects")
        self._old_uids = {_name(item): item["metadata"]["uid"] for item in self._objects}

    def load(self) -> None:
        """Makes the objects: kinds first, as the rest is made of them."""
        cluster = dynamic.DynamicClient(self._api)
        for item in self._objects:
            if item["kind"] in FIRST_KINDS:
                _create(cluster, item)
        cluster = dynamic.DynamicClient(self._api)  # it knows the new kinds
        for item in self._objects:
            if item["kind"] not in FIRST_KINDS:
                _create(cluster, item)
        for service in WEBHOOKS:
            _create(cluster, _endpoints(service, "tekton-pipelines"))
        _create(cluster, _endpoints("kubernetes", "default"))  # the API server's own

    @property
    def uids(self) -> dict[str, str]:
        """Uids of the objects that exist, by kind, namespace and name."""
        cluster = dynamic.DynamicClient(self._api)
        uids = {}
        for item in self._objects:
            kind = cluster.resources.get(api_version=item["apiVersion"], kind=item["kind"])
            meta = item["metadata"]
            try:
                live = kind.get(name=meta["name"], namespace=meta.get("namespace"))
            except NotFoundError:
                continue
            uids[_name(item)] = live.metadata.uid
        return uids

    def state(self, kubeconfig: str, salt: str) -> str:
        """The stack's state, of these objects and of this cluster, for `pulumi stack import`.

        `salt` is the `encryptionsalt` of the stack that takes it.
        """
        text = json.dumps(recording("state"))
        for name, uid in self.uids.items():
            text = text.replace(self._old_uids[name], uid)
        state = json.loads(text)
        state["deployment"]["secrets_providers"]["state"]["salt"] = salt
        for resource in state["deployment"]["resources"]:
            if resource["type"] == "pulumi:providers:kubernetes":
                for part in ("inputs", "outputs"):
                    resource[part]["kubeconfig"]["plaintext"] = json.dumps(kubeconfig)
        return json.dumps(state)

    def manifests(self) -> Iterator[Object]:
        """The objects of the releases, as the program of that commit was given them."""
        for resource in recording("state")["deployment"]["resources"]:
            if "ConfigGroup$" in resource["urn"] or resource["type"].endswith(":ClusterInterceptor"):
                item = {key: value for key, value in resource["inputs"].items() if not key.startswith("__")}
                annotations = item["metadata"].get("annotations", {})
                for key in [key for key in annotations if key.startswith("pulumi.com/")]:
                    del annotations[key]
                if not annotations:  # upstream has none then, and an empty map would be a change each time
                    item["metadata"].pop("annotations", None)
                yield item


def _endpoints(service: str, namespace: str) -> Object:
    """Endpoints of a Service, as if it had a pod; no kubelet runs one here."""
    labels = {"kubernetes.io/service-name": service}
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": service, "namespace": namespace, "labels": labels},
        "addressType": "IPv4",
        "endpoints": [{"addresses": ["192.0.2.1"], "conditions": {"ready": True}}],
        "ports": [{"name": "https", "port": 6443, "protocol": "TCP"}],
    }


def _name(item: Object) -> str:
    meta = item["metadata"]
    return "/".join((item["apiVersion"], item["kind"], meta.get("namespace", ""), meta["name"]))


def _create(cluster: dynamic.DynamicClient, item: Object) -> None:
    kind = cluster.resources.get(api_version=item["apiVersion"], kind=item["kind"])
    body = copy.deepcopy(item)
    for key in SERVERS_OWN:
        body["metadata"].pop(key, None)
    status = body.pop("status", None)
    if item["kind"] == "Deployment":
        # No controller runs here: this is what it would say when an annotation has changed, once.
        status = {**status, "observedGeneration": status["observedGeneration"] + 1}
    if item["kind"] == "Service":
        for key in ADDRESSES:
            body["spec"].pop(key, None)
        for port in body["spec"]["ports"]:
            port.pop("nodePort", None)
    for webhook in body.get("webhooks", ()):
        webhook["rules"] = []  # no pod answers here, so nobody may be asked
    name, namespace = body["metadata"]["name"], body["metadata"].get("namespace")
    try:
        created = kind.create(body=body, namespace=namespace)
    except client.ApiException as error:
        raise AssertionError(f"{_name(item)}: {error.status} {error.body}") from None
    if status and item["kind"] not in (*FIRST_KINDS, "ClusterInterceptor") and "status" in kind.subresources:
        current = created.to_dict()
        current["status"] = status
        kind.status.replace(body=current, name=name, namespace=namespace)
    # The server notes this test as the writer of each field, and who applies it later would meet a conflict.
    owners = {"metadata": {"managedFields": body["metadata"].get("managedFields", [])}}
    merge = "application/merge-patch+json"
    kind.patch(body=owners, name=name, namespace=namespace, content_type=merge)
    if item["kind"] == "Deployment":
        _create_replica_set(cluster, created.to_dict(), status)


def _create_replica_set(cluster: dynamic.DynamicClient, deployment: Object, status: Object) -> None:
    """Creates what the provider looks at when a Deployment has changed; no controller runs here."""
    kind = cluster.resources.get(api_version="apps/v1", kind="ReplicaSet")
    meta, spec = deployment["metadata"], deployment["spec"]
    owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": meta["name"], "uid": meta["uid"]}
    replica_set = kind.create(
        body={
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "metadata": {
                "name": meta["name"],
                "annotations": {REVISION: meta["annotations"][REVISION]},
                "ownerReferences": [{**owner, "controller": True}],
            },
            "spec": {
                "replicas": spec["replicas"],
                "selector": spec["selector"],
                "template": spec["template"],
            },
        },
        namespace=meta["namespace"],
    ).to_dict()
    ready = ("availableReplicas", "observedGeneration", "readyReplicas", "replicas")
    replica_set["status"] = {key: status[key] for key in ready}
    kind.status.replace(body=replica_set, name=meta["name"], namespace=meta["namespace"])
