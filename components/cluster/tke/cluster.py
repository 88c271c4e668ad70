"""A TKE cluster: network, managed control plane, nodes, and then the endpoint.

The order is the cloud's: it opens a public endpoint only when a node runs. Nothing of the cluster's own
`cluster_internet*` inputs is set, because they and a ClusterEndpoint would undo each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes
import tencentcloud_iac_pulumi as tencentcloud

from components.cluster.api_servers import ApiServers, api_servers_of
from components.cluster.checks import Check, Claims
from components.cluster.recorded_state import recorded_state
from components.cluster.tke import addons as tke_addons
from components.cluster.tke import images as tke_images
from components.cluster.tke.account import TencentCloudLookups
from components.cluster.tke.control_plane import checked_level, checked_version
from components.cluster.tke.endpoint import EndpointArgs, endpoint_of, kubeconfig_of
from components.cluster.tke.logs import TkeLogs, TkeLogsArgs
from components.cluster.tke.network import TkeNetwork, TkeNetworkArgs
from components.cluster.tke.nodes import TkeNodes, TkeNodesArgs
from components.cluster.tke.reach import check_reach, check_reachable
from components.cluster.tke.registry import TkeRegistry, TkeRegistryArgs
from settings import Registry
from settings.secrets import BasicAuthCredentials, CloudCredentials
from settings.tke import Tke

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
class TkeClusterArgs:
    settings: Tke
    credentials: CloudCredentials | None
    """None: a preview goes on without asking the account."""
    claims: Claims = ()
    """Kind and name of objects that may not be in the cluster as somebody else's."""
    registry: Registry
    """Registry that images are pushed to."""
    check: Check | None = None


class TkeCluster(pulumi.ComponentResource):
    """A cluster of its own in Tencent Cloud, gone with the stack."""

    kubeconfig: pulumi.Output[str]
    """The administrator's kubeconfig for the public endpoint; always secret."""
    provider: kubernetes.Provider
    """The provider for everything that goes into the cluster; that goes before the cluster does."""
    registry_login: BasicAuthCredentials | None = None
    """Credentials for the registry that the cluster comes with; None without one."""
    egress: Sequence[pulumi.Output[str]] = ()
    """Private ranges that builds must reach, those of that registry."""

    def __init__(self, name: str, args: TkeClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        settings = args.settings
        check_reach(settings)
        super().__init__("tekton-builds:cluster:TkeCluster", name, None, opts)
        state = recorded_state(f"{name}-state", pulumi.ResourceOptions(parent=self))
        check_reachable(state, settings, args.claims)
        if args.check is not None:
            args.check(state, None)
        image = tke_images.image_of(settings.nodes.os, state.node_image)
        tke_images.warn(image)
        cloud = _provider(name, args, pulumi.ResourceOptions(parent=self))
        child = pulumi.ResourceOptions(parent=self, provider=cloud)
        account = TencentCloudLookups(settings.region, cloud, can_be_asked=args.credentials is not None)
        inside = pulumi.ResourceOptions(parent=self, providers=[cloud])
        network = TkeNetwork(
            f"{name}-network",
            TkeNetworkArgs(settings=settings, account=account),
            inside,
        )
        logs = (
            TkeLogs(f"{name}-logs", TkeLogsArgs(settings=settings), inside) if settings.logs.kinds else None
        )
        cluster = tencentcloud.kubernetes.Cluster(
            name,
            cluster_name=settings.name,
            cluster_desc="tekton-builds: a signed git push becomes an image",
            cluster_deploy_type="MANAGED_CLUSTER",
            cluster_version=checked_version(settings, state, account),
            upgrade_instances_follow_cluster=settings.upgrade_nodes or None,
            cluster_level=checked_level(settings, state, account),
            auto_upgrade_cluster_level=settings.auto_upgrade_level,
            cluster_os=image,
            container_runtime="containerd",
            network_type="GR",
            vpc_id=network.vpc_id,
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
            **(logs.inputs if logs else {}),
            opts=pulumi.ResourceOptions.merge(
                child,
                pulumi.ResourceOptions(
                    protect=settings.deletion_protection, ignore_changes=_ignored(settings)
                ),
            ),
        )
        nodes = TkeNodes(
            f"{name}-nodes",
            TkeNodesArgs(
                settings=settings,
                account=account,
                cluster_id=cluster.id,
                network=network,
                image=image,
                imported_pools=state.imported_pools,
            ),
            inside,
        )
        # What goes into the cluster comes after them, and goes before them.
        addons = tke_addons.install(
            name,
            settings,
            cluster.id,
            pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=nodes.pools)),
        )
        if logs:
            logs.collect(cluster.id, nodes.pools)
        if settings.tcr:
            registry = TkeRegistry(
                f"{name}-registry",
                TkeRegistryArgs(settings=settings, registry=args.registry, network=network),
                inside,
            )
            self.registry_login, self.egress = registry.login, registry.egress
        endpoint = endpoint_of(
            f"{name}-endpoint",
            EndpointArgs(settings=settings, cluster_id=cluster.id, network=network, pools=nodes.pools),
            child,
        )
        # With both, the public one: whoever is inside the VPC reaches that as well, and not the other way.
        self.kubeconfig = kubeconfig_of(endpoint, private=not settings.is_public)
        self.provider = kubernetes.Provider(
            name,
            kubeconfig=self.kubeconfig,
            # The same cluster at another address, or with another certificate, replaces nothing.
            cluster_identifier=cluster.id,
            opts=pulumi.ResourceOptions(parent=self, depends_on=addons),
        )
        self.register_outputs({"kubeconfig": self.kubeconfig})

    @property
    def api_servers(self) -> pulumi.Output[ApiServers]:
        """Addresses at which pods reach the API server."""
        return api_servers_of(self.kubeconfig)


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


def _provider(name: str, args: TkeClusterArgs, opts: pulumi.ResourceOptions) -> tencentcloud.Provider:
    """A provider with credentials that are secret in the state: of those it finds itself, the id is not.

    It refuses to start without any, so a preview that has none gives it some that open nothing.
    """
    nobody = pulumi.Output.secret("there-are-no-credentials")
    credentials = args.credentials or CloudCredentials(secret_id=nobody, secret_key=nobody, token=None)
    return tencentcloud.Provider(
        f"{name}-cloud",
        region=args.settings.region,
        secret_id=credentials.secret_id,
        secret_key=credentials.secret_key,
        security_token=credentials.token,
        opts=opts,
    )
