"""The resource types, by the token that the program's package has for them."""

from collections.abc import Mapping

from plugins.tencentcloud.cluster import CLUSTER
from plugins.tencentcloud.endpoint import ENDPOINT
from plugins.tencentcloud.kind import Kind
from plugins.tencentcloud.network import SUBNET, VPC
from plugins.tencentcloud.node_pool import NODE_POOL
from plugins.tencentcloud.security import GROUP, RULE_SET

KINDS: Mapping[str, Kind] = {
    "tencentcloud:Vpc/instance:Instance": VPC,
    "tencentcloud:Subnet/instance:Instance": SUBNET,
    "tencentcloud:Security/group:Group": GROUP,
    "tencentcloud:Security/groupRuleSet:GroupRuleSet": RULE_SET,
    "tencentcloud:Kubernetes/cluster:Cluster": CLUSTER,
    "tencentcloud:Kubernetes/nodePool:NodePool": NODE_POOL,
    "tencentcloud:Kubernetes/clusterEndpoint:ClusterEndpoint": ENDPOINT,
}
