"""The proof, at `pulumi up`, that the cluster's network enforces the NetworkPolicies.

A pod like a build's tries what no build may reach, until three times running nothing answers: policies bind
seconds after a pod starts. A second pod, which may call the API server, must reach it; or the first would
prove nothing. Both are Jobs, named by what they prove: they run again when that has changed.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict

from components import tekton
from components.builds import JANITOR_NAMESPACE
from components.builds import NAMESPACE as BUILDS
from components.kube import pod_security, workloads
from components.kube.metadata import labels, metadata
from components.network.policies import NetworkPolicies
from pipelines.tasks import USER
from settings import Settings

NAME = "network-proof"
# For the image, the pod and the tries, in seconds; the provider waits twice as long.
PATIENCE = {"pulumi.com/timeoutSeconds": "60"}
SCRIPT = Path(__file__).with_name("network_proof.sh").read_text(encoding="utf-8")
API_SERVER = "$(KUBERNETES_SERVICE_HOST):$(KUBERNETES_SERVICE_PORT)"  # as the kubelet knows it
READERS_OF_SECRETS = f"{workloads.INTERCEPTORS}.{tekton.NAMESPACE}.svc:8443"
UNENFORCED = (
    "a pod like a build's reaches the API server, or Tekton's interceptors, which read every Secret: the "
    "cluster's network does not enforce NetworkPolicies, or `builder.egress` lists one of them. Install a "
    "network plug-in that enforces them, or see in docs/security.md what `pulumi config set networkPolicies "
    "unenforced` means"
)
CUT_OFF = (
    "a pod that may call the API server does not reach it, so nothing of Tekton's would: look at the Job "
    f"{NAME} in {JANITOR_NAMESPACE}, and in docs/security.md for network plug-ins that know no addresses"
)


@dataclass(frozen=True, kw_only=True)
class NetworkProofArgs:
    image: str
    """curl and a shell."""
    rules: str
    """The tested rules as text; a change of it runs the Jobs again."""
    lists_all_ports: bool
    """True when builds may call every port of a private range, which may hold the API server."""
    policies: Sequence[pulumi.Resource]
    """The NetworkPolicies, and what else must be there before the tries mean anything."""


class NetworkProof(pulumi.ComponentResource):
    """Two Jobs that end well, or an `up` that does not."""

    def __init__(self, name: str, args: NetworkProofArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:network:NetworkProof", name, None, opts)
        self._args = args
        digest = hashlib.sha256("\n".join((args.rules, SCRIPT, args.image)).encode()).hexdigest()[:8]
        open_meta, closed_meta = (
            metadata(f"{NAME}-{digest}", namespace, component="network", annotations=PATIENCE)
            for namespace in (JANITOR_NAMESPACE, BUILDS)
        )
        self._job(f"{name}-open", open_meta, ["open", API_SERVER], CUT_OFF)
        # The interceptors let no build in, whatever a build may call.
        closed = [READERS_OF_SECRETS] if args.lists_all_ports else [API_SERVER, READERS_OF_SECRETS]
        self._job(f"{name}-closed", closed_meta, ["closed", *closed], UNENFORCED)
        self.register_outputs({})

    def _job(self, resource: str, meta: ObjectMetaArgsDict, arguments: Sequence[str], sentence: str) -> None:
        async def say(args: pulumi.ErrorHookArgs) -> bool:
            pulumi.log.error(sentence)
            return False

        kubernetes.batch.v1.Job(
            resource,
            metadata=meta,
            spec={
                # It does not give up: once the network enforces policies, the next `up` finds it done.
                "template": {
                    "metadata": {"labels": labels("network")},
                    "spec": {
                        "restart_policy": "OnFailure",
                        "automount_service_account_token": False,
                        "termination_grace_period_seconds": 1,
                        "security_context": pod_security.pod(USER),
                        "containers": [
                            {
                                "name": NAME,
                                "image": self._args.image,
                                "command": ["sh", "-c"],
                                "args": [SCRIPT, NAME, *arguments],
                                "resources": {
                                    "requests": {"cpu": "10m", "memory": "16Mi"},
                                    "limits": {"memory": "64Mi"},
                                },
                                "security_context": pod_security.CONTAINER,
                            }
                        ],
                    },
                },
            },
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=self._args.policies,
                hooks=pulumi.ResourceHookBinding(on_error=[pulumi.ErrorHook(f"{resource}-error", say)]),
            ),
        )


def prove(
    settings: Settings,
    *,
    network: NetworkPolicies,
    depends_on: Sequence[pulumi.Resource],
    opts: pulumi.ResourceOptions,
) -> None:
    """Makes the proof, unless the settings go without. `depends_on`: what makes Tekton's pods."""
    if settings.network_policies == "unenforced":
        pulumi.log.warn(
            "networkPolicies is 'unenforced': every Dockerfile that is built, and every pod of the cluster, "
            "can read every Secret by way of Tekton's interceptors"
        )
        return
    builder = settings.builder
    args = NetworkProofArgs(
        image=settings.images.curl,
        rules=network.rules,
        lists_all_ports=bool(builder.egress_cidrs) or not all(block.ports for block in builder.egress),
        policies=[*network.policies, *depends_on],
    )
    NetworkProof("network-proof", args, opts)
