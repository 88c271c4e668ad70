"""Access to the API server of a TKE cluster, for the machine of `pulumi up` and for the settings' CIDRs."""

import ipaddress

import pulumi

from components.cluster.checks import Claims, ClusterError, check_contents
from components.cluster.recorded_state import RecordedState
from components.cluster.tke.account import TkeError
from components.cluster.tke.kubeconfig import addressed
from inspection.cluster import UnreachableError, look
from inspection.kubeconfig import KubeconfigError, read
from settings.tke import Tke

DOCUMENTATION = [ipaddress.IPv4Network(f"{net}.0/24") for net in ("192.0.2", "198.51.100", "203.0.113")]


def check_reachable(state: RecordedState, settings: Tke, claims: Claims) -> None:
    """Refuses to plan without a cluster that is there, and what is in the way in it. Raises ClusterError."""
    endpoints = state.public_endpoint, state.private_endpoint
    wanted, other = endpoints if settings.is_public else reversed(endpoints)
    if (endpoint := wanted or other) is None:
        return
    try:
        kubeconfig = read(addressed(endpoint.kubeconfig, endpoint.address))
        cluster = look(kubeconfig)
    except (KubeconfigError, TkeError):
        return  # `checked` says what is wrong with it
    except UnreachableError as error:
        sentence = (
            f"the API server of the cluster {settings.name}, {kubeconfig.server}, cannot be asked: "
            f"{error}. The stack has {len(state.objects)} objects there"
        )
        if not state.objects:
            return
        # The way back in, for somebody whose address has changed, or who now comes from inside the VPC: the
        # rules and the endpoint come before what is in the cluster.
        for key, changed in (
            ("endpoint", wanted is None),
            ("apiCidrs", settings.is_public and set(state.api_cidrs) != set(settings.api_cidrs)),
        ):
            if changed:
                pulumi.log.warn(f"{sentence}; cluster.{key} has changed, so this goes on without it")
                return
        question = (
            "is this machine's public address in cluster.apiCidrs (`pulumi config set --path "
            "'cluster.apiCidrs[0]' A.B.C.D/32`)"
            if settings.is_public
            else "is this machine inside the cluster's VPC, as cluster.endpoint private wants it"
        )
        raise ClusterError(f"{sentence}, and nothing can be planned without it: {question}?") from None
    check_contents(cluster, state, claims, adopt=settings.adopt)


def check_reach(settings: Tke) -> None:
    """Refuses to open the API server to a documentation's addresses, and opens nothing to all in silence."""
    networks = [ipaddress.IPv4Network(cidr) for cidr in settings.api_cidrs]
    for network in networks:
        if any(network.overlaps(block) for block in DOCUMENTATION) and network.prefixlen > 0:
            message = (
                f"cluster.apiCidrs has {network}, which stands in documentations only: put there the public "
                "addresses that you and your CI come from"
            )
            if not pulumi.runtime.is_dry_run():
                raise TkeError(message)
            pulumi.log.warn(f"{message}; `pulumi up` refuses it")
    if any(network.prefixlen == 0 for network in networks):
        pulumi.log.warn("cluster.apiCidrs has 0.0.0.0/0: the API server is open to the whole internet")
    if settings.network.opens_node_ports:
        pulumi.log.warn(
            "cluster.network.nodePorts is 'world': the NodePorts 30000 to 32767 of the nodes are open to the "
            "whole internet, beside the load balancer; `balancer` closes them, as docs/tencent-cloud.md has "
            "it"
        )
