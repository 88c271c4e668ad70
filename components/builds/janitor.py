"""The controller of the runs.

It cancels those that a newer push has overtaken, starts those that wait in their turn, and deletes old ones.
Tekton has neither a queue nor a limit on what it keeps. This may touch PipelineRuns of one namespace, and
nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.core.v1 import ContainerArgsDict

import settings
from components.builds.build_pipeline import RunEnvironment
from components.kube import pod_security
from components.kube.metadata import PART_OF, labels, metadata
from components.kube.namespace import inside, namespace
from components.kube.priority import placement
from components.kube.rbac import bind, policy_rule
from pipelines import template

NAMESPACE, NAME = "builds-janitor", "janitor"
USER = 65532
SECONDS = 5  # between two looks
RULES = [policy_rule("tekton.dev", "pipelineruns", verbs=["get", "list", "patch", "delete"])]


@dataclass(frozen=True, kw_only=True)
class JanitorArgs:
    run_policy: settings.Runs
    environment: RunEnvironment
    """Namespace of the runs."""
    image: pulumi.Input[str]
    """It has kubectl and a shell."""
    priority: pulumi.Input[str]
    """The class of its pod."""


class Janitor(pulumi.ComponentResource):
    """One small pod that looks every few seconds."""

    namespaces: Mapping[str, pulumi.Resource]
    """Its own, by name."""

    def __init__(self, name: str, args: JanitorArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:janitor:Janitor", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        home = namespace(
            f"{name}-namespace", NAMESPACE, component="janitor", pod_security="restricted", opts=child
        )
        self.namespaces = {NAMESPACE: home}
        meta = metadata(NAME, home.metadata.name, component="janitor")
        account = kubernetes.core.v1.ServiceAccount(f"{name}-account", metadata=meta, opts=inside(self, home))
        rights = bind(
            f"{name}-rights",
            NAME,
            account,
            RULES,
            namespace=args.environment.namespace,
            component="janitor",
            opts=inside(self, args.environment.home),
        )
        pods = {"app.kubernetes.io/name": NAME}
        environment = _environment(args.environment.namespace, args.run_policy)
        kubernetes.apps.v1.Deployment(
            f"{name}-pod",
            metadata=meta,
            spec={
                "selector": {"match_labels": pods},
                "strategy": {"type": "Recreate"},
                "template": {
                    "metadata": {"labels": {**labels("janitor"), **pods}},
                    "spec": {
                        "service_account_name": account.metadata.name,
                        "termination_grace_period_seconds": 1,
                        **placement(args.priority, pods),
                        "security_context": pod_security.pod(USER),
                        "volumes": [{"name": "home", "empty_dir": {}}],
                        "containers": [_container(args.image, environment)],
                    },
                },
            },
            # Without its rights it would only log refusals.
            opts=inside(self, home, depends_on=[rights]),
        )
        self.register_outputs({})


def _environment(namespace: pulumi.Input[str], policy: settings.Runs) -> dict[str, pulumi.Input[str]]:
    """Variables of the script. `namespace` is the runs'."""
    return {
        "NAMESPACE": namespace,
        "SELECTOR": f"app.kubernetes.io/part-of={PART_OF}",
        "LINE": template.BRANCH_KEY,
        "PIPELINE": "tekton.dev/pipeline",
        "LIMIT": str(policy.concurrency_limit),
        "CANCEL": "true" if policy.cancel_superseded else "false",
        "KEEP": str(policy.history_limit),
        "DAYS": str(policy.history_days),
        "PAUSE": str(SECONDS),
        "HOME": "/tmp",  # kubectl keeps what it has learned of the cluster there
    }


def _container(image: pulumi.Input[str], environment: Mapping[str, pulumi.Input[str]]) -> ContainerArgsDict:
    script = Path(__file__).with_name("janitor.sh").read_text(encoding="utf-8")
    return {
        "name": NAME,
        "image": image,
        "command": ["sh", "-c", script],
        "env": [{"name": key, "value": value} for key, value in environment.items()],
        "volume_mounts": [{"name": "home", "mount_path": "/tmp"}],
        "resources": {"requests": {"cpu": "20m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}},
        "security_context": pod_security.CONTAINER,
    }
