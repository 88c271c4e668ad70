"""What Tencent Cloud bills of each type of resource: the provider's inputs that decide it."""

import json
from collections.abc import Callable, Iterator, Mapping

from outputs.costs.charge import (
    BALANCER,
    GB,
    GIB_HOUR,
    GIB_MONTH,
    HOUR,
    MONTH,
    Charge,
    Inputs,
    network,
)

SPOT, PREPAID = "SPOTPAID", "PREPAID"
PREPAID_REGISTRY = STANDARD_NAT = 2
CLUSTER = "tencentcloud:Kubernetes/cluster:Cluster"
# No charge of their own in any page of Tencent Cloud that was read.
WITHOUT_CHARGE = frozenset(
    f"tencentcloud:{kind}"
    for kind in (
        "Cls/logset:Logset",
        "Kubernetes/addon:Addon",
        "Kubernetes/logConfig:LogConfig",
        "Route/table:Table",
        "Route/tableEntry:TableEntry",
        "Security/group:Group",
        "Security/groupRuleSet:GroupRuleSet",
        "Subnet/instance:Instance",
        "Tcr/namespace:Namespace",
        "Tcr/serviceAccount:ServiceAccount",
        "Tcr/token:Token",
        "Tcr/vpcAttachment:VpcAttachment",
        "Vpc/instance:Instance",
    )
)


def _cluster(_name: str, inputs: Inputs) -> Iterator[Charge]:
    of = f"cluster {inputs.get('clusterName', '')}"
    level = inputs.get("clusterLevel", "")
    if inputs.get("clusterDeployType", "MANAGED_CLUSTER") == "MANAGED_CLUSTER":
        yield Charge(what=f"control plane {level}".rstrip(), of=of, unit=HOUR, quantity=(1, 1))
    for key, log in (("eventPersistence", "events"), ("clusterAudit", "audit log")):
        settings = inputs.get(key) or {}
        if settings.get("enabled") and "topicId" not in settings:  # else the topic has its own charge
            yield from _logs(f"{log} of the {of}", {})


def _node_pool(_name: str, inputs: Inputs) -> Iterator[Charge]:
    scales = inputs.get("enableAutoScale", True)
    keys = ("minSize", "maxSize") if scales else ("desiredCapacity", "desiredCapacity")
    least, most = (float(inputs.get(key) or 0) for key in keys)
    shape = inputs.get("autoScalingConfig") or {}
    charge = shape.get("instanceChargeType", "")
    types = [
        shape.get("instanceType") or "of a type that only `up` knows",
        *shape.get("backupInstanceTypes", ()),
    ]
    kind = " or ".join(types)
    suffix = {SPOT: ", spot", PREPAID: ", prepaid"}.get(charge, "")
    unit, disk_unit = (MONTH, GIB_MONTH) if charge == PREPAID else (HOUR, GIB_HOUR)
    yield Charge(what=f"node {kind}{suffix}", of="nodes", unit=unit, quantity=(least, most))
    disks = [("system disk", shape.get("systemDiskType", "CLOUD_PREMIUM"), shape.get("systemDiskSize", 50))]
    disks += [
        ("data disk", disk.get("diskType", "CLOUD_PREMIUM"), disk.get("diskSize", 0))
        for disk in shape.get("dataDisks", ())
    ]
    for name, disk_type, gib in disks:
        yield Charge(
            what=f"{name} {disk_type}", of="nodes", unit=disk_unit, quantity=(gib * least, gib * most)
        )
    if shape.get("publicIpAssigned"):
        mbps = float(shape.get("internetMaxBandwidthOut") or 0)
        yield from network("node", "nodes", shape.get("internetChargeType"), (mbps * least, mbps * most))


def _super_nodes(name: str, _inputs: Inputs) -> Iterator[Charge]:
    yield Charge(what="pods on super nodes", of=name, unit=HOUR, quantity="cores and GiB of the pods there")


def _endpoint(_name: str, inputs: Inputs) -> Iterator[Charge]:
    of = "API server"
    if inputs.get("clusterInternet"):
        internet = json.loads(inputs.get("extensiveParameters") or "{}").get("InternetAccessible", {})
        mbps = float(internet.get("InternetMaxBandwidthOut") or 0)
        yield Charge(what=BALANCER, of=of, unit=HOUR, quantity=(1, 1))
        yield from network(BALANCER, of, internet.get("InternetChargeType"), (mbps, mbps))
    if inputs.get("clusterIntranet"):
        yield Charge(what=f"private {BALANCER}", of=of, unit=HOUR, quantity=(1, 1))


def _address(name: str, inputs: Inputs) -> Iterator[Charge]:
    mbps = float(inputs.get("internetMaxBandwidthOut") or 0)
    yield Charge(what="address", of=name, unit=HOUR, quantity="while it is bound to nothing")
    yield from network("address", name, inputs.get("internetChargeType"), (mbps, mbps))


def _nat(name: str, inputs: Inputs) -> Iterator[Charge]:
    if inputs.get("natProductVersion") == STANDARD_NAT:
        yield Charge(what="NAT gateway, standard", of=name, unit=HOUR, quantity=(1, 1))
        yield Charge(what="capacity unit of a NAT gateway", of=name, unit=HOUR, quantity="by use")
    else:
        what = f"NAT gateway, {inputs.get('maxConcurrent', 1_000_000)} connections"
        yield Charge(what=what, of=name, unit=HOUR, quantity=(1, 1))


def _registry(name: str, inputs: Inputs) -> Iterator[Charge]:
    unit = MONTH if inputs.get("registryChargeType") == PREPAID_REGISTRY else HOUR
    yield Charge(what=f"registry {inputs.get('instanceType', '')}", of=name, unit=unit, quantity=(1, 1))
    yield Charge(what="images in COS", of=name, unit=GIB_MONTH, quantity="by what is kept")


def _logs(of: str, _inputs: Inputs) -> Iterator[Charge]:
    yield Charge(what="logs in CLS", of=of, unit=GB, quantity="by what is written and kept")


RULES: Mapping[str, Callable[[str, Inputs], Iterator[Charge]]] = {
    CLUSTER: _cluster,
    "tencentcloud:Cls/topic:Topic": _logs,
    "tencentcloud:Eip/instance:Instance": _address,
    "tencentcloud:Kubernetes/clusterEndpoint:ClusterEndpoint": _endpoint,
    "tencentcloud:Kubernetes/nodePool:NodePool": _node_pool,
    "tencentcloud:Kubernetes/serverlessNodePool:ServerlessNodePool": _super_nodes,
    "tencentcloud:Nat/gateway:Gateway": _nat,
    "tencentcloud:Tcr/instance:Instance": _registry,
}
