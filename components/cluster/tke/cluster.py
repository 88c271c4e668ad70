"""A TKE cluster: network, managed control plane, nodes, and then the endpoint.

The order is the cloud's: it opens a public endpoint only when a node runs. Nothing of the cluster's own
`cluster_internet*` inputs is set, because they and a ClusterEndpoint would undo each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pulumi
import pulumi_kubernetes as kubernetes
import tencentcloud_iac_pulumi as tencentcloud

from components.cluster.api_servers import ApiServers, api_servers_of
from components.cluster.checks import Check, Claims
from components.cluster.recorded_state import recorded_state
from components.cluster.tke import addons as tke_addons
from components.cluster.tke import images as tke_images
from components.cluster.tke.account import TencentCloudLookups
from components.cluster.tke.control_plane import ControlPlaneArgs, control_plane_of
from components.cluster.tke.endpoint import EndpointArgs, endpoint_of, kubeconfig_of
from components.cluster.tke.logs import TkeLogs, TkeLogsArgs
from components.cluster.tke.network import TkeNetwork, TkeNetworkArgs
from components.cluster.tke.nodes import TkeNodes, TkeNodesArgs
from components.cluster.tke.reach import check_reach, check_reachable
from components.cluster.tke.registry import TkeRegistry, TkeRegistryArgs
from settings import Registry
from settings.secrets import BasicAuthCredentials, CloudCredentials
from settings.tke import Tke


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
        cloud = _provider(f"{name}-cloud", settings.region, args.credentials, self)
        child = pulumi.ResourceOptions(parent=self, provider=cloud)
        inside = pulumi.ResourceOptions(parent=self, providers=[cloud])
        account = TencentCloudLookups(settings.region, cloud, can_be_asked=args.credentials is not None)
        network = TkeNetwork(f"{name}-network", TkeNetworkArgs(settings=settings, account=account), inside)
        logs = None
        if settings.logs.kinds:
            logs = TkeLogs(f"{name}-logs", TkeLogsArgs(settings=settings), inside)
        control_plane_args = ControlPlaneArgs(
            settings=settings,
            state=state,
            account=account,
            vpc_id=network.vpc_id,
            image=image,
            logs=logs.inputs if logs else {},
        )
        cluster = control_plane_of(name, control_plane_args, child)
        nodes_args = TkeNodesArgs(
            settings=settings,
            account=account,
            cluster_id=cluster.id,
            network=network,
            image=image,
            imported_pools=state.imported_pools,
        )
        nodes = TkeNodes(f"{name}-nodes", nodes_args, inside)
        # What goes into the cluster comes after them, and goes before them.
        on_nodes = pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=nodes.pools))
        addons = tke_addons.install(name, settings, cluster.id, on_nodes)
        if logs:
            logs.collect(cluster.id, nodes.pools)
        if settings.tcr:
            registry_args = TkeRegistryArgs(settings=settings, registry=args.registry, network=network)
            registry = TkeRegistry(f"{name}-registry", registry_args, inside)
            self.registry_login, self.egress = registry.login, registry.egress
        endpoint_args = EndpointArgs(
            settings=settings, cluster_id=cluster.id, network=network, pools=nodes.pools
        )
        self._open(name, endpoint_args, child, depends_on=addons)
        self.register_outputs({"kubeconfig": self.kubeconfig})

    @cached_property
    def api_servers(self) -> pulumi.Output[ApiServers]:
        """Addresses at which pods reach the API server, which is asked once."""
        return api_servers_of(self.kubeconfig)

    def _open(
        self,
        name: str,
        args: EndpointArgs,
        opts: pulumi.ResourceOptions,
        *,
        depends_on: Sequence[pulumi.Resource],
    ) -> None:
        """Makes the endpoint, and from its kubeconfig the provider. What goes in waits for `depends_on`."""
        endpoint = endpoint_of(f"{name}-endpoint", args, opts)
        # With both, the public one: whoever is inside the VPC reaches that as well, and not the other way.
        self.kubeconfig = kubeconfig_of(endpoint, private=not args.settings.is_public)
        self.provider = kubernetes.Provider(
            name,
            kubeconfig=self.kubeconfig,
            # The same cluster at another address, or with another certificate, replaces nothing.
            cluster_identifier=args.cluster_id,
            opts=pulumi.ResourceOptions(parent=self, depends_on=depends_on),
        )


def _provider(
    name: str, region: str, credentials: CloudCredentials | None, parent: pulumi.Resource
) -> tencentcloud.Provider:
    """A provider with credentials that are secret in the state: of those it finds itself, the id is not.

    It refuses to start without any, so a preview that has none gives it some that open nothing.
    """
    nobody = pulumi.Output.secret("there-are-no-credentials")
    credentials = credentials or CloudCredentials(secret_id=nobody, secret_key=nobody, token=None)
    return tencentcloud.Provider(
        name,
        region=region,
        secret_id=credentials.secret_id,
        secret_key=credentials.secret_key,
        security_token=credentials.token,
        opts=pulumi.ResourceOptions(parent=parent),
    )
