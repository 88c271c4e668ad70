"""The endpoint of a TKE cluster's API server: public, inside the VPC, or both."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import pulumi
import tencentcloud_iac_pulumi as tencentcloud
from pulumi.output import UNKNOWN

from components.cluster.tke.kubeconfig import addressed, names_default_domain, validate_kubeconfig
from components.cluster.tke.network import TkeNetwork
from components.cluster.tke.nodes import BY_TRAFFIC
from settings.tke import Tke

API_MBPS = 10  # of the public endpoint's load balancer: kubectl needs little


@dataclass(frozen=True, kw_only=True)
class EndpointArgs:
    settings: Tke
    cluster_id: pulumi.Input[str]
    network: TkeNetwork
    pools: Sequence[pulumi.Resource]
    """Ready when a node runs."""


def endpoint_of(
    name: str, args: EndpointArgs, opts: pulumi.ResourceOptions
) -> tencentcloud.kubernetes.ClusterEndpoint:
    """The endpoint `name`. From public to both to private it is the same one, changed in place."""
    settings, network = args.settings, args.network
    return tencentcloud.kubernetes.ClusterEndpoint(
        name,
        cluster_id=args.cluster_id,
        cluster_internet=settings.is_public,
        cluster_internet_security_group=network.api_group,
        cluster_intranet=settings.is_private or None,
        cluster_intranet_subnet_id=network.subnet_id if settings.is_private else None,
        # Of the public load balancer alone. It stays without one: another value makes another endpoint.
        extensive_parameters=json.dumps(
            {
                "AddressIPVersion": "IPV4",
                "InternetAccessible": {
                    "InternetChargeType": BY_TRAFFIC,
                    "InternetMaxBandwidthOut": API_MBPS,
                },
            }
        ),
        # "No normal node cluster is not allowed to enable access endpoint": no value says that one runs.
        # And when all goes, nodes stay until what runs on them has gone through the endpoint.
        # Two endpoints have one id, the cluster's: the old one, deleted last, would close the new one.
        opts=pulumi.ResourceOptions.merge(
            opts, pulumi.ResourceOptions(depends_on=args.pools, delete_before_replace=True)
        ),
    )


def kubeconfig_of(endpoint: tencentcloud.kubernetes.ClusterEndpoint, *, private: bool) -> pulumi.Output[str]:
    """The administrator's kubeconfig, checked and secret, for the endpoint inside the VPC or the public one.

    Unknown in a preview that comes before the endpoint: what goes into the cluster then previews as new.
    """
    text, address = (
        (endpoint.kube_config_intranet, endpoint.pgw_endpoint)
        if private
        else (endpoint.kube_config, endpoint.cluster_external_endpoint)
    )
    secret: pulumi.Output[str] = pulumi.Output.secret(text)
    return secret.apply(lambda content: _kubeconfig(content, address, private=private))


def _kubeconfig(text: str | None, address: pulumi.Output[str], *, private: bool) -> pulumi.Output[str]:
    if pulumi.runtime.is_dry_run() and not text:
        # The provider opens another door in place: what it had of that one before, nothing, is no answer.
        return pulumi.Output.from_input(cast(str, UNKNOWN))
    kubeconfig = text or ""
    # Else not of the address: a state that has none would make the kubeconfig unknown.
    host = address if names_default_domain(kubeconfig) else pulumi.Output.from_input("")
    return host.apply(lambda name: validate_kubeconfig(addressed(kubeconfig, name or ""), private=private))
