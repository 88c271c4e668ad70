"""A program that makes a TKE cluster, and nothing in it."""

import base64
from typing import Any

import pulumi
import pulumi_random
import yaml

from components.cluster.connect import connect
from settings import Settings
from settings.secrets import Secrets
from tests.support.recorded import Recording, record

Given = dict[str, Any]
ENDPOINT = "tencentcloud:Kubernetes/clusterEndpoint:ClusterEndpoint"
POOL = "tencentcloud:Kubernetes/nodePool:NodePool"
KEY = {"TENCENTCLOUD_SECRET_ID": "AKIDexample", "TENCENTCLOUD_SECRET_KEY": "example-key"}


def kubeconfig(server: str = "https://203.0.113.9:443") -> str:
    authority = base64.b64encode(b"-----BEGIN CERTIFICATE-----\n").decode()
    return yaml.safe_dump(
        {
            "clusters": [
                {"name": "c", "cluster": {"server": server, "certificate-authority-data": authority}}
            ],
            "users": [{"name": "u", "user": {"token": "of-a-model"}}],
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "c",
        }
    )


def deploy(
    given: Given,
    *,
    preview: bool = False,
    answers: dict[str, Any] | None = None,
    secrets: dict[str, str] | None = None,
) -> Recording:
    def body() -> None:
        random = pulumi_random.Provider("random")
        opts = pulumi.ResourceOptions(providers=[random])
        cluster = connect("cluster", Settings.load(), Secrets.load(), opts, claims=(), check=lambda *_: None)
        pulumi.export("kubeconfig", cluster.kubeconfig)

    return record(
        body,
        config=given,
        secrets={"registryPassword": "r", "gitPassword": "g"} if secrets is None else secrets,
        preview=preview,
        answers={**TYPES, **(answers or {})},
    )


TYPES: dict[str, Any] = {
    "tencentcloud:Instance/getTypes:getTypes": {
        "instanceTypes": [
            {
                "instanceType": name,
                "cpuCoreCount": cores,
                "memorySize": memory,
                "availabilityZone": "ap-hongkong-2",
                "status": status,
            }
            for name, cores, memory, status in (
                ("S5.MEDIUM8", 2, 8, "SELL"),
                ("SA2.MEDIUM8", 2, 8, "SELL"),
                ("S4.MEDIUM8", 2, 8, "SOLD_OUT"),
                ("S5.LARGE16", 4, 16, "SELL"),
            )
        ]
    },
    "tencentcloud:Kubernetes/getClusterLevels:getClusterLevels": {
        "lists": [
            {
                "name": name,
                "alias": name,
                "enable": True,
                "nodeCount": nodes,
                "podCount": pods,
                "configMapCount": 128,
                "crdCount": pods,
                "otherCount": pods,
            }
            for name, nodes, pods in (("L5", 5, 150), ("L20", 20, 600), ("L50", 50, 1500))
        ]
    },
}


def one(recording: Recording, kind: str, name: str = "") -> Any:
    (found,) = [each for each in recording.all(kind) if each.name.endswith(name)]
    return found
