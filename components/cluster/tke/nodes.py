"""The nodes of a TKE cluster, in two pools: those there always are, and those that come with the builds.

One pool cannot be both: the provider waits for nodes only where nothing scales them, and the cluster's public
endpoint needs a node that runs.
"""

import hashlib
import json
from base64 import b64encode
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_random as random
import tencentcloud_iac_pulumi as tencentcloud

from components.cluster.tke.account import TencentCloudLookups
from components.cluster.tke.network import TkeNetwork
from components.cluster.tke.scaling import only_if_recorded
from components.cluster.tke.super_nodes import super_node_pool
from settings.nodes import Spot
from settings.tke import Tke

BY_TRAFFIC = "TRAFFIC_POSTPAID_BY_HOUR"  # of the API server's load balancer
# Of the pool that nothing scales. The provider changes bounds or number, not both: so bounds never change.
BOUNDS = {"min_size": 0, "max_size": 100}
NEW_NODES_ONLY = ["autoScalingConfig.publicIpAssigned", "autoScalingConfig.orderlySecurityGroupIds"]


@dataclass(frozen=True, kw_only=True)
class TkeNodesArgs:
    settings: Tke
    account: TencentCloudLookups
    """Lookups in the cloud's account."""
    cluster_id: pulumi.Input[str]
    network: TkeNetwork
    image: str
    """Name or id of the nodes' image."""
    imported_pools: Collection[str] = ()
    """Names of pools that get no password, as another password makes another pool."""


class TkeNodes(pulumi.ComponentResource):
    """A pool of `minNodes` nodes, and one that scales up to `maxNodes` together with it."""

    pools: list[pulumi.Resource]
    """Ready when the nodes that there always are run."""

    def __init__(self, name: str, args: TkeNodesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:tke:Nodes", name, None, opts)
        nodes = args.settings.nodes
        self.pools = []
        password = self._password(name)
        always = {"enable_auto_scale": False, "desired_capacity": nodes.min_nodes, "wait_node_ready": True}
        sometimes = {"enable_auto_scale": True, "min_size": 0, "max_size": nodes.max_nodes - nodes.min_nodes}
        kinds: dict[str, dict[str, Any]] = {"base": {**BOUNDS, **always}}
        if nodes.max_nodes > nodes.min_nodes:
            kinds["more"] = sometimes
        names = {suffix: _pool_name(args.settings, suffix) for suffix in kinds}
        spots = {suffix: nodes.spot if kind["enable_auto_scale"] else None for suffix, kind in kinds.items()}
        types = {spot: _offered(args.settings, args.account, spot) for spot in set(spots.values())}
        for suffix, kind in kinds.items():
            machines = _machines(
                args.settings,
                args.network.node_groups,
                types[spots[suffix]],
                password=None if names[suffix] in args.imported_pools else password,
                spot=spots[suffix],
            )
            self.pools.append(self._pool(f"{name}-{suffix}", names[suffix], kind, machines, args))
        if args.settings.super_nodes:
            child = pulumi.ResourceOptions(parent=self)
            pool = super_node_pool(f"{name}-super", args.settings, args.cluster_id, args.network, child)
            self.pools.append(pool)
        self.register_outputs({})

    def _pool(
        self,
        resource: str,
        name: str,
        kind: Mapping[str, Any],
        machines: tencentcloud.kubernetes.NodePoolAutoScalingConfigArgs,
        args: TkeNodesArgs,
    ) -> pulumi.Resource:
        """A pool; `kind` is its size, fixed or scaled."""
        # The nodes that come in place of others are there before those go.
        opts = pulumi.ResourceOptions(
            parent=self,
            delete_before_replace=False,
            # The cloud gives these to new nodes only, and would keep the others as they are.
            replace_on_changes=NEW_NODES_ONLY,
            depends_on=args.network.way_out,
            hooks=only_if_recorded(resource, args.account) if kind["enable_auto_scale"] else None,
        )
        return tencentcloud.kubernetes.NodePool(
            resource,
            name=name,
            auto_scaling_config=machines,
            cluster_id=args.cluster_id,
            vpc_id=args.network.vpc_id,
            subnet_ids=args.network.subnet_ids,
            node_os=args.image,
            node_config=_config(args.settings),
            # By default the machines stay, and are billed, when their pool goes.
            delete_keep_instance=False,
            tags=args.settings.tags or None,
            opts=opts,
            **kind,
        )

    def _password(self, name: str) -> pulumi.Output[str]:
        """The cloud demands a password or a key. Nobody logs in, and no rule opens port 22."""
        password = random.RandomPassword(
            f"{name}-password",
            length=16,
            min_lower=1,
            min_upper=1,
            min_numeric=1,
            min_special=1,
            override_special="()-_=+",
            opts=pulumi.ResourceOptions(parent=self),
        )
        return pulumi.Output.secret(password.result)


def _offered(settings: Tke, account: TencentCloudLookups, spot: Spot | None) -> pulumi.Output[list[str]]:
    """The first type, and those in its place, as the cloud spells them."""
    nodes = settings.nodes
    keys = {"cluster.nodes.instanceType": nodes.instance_type}
    for index, backup in enumerate(nodes.backup_instance_types):
        keys[f"cluster.nodes.backupInstanceTypes[{index}]"] = backup
    return account.require_available(keys, settings.zone, spot=spot is not None)


def _machines(
    settings: Tke,
    security_groups: Sequence[pulumi.Output[str]],
    types: pulumi.Output[list[str]],
    *,
    password: pulumi.Output[str] | None,
    spot: Spot | None,
) -> tencentcloud.kubernetes.NodePoolAutoScalingConfigArgs:
    """The machines of a pool, by the hour or spot instances. `types`: the first, then its substitutes."""
    nodes = settings.nodes
    return tencentcloud.kubernetes.NodePoolAutoScalingConfigArgs(
        instance_type=types.apply(lambda names: names[0]),
        backup_instance_types=types.apply(lambda names: names[1:]) if nodes.backup_instance_types else None,
        instance_charge_type="SPOTPAID" if spot else "POSTPAID_BY_HOUR",
        spot_instance_type="one-time" if spot else None,  # the only one that there is
        spot_max_price=spot.max_price if spot else None,
        system_disk_type="CLOUD_PREMIUM",
        system_disk_size=nodes.disk_gib,
        public_ip_assigned=not settings.network.nat,
        internet_charge_type=nodes.internet_charge_type,
        internet_max_bandwidth_out=0 if settings.network.nat else nodes.bandwidth_mbps,
        bandwidth_package_id=nodes.bandwidth_package_id or None,
        password=password,
        orderly_security_group_ids=security_groups,
    )


def _config(settings: Tke) -> tencentcloud.kubernetes.NodePoolNodeConfigArgs | None:
    """None without anything to set: a block that comes or goes makes another pool, as it has defaults."""
    script = settings.nodes.user_data
    if not script:
        return None
    return tencentcloud.kubernetes.NodePoolNodeConfigArgs(user_data=b64encode(script.encode()).decode())


def _pool_name(settings: Tke, suffix: str) -> str:
    """Another one for each pool that must be made anew, as both are there for a while.

    The digest is of what makes it another pool: facts/schemas.json of the model of the cloud. At most 25
    characters.
    """
    network, nodes = settings.network, settings.nodes
    replacing = [nodes.instance_type.upper(), settings.zone, network.kind, network.vpc_id, network.subnet_id]
    if network.kind == "own":
        replacing += [network.vpc_cidr, network.subnet_cidr]
    # What is not set stands in no older name.
    replacing += [*sorted(settings.zones), *sorted(network.subnet_ids), *network.security_group_ids]
    replacing += ["nat"] if network.nat else []
    if nodes.user_data:
        replacing.append("nodeConfig")
    digest = hashlib.sha256(json.dumps(replacing).encode()).hexdigest()[:4]
    return f"{settings.name[:15].rstrip('-')}-{suffix}-{digest}"
