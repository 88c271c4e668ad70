"""Rules for a cluster: its addresses, image and version, and the level that it grows to."""

import ipaddress

from plugins.tencentcloud.account import Account
from plugins.tencentcloud.catalog import IMAGES, LEVELS, VERSIONS
from plugins.tencentcloud.errors import CloudError
from plugins.tencentcloud.kind import Failure, Inputs
from plugins.tencentcloud.network import canonical, overlap

CREATE = "tke:CreateCluster"
POD_RANGES = [
    ipaddress.IPv4Network(text)
    for text in ("9.0.0.0/8", "10.0.0.0/8", "11.0.0.0/8", "192.168.0.0/16", "172.16.0.0/12")
]
MASKS = range(10, 25)  # bits of the range of pods (tke/v20180525/errors.go:494)
IMAGE_ID = "img-"


def check_inputs(inputs: Inputs) -> list[Failure]:
    """Checks of the provider in a preview (clusterCidrValidateFunc and serviceCidrValidateFunc)."""
    failures = canonical("clusterCidr", "serviceCidr")(inputs)
    cidr = inputs.get("clusterCidr")
    if cidr and not failures:
        block = ipaddress.IPv4Network(cidr)
        if not any(block.subnet_of(pod_range) for pod_range in POD_RANGES):
            failures.append(("clusterCidr", "must be within 9./10./11./192.168./172.[16-31]"))
    return failures


def check_ranges(account: Account, inputs: Inputs) -> None:
    """Refuses a range of pods that is too small, or that others in the VPC have."""
    vpc_id, cidr = inputs["vpcId"], inputs["clusterCidr"]
    vpc = account.need(vpc_id, CREATE, "InternalError.VpcRecodrNotFound")
    block = ipaddress.IPv4Network(cidr)
    services = 0 if inputs.get("serviceCidr") else inputs.get("clusterMaxServiceNum", 256)
    if block.prefixlen not in MASKS or block.num_addresses < services + inputs.get("clusterMaxPodNum", 256):
        raise CloudError(
            CREATE,
            "InvalidParameter.CIDRMaskSizeOutOfRange",
            f"{cidr} has no room for {services} Services and a node",
        )
    if overlap(cidr, vpc["cidrBlock"]):
        raise CloudError(
            CREATE,
            "InternalError.CidrConflictWithVpcCidr",
            f"CIDR_CONFLICT_WITH_VPC_CIDR[cidr {cidr} is conflict with vpc cidr {vpc['cidrBlock']}]",
        )
    if inputs.get("ignoreClusterCidrConflict"):
        return
    for cluster, properties in account.all("cls", lingering=True, vpcId=vpc_id).items():
        if properties.get("clusterCidr") and overlap(cidr, properties["clusterCidr"]):
            raise CloudError(
                CREATE,
                "InternalError.CidrConflictWithOtherCluster",
                f"CIDR_CONFLICT_WITH_OTHER_CLUSTER[cidr {cidr} is conflict with cluster id: {cluster}]",
            )
    tables = account.all("rtb", vpcId=vpc_id)
    for route in account.having("destinationCidrBlock").values():
        to = ipaddress.IPv4Network(route["destinationCidrBlock"])
        if route.get("routeTableId") in tables and to.prefixlen and overlap(cidr, str(to)):
            raise CloudError(
                CREATE, "InternalError.CidrConflictWithOtherRoute", f"{cidr} is conflict with a route to {to}"
            )


def check_image(action: str, code: str, image: str) -> None:
    """Refuses an image of nodes that is no public one; an id may be that of the account's own image."""
    if image not in IMAGES and not image.startswith(IMAGE_ID):
        raise CloudError(action, code, f"there is no image {image}")


def check_level(action: str, level: str) -> None:
    """Refuses a level that has no price."""
    if level and level not in LEVELS:
        raise CloudError(action, "FailedOperation.TradeCommon", f"the level {level} has no price")


def upgrades(version: str) -> list[str]:
    """The versions that a cluster of this one can be upgraded to: the next one, and none before."""
    parts = [int(part) for part in version.split(".") if part]
    return [candidate for candidate in VERSIONS if [int(part) for part in candidate.split(".")] > parts][:1]


def nodes_of(account: Account, cluster: str) -> int:
    """Nodes of whatever kind that run in the cluster."""
    return sum(
        int(pool["nodes"]) for pool in account.having("nodes").values() if pool.get("clusterId") == cluster
    )


def grow(account: Account, cluster: str) -> None:
    """The cloud raises the level of a cluster that has outgrown it, when it may."""
    properties = account.get(cluster)
    if properties is None or not properties.get("autoUpgradeClusterLevel"):
        return
    nodes, level = nodes_of(account, cluster), properties.get("clusterLevel", next(iter(LEVELS)))
    if nodes > LEVELS.get(level, (0,))[0]:
        larger = [name for name, (limit, *_) in LEVELS.items() if limit >= nodes]
        account.put(cluster, {**properties, "clusterLevel": larger[0]})
