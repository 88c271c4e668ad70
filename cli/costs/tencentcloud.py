"""Charges of Tencent Cloud for each type of resource, from the provider's inputs that decide them."""

import json
from collections.abc import Callable, Iterator, Mapping

from cli.costs.charge import BALANCER, GB, GIB_HOUR, GIB_MONTH, HOUR, MONTH, Charge, Inputs, network

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
    owner = f"cluster {inputs.get('clusterName', '')}"
    level = inputs.get("clusterLevel", "")
    if inputs.get("clusterDeployType", "MANAGED_CLUSTER") == "MANAGED_CLUSTER":
        yield Charge(item=f"control plane {level}".rstrip(), owner=owner, unit=HOUR, quantity=(1, 1))
    for key, log in (("eventPersistence", "events"), ("clusterAudit", "audit log")):
        settings = inputs.get(key) or {}
        if settings.get("enabled") and "topicId" not in settings:  # else the topic has its own charge
            yield from _logs(f"{log} of the {owner}", {})


def _node_pool(_name: str, inputs: Inputs) -> Iterator[Charge]:
    scales = inputs.get("enableAutoScale", True)
    keys = ("minSize", "maxSize") if scales else ("desiredCapacity", "desiredCapacity")
    minimum, maximum = (float(inputs.get(key) or 0) for key in keys)
    shape = inputs.get("autoScalingConfig") or {}
    charge = shape.get("instanceChargeType", "")
    types = [
        shape.get("instanceType") or "of a type that only `up` knows",
        *shape.get("backupInstanceTypes", ()),
    ]
    kind = " or ".join(types)
    suffix = {SPOT: ", spot", PREPAID: ", prepaid"}.get(charge, "")
    unit, disk_unit = (MONTH, GIB_MONTH) if charge == PREPAID else (HOUR, GIB_HOUR)
    yield Charge(item=f"node {kind}{suffix}", owner="nodes", unit=unit, quantity=(minimum, maximum))
    disks = [("system disk", shape.get("systemDiskType", "CLOUD_PREMIUM"), shape.get("systemDiskSize", 50))]
    disks += [
        ("data disk", disk.get("diskType", "CLOUD_PREMIUM"), disk.get("diskSize", 0))
        for disk in shape.get("dataDisks", ())
    ]
    for name, disk_type, gib in disks:
        yield Charge(
            item=f"{name} {disk_type}", owner="nodes", unit=disk_unit, quantity=(gib * minimum, gib * maximum)
        )
    if shape.get("publicIpAssigned"):
        mbps = float(shape.get("internetMaxBandwidthOut") or 0)
        yield from network("node", "nodes", shape.get("internetChargeType"), (mbps * minimum, mbps * maximum))


def _super_nodes(name: str, _inputs: Inputs) -> Iterator[Charge]:
    yield Charge(
        item="pods on super nodes", owner=name, unit=HOUR, quantity="cores and GiB of the pods there"
    )


def _endpoint(_name: str, inputs: Inputs) -> Iterator[Charge]:
    owner = "API server"
    if inputs.get("clusterInternet"):
        internet = json.loads(inputs.get("extensiveParameters") or "{}").get("InternetAccessible", {})
        mbps = float(internet.get("InternetMaxBandwidthOut") or 0)
        yield Charge(item=BALANCER, owner=owner, unit=HOUR, quantity=(1, 1))
        yield from network(BALANCER, owner, internet.get("InternetChargeType"), (mbps, mbps))
    if inputs.get("clusterIntranet"):
        yield Charge(item=f"private {BALANCER}", owner=owner, unit=HOUR, quantity=(1, 1))


def _address(name: str, inputs: Inputs) -> Iterator[Charge]:
    mbps = float(inputs.get("internetMaxBandwidthOut") or 0)
    yield Charge(item="address", owner=name, unit=HOUR, quantity="while it is bound to nothing")
    yield from network("address", name, inputs.get("internetChargeType"), (mbps, mbps))


def _nat(name: str, inputs: Inputs) -> Iterator[Charge]:
    if inputs.get("natProductVersion") == STANDARD_NAT:
        yield Charge(item="NAT gateway, standard", owner=name, unit=HOUR, quantity=(1, 1))
        yield Charge(item="capacity unit of a NAT gateway", owner=name, unit=HOUR, quantity="by use")
    else:
        product = f"NAT gateway, {inputs.get('maxConcurrent', 1_000_000)} connections"
        yield Charge(item=product, owner=name, unit=HOUR, quantity=(1, 1))


def _registry(name: str, inputs: Inputs) -> Iterator[Charge]:
    unit = MONTH if inputs.get("registryChargeType") == PREPAID_REGISTRY else HOUR
    yield Charge(item=f"registry {inputs.get('instanceType', '')}", owner=name, unit=unit, quantity=(1, 1))
    yield Charge(item="images in COS", owner=name, unit=GIB_MONTH, quantity="by what is kept")


def _logs(owner: str, _inputs: Inputs) -> Iterator[Charge]:
    yield Charge(item="logs in CLS", owner=owner, unit=GB, quantity="by what is written and kept")


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
