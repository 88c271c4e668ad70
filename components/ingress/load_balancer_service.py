"""A Service of the cluster with a load balancer of its own, where there is no ingress controller.

Every path of it is open; the listener answers them all alike, and starts nothing for a request that is not
signed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components.ingress.route import load_balancer_address
from components.kube.backend import Backend
from components.kube.metadata import metadata
from components.kube.waiting import ADDRESS


@dataclass(frozen=True, kw_only=True)
class LoadBalancerServiceArgs:
    path: str
    """Path at the end of the URL."""
    host: str
    """The URL's host name; empty: the load balancer's address."""
    backend: Backend
    annotations: Mapping[str, str]
    """Annotations of the load balancer's Service."""
    source_ranges: Sequence[str] = ()
    """CIDRs that may call; empty: all."""


class LoadBalancerService(pulumi.ComponentResource):
    """A second Service for the same pods, with a load balancer."""

    url: pulumi.Output[str]
    address: pulumi.Output[str]

    def __init__(
        self, name: str, args: LoadBalancerServiceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tekton-builds:ingress:Exposed", name, None, opts)
        # What the cloud's balancer does not refuse, the nodes do, as long as they see the caller's address.
        sources = {
            "load_balancer_source_ranges": list(args.source_ranges),
            "external_traffic_policy": "Local",
        }
        service = kubernetes.core.v1.Service(
            name,
            metadata=metadata(
                f"exposed-{name}",
                args.backend.namespace,
                component="ingress",
                annotations={**args.annotations, **ADDRESS},
            ),
            spec={
                "type": "LoadBalancer",
                "selector": args.backend.pods,
                "ports": [{"name": "web", "port": 80, "target_port": args.backend.port}],
                **(sources if args.source_ranges else {}),
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=args.backend.ready),
        )
        self.address = service.status.apply(load_balancer_address)
        self.url = pulumi.Output.from_input(args.host or self.address).apply(
            lambda host: f"http://{host}{args.path}"
        )
        self.register_outputs({"url": self.url})
