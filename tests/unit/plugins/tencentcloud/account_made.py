"""The stand-in for Tencent Cloud, and a network with a cluster in it, as a program makes them."""

from pathlib import Path
from typing import Any

import grpc
import pytest

from plugins.protocol import provider_pb2
from plugins.tencentcloud.account import account
from plugins.tencentcloud.kind import resource_id_of
from plugins.values import from_wire, plain, secret, to_wire
from tests.unit.plugins.provider_engine import Engine

VPC = "tencentcloud:Vpc/instance:Instance"
SUBNET = "tencentcloud:Subnet/instance:Instance"
GROUP = "tencentcloud:Security/group:Group"
RULES = "tencentcloud:Security/groupRuleSet:GroupRuleSet"
CLUSTER = "tencentcloud:Kubernetes/cluster:Cluster"
POOL = "tencentcloud:Kubernetes/nodePool:NodePool"
ENDPOINT = "tencentcloud:Kubernetes/clusterEndpoint:ClusterEndpoint"


class Made:
    """A network with a cluster in it, as a program makes them."""

    def __init__(self, cloud: Engine, file: Path) -> None:
        self.cloud, self.file = cloud, file
        self.vpc, _ = cloud.create(VPC, name="v", cidrBlock="10.0.0.0/16")
        self.subnet, _ = cloud.create(
            SUBNET, name="s", vpcId=self.vpc, cidrBlock="10.0.0.0/20", availabilityZone="ap-hongkong-2"
        )
        self.group, _ = cloud.create(GROUP, name="g")
        self.cluster, self.outputs = cloud.create(CLUSTER, **self.cluster_inputs())

    def cluster_inputs(self, **more: Any) -> dict[str, Any]:
        return {"clusterName": "c", "vpcId": self.vpc, "clusterCidr": "172.20.0.0/16", **more}

    def pool_inputs(self, **more: Any) -> dict[str, Any]:
        return {
            "name": "c-base",
            "clusterId": self.cluster,
            "vpcId": self.vpc,
            "subnetIds": [self.subnet],
            "minSize": 0,
            "maxSize": 100,
            "desiredCapacity": 1,
            "deleteKeepInstance": False,
            "enableAutoScale": False,
            "autoScalingConfig": {
                "instanceType": "S5.MEDIUM8",
                "password": secret("pool-pass-1"),
                "orderlySecurityGroupIds": [self.group],
            },
            **more,
        }

    def scale(self, pool: str, nodes: int) -> None:
        """What the cloud's autoscaler does."""
        with account(self.file) as there:
            name = resource_id_of(pool)
            there.put(name, {**(there.get(name) or {}), "nodes": nodes})

    def nodes(self, pool: str) -> int:
        """How many there are."""
        with account(self.file) as there:
            return int((there.get(resource_id_of(pool)) or {})["nodes"])

    def endpoint_inputs(self, **more: Any) -> dict[str, Any]:
        return {
            "clusterId": self.cluster,
            "clusterInternet": True,
            "clusterInternetSecurityGroup": self.group,
            **more,
        }


def refusal(call: Any, *arguments: Any, **inputs: Any) -> str:
    with pytest.raises(grpc.RpcError) as refused:
        call(*arguments, **inputs)
    return str(refused.value.details())


def delete(cloud: Engine, kind: str, thing: str, state: dict[str, Any]) -> None:
    cloud.stub.Delete(provider_pb2.DeleteRequest(urn=cloud.urn(kind), id=thing, properties=to_wire(state)))


def update(cloud: Engine, kind: str, thing: str, old: dict[str, Any], new: dict[str, Any]) -> Any:
    request = provider_pb2.UpdateRequest(
        urn=cloud.urn(kind), id=thing, olds=to_wire(old), old_inputs=to_wire(old), news=to_wire(new)
    )
    return cloud.stub.Update(request)


def read(cloud: Engine, kind: str, thing: str, inputs: dict[str, Any]) -> Any:
    """A refresh of a resource whose state has these inputs and no more."""
    asked = to_wire(inputs)
    return cloud.stub.Read(
        provider_pb2.ReadRequest(urn=cloud.urn(kind), id=thing, inputs=asked, properties=asked)
    )


def invoke(cloud: Engine, token: str, **arguments: Any) -> dict[str, Any]:
    answer = cloud.stub.Invoke(provider_pb2.InvokeRequest(tok=token, args=to_wire(arguments)))
    found: dict[str, Any] = plain(from_wire(getattr(answer, "return")))
    return found
