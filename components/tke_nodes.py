"""The nodes of a TKE cluster, in two pools: those there always are, and those that come with the builds.

One pool cannot be both: the provider waits for nodes only where nothing scales them, and the cluster's public
endpoint needs a node that runs.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_random as random
import tencentcloud_iac_pulumi as tencentcloud

from components.settings.tke import Tke
from components.tke_account import Account
from components.tke_network import TkeNetwork
from components.tke_scaling import only_if_recorded

BY_TRAFFIC = "TRAFFIC_POSTPAID_BY_HOUR"
# Of the pool that nothing scales. The provider changes bounds or number, not both: so bounds never change.
BOUNDS = {"min_size": 0, "max_size": 100}


@dataclass(frozen=True, kw_only=True)
class TkeNodesArgs:
    settings: Tke
    account: Account
    """What can be asked of the cloud."""
    cluster_id: pulumi.Input[str]
    network: TkeNetwork


class TkeNodes(pulumi.ComponentResource):
    """A pool of `least` nodes, and one that scales up to `most` together with it."""

    pools: list[pulumi.Resource]
    """Ready when the nodes that there always are run."""

    def __init__(self, name: str, args: TkeNodesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:tke:Nodes", name, None, opts)
        nodes = args.settings.nodes
        always = {"enable_auto_scale": False, "desired_capacity": nodes.least, "wait_node_ready": True}
        sometimes = {"enable_auto_scale": True, "min_size": 0, "max_size": nodes.most - nodes.least}
        kinds: dict[str, dict[str, Any]] = {"base": {**BOUNDS, **always}}
        if nodes.most > nodes.least:
            kinds["more"] = sometimes
        shape = self._shape(name, args)
        self.pools = [
            tencentcloud.kubernetes.NodePool(
                f"{name}-{suffix}",
                name=_pool_name(args.settings, suffix),
                cluster_id=args.cluster_id,
                vpc_id=args.network.vpc_id,
                subnet_ids=[args.network.subnet_id],
                node_os=nodes.os,
                auto_scaling_config=shape,
                # By default the machines stay, and are billed, when their pool goes.
                delete_keep_instance=False,
                tags=args.settings.tags or None,
                # The nodes that come in place of others are there before those go.
                opts=pulumi.ResourceOptions(
                    parent=self,
                    delete_before_replace=False,
                    hooks=only_if_recorded(f"{name}-{suffix}", args.account)
                    if kind["enable_auto_scale"]
                    else None,
                ),
                **kind,
            )
            for suffix, kind in kinds.items()
        ]
        self.register_outputs({})

    def _shape(self, name: str, args: TkeNodesArgs) -> tencentcloud.kubernetes.NodePoolAutoScalingConfigArgs:
        nodes = args.settings.nodes
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
        return tencentcloud.kubernetes.NodePoolAutoScalingConfigArgs(
            instance_type=args.account.offered(nodes.instance_type, args.settings.zone),
            instance_charge_type="POSTPAID_BY_HOUR",
            system_disk_type="CLOUD_PREMIUM",
            system_disk_size=nodes.disk_gib,
            public_ip_assigned=True,
            internet_charge_type=BY_TRAFFIC,
            internet_max_bandwidth_out=nodes.bandwidth_mbps,
            # The cloud demands a password or a key. Nobody logs in, and no rule opens port 22.
            password=pulumi.Output.secret(password.result),
            orderly_security_group_ids=[args.network.node_group],
        )


def _pool_name(settings: Tke, suffix: str) -> str:
    """Another one for each pool that must be made anew, as both are there for a while.

    The digest is of what makes it another pool: facts/schemas.json of the model of the cloud. At most 25
    characters.
    """
    network = settings.network
    replacing = [settings.nodes.instance_type, settings.zone, network.kind, network.vpc_id, network.subnet_id]
    if network.kind == "own":
        replacing += [network.vpc_cidr, network.subnet_cidr]
    digest = hashlib.sha256(json.dumps(replacing).encode()).hexdigest()[:4]
    return f"{settings.name[:15].rstrip('-')}-{suffix}-{digest}"
