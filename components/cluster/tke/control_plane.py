"""The managed control plane of a TKE cluster; a version or size that the cloud would refuse ends the plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import tencentcloud_iac_pulumi as tencentcloud

from components.cluster.recorded_state import RecordedState
from components.cluster.tke.account import TencentCloudLookups, TkeError
from settings.levels import LEVELS
from settings.tke import Tke

MINORS = 2  # from one version of TKE to the next: it has even minors only

# How the autoscaler takes nodes away again, which it does not by default. All of it is set: an update sends
# zeros for what is not. A build's pods have volumes of the node, and would keep a node for ever.
SCALING = tencentcloud.kubernetes.ClusterNodePoolGlobalConfigArgs(
    is_scale_in_enabled=True,
    expander="random",
    max_concurrent_scale_in=10,
    scale_in_delay=10,  # minutes after nodes were added
    scale_in_unneeded_time=10,  # minutes in which a node is idle
    scale_in_utilization_threshold=50,  # per cent: below it is idle
    ignore_daemon_sets_utilization=True,
    skip_nodes_with_local_storage=False,
    skip_nodes_with_system_pods=True,
)


@dataclass(frozen=True, kw_only=True)
class ControlPlaneArgs:
    settings: Tke
    state: RecordedState
    account: TencentCloudLookups
    """Lookups in the cloud's account."""
    vpc_id: pulumi.Input[str]
    image: str
    """Name or id of the nodes' image."""
    logs: Mapping[str, Any]
    """Log switches of the cluster; empty: it sends no logs by itself."""


def control_plane_of(
    name: str, args: ControlPlaneArgs, opts: pulumi.ResourceOptions
) -> tencentcloud.kubernetes.Cluster:
    """The cluster `name`, without nodes and endpoint. Raises TkeError."""
    settings = args.settings
    return tencentcloud.kubernetes.Cluster(
        name,
        cluster_name=settings.name,
        cluster_desc="tekton-builds: a signed git push becomes an image",
        cluster_deploy_type="MANAGED_CLUSTER",
        cluster_version=checked_version(settings, args.state, args.account),
        upgrade_instances_follow_cluster=settings.upgrade_nodes or None,
        cluster_level=checked_level(settings, args.state, args.account),
        auto_upgrade_cluster_level=settings.auto_upgrade_level,
        cluster_os=args.image,
        container_runtime="containerd",
        network_type="GR",
        vpc_id=args.vpc_id,
        cluster_cidr=settings.pod_cidr,
        # A sub-account has no rights in its own cluster without it. It cannot be taken back.
        acquire_cluster_admin_role=True,
        deletion_protection=settings.deletion_protection,
        tags=settings.tags or None,
        node_pool_global_configs=[SCALING],
        instance_delete_mode="terminate",
        # What Services and volumes made would be billed on without it.
        resource_delete_options=[
            {"resource_type": kind, "delete_mode": "terminate"} for kind in ("CBS", "CLB")
        ],
        **args.logs,
        opts=pulumi.ResourceOptions.merge(
            opts,
            pulumi.ResourceOptions(protect=settings.deletion_protection, ignore_changes=_ignored(settings)),
        ),
    )


def _ignored(settings: Tke) -> list[str]:
    """Inputs of the cluster that stay as they are in the state."""
    # Pools have images of their own, and the provider would send a changed name where an id is wanted.
    ignored = ["clusterOs"]
    if settings.auto_upgrade_level:
        # A level that the cloud has raised is not taken back at the next `up`.
        ignored.append("clusterLevel")
    if not settings.logs.needs_agent:
        # The agent stays when no logs are kept any more: a rule cannot be deleted without it, and goes last.
        ignored.append("logAgent")
    return ignored


def checked_version(settings: Tke, state: RecordedState, account: TencentCloudLookups) -> pulumi.Input[str]:
    """The version, once a cluster that is there may have it. Raises TkeError.

    There is no way back, and no version may be left out (Tencent Cloud, 457/30640). What a new cluster may
    have, no look-up of the provider tells.
    """
    version, recorded = settings.version, state.cluster_version
    if recorded in ("", version):
        return version
    (_, minor, patch), (_, minor_there, patch_there) = _numbers(version), _numbers(recorded)
    sentence = f"cluster.version is {version}, but the cluster has {recorded}"
    if (minor, patch) < (minor_there, patch_there):
        raise TkeError(f"{sentence}, and TKE takes no cluster back: set it to {recorded} or a later one")
    if minor > minor_there + MINORS:
        raise TkeError(
            f"{sentence}, and TKE leaves out no version: deploy one of 1.{minor_there + MINORS} before it"
        )

    def check(versions: list[str]) -> str:
        if version not in versions:
            raise TkeError(
                f"{sentence}, which can go to {', '.join(sorted(versions)) or 'no other one'} now; where it "
                f"was upgraded elsewhere, run `pulumi refresh --stack {pulumi.get_stack()}`"
            )
        return version

    if not (account.can_be_asked and state.cluster_id):
        return version
    return account.versions(state.cluster_id).apply(check)


def checked_level(settings: Tke, state: RecordedState, account: TencentCloudLookups) -> pulumi.Input[str]:
    """The level, once the account has one of this name. Raises TkeError.

    Warns of more nodes than it is for.
    """
    level, max_nodes = settings.level, settings.nodes.max_nodes
    if max_nodes > LEVELS[level].nodes:
        larger = next((name for name, limits in LEVELS.items() if max_nodes <= limits.nodes), "")
        pulumi.log.warn(
            f"cluster.nodes.maxNodes is {max_nodes}, but cluster.level is {level}, which is for "
            f"{LEVELS[level].nodes} "
            + (
                "nodes: the cloud raises it, and its price, when there are more"
                if settings.auto_upgrade_level
                else f"nodes: set it to {larger}, or cluster.autoUpgradeLevel to true"
            )
        )

    def check(names: list[str]) -> str:
        if names and level not in names:
            raise TkeError(f"cluster.level is {level!r}, but {settings.region} has {', '.join(names)}")
        return level

    # Of a cluster that is there, a level that the cloud raises by itself is not sent.
    is_sent = level != state.cluster_level and not (state.cluster_level and settings.auto_upgrade_level)
    return account.levels().apply(check) if is_sent and account.can_be_asked else level


def _numbers(version: str) -> tuple[int, int, int]:
    major, minor, patch = version.split(".")
    return int(major), int(minor), int(patch)
