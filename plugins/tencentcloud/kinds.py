"""The resource types, by the token that the program's package has for them."""

from collections.abc import Mapping

from plugins.tencentcloud.addon import ADDON
from plugins.tencentcloud.cls import LOGSET, TOPIC
from plugins.tencentcloud.cluster import CLUSTER
from plugins.tencentcloud.endpoint import ENDPOINT
from plugins.tencentcloud.kind import Kind
from plugins.tencentcloud.log_config import LOG_CONFIG
from plugins.tencentcloud.nat import ADDRESS, GATEWAY, ROUTE
from plugins.tencentcloud.network import SUBNET, VPC
from plugins.tencentcloud.node_pool import NODE_POOL
from plugins.tencentcloud.security import GROUP, RULE_SET
from plugins.tencentcloud.super_nodes import SUPER_NODES
from plugins.tencentcloud.tcr import REGISTRY, REGISTRY_ACCOUNT, REGISTRY_NAMESPACE
from plugins.tencentcloud.tcr_attachment import REGISTRY_ATTACHMENT

KINDS: Mapping[str, Kind] = {
    kind.token: kind
    for kind in (
        *(VPC, SUBNET, ADDRESS, GATEWAY, ROUTE, GROUP, RULE_SET),
        *(CLUSTER, NODE_POOL, SUPER_NODES, ENDPOINT, ADDON),
        *(REGISTRY, REGISTRY_NAMESPACE, REGISTRY_ATTACHMENT, REGISTRY_ACCOUNT),
        *(LOGSET, TOPIC, LOG_CONFIG),
    )
}
