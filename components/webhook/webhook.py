"""The receiving end of a webhook: its secret, the EventListener, and what a push starts.

It has a namespace of its own, because Pod Security is a namespace's (`restricted` here, which builds cannot
be) and because the ingress controller can read the Secrets of the namespaces it serves: none but the
webhook's is here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pulumi_random as random
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict

import settings
from components.builds import BuildPipeline, RunEnvironment
from components.kube.backend import Backend
from components.kube.disruption import budget
from components.kube.metadata import metadata
from components.kube.namespace import inside, namespace
from components.kube.priority import plain_placement
from components.kube.rbac import bind, policy_rule
from components.kube.waiting import IN_BACKGROUND, wait_for
from components.webhook.triggers import template_spec, triggers_of
from pipelines import template, trigger

NAMESPACE = "builds-webhook"
API = "triggers.tekton.dev/v1beta1"
PORT = 8080
PATH = "/hooks"
CLUSTER_ROLE = f"{NAMESPACE}-{trigger.LISTENER}"
REPLICAS = 2  # a push is taken while a node goes away
PODS = {"eventlistener": trigger.LISTENER}

# Exactly what the listener's informers read, and the one thing it creates. Upstream's ClusterRoles for it
# add every Secret of the cluster; the signature is checked by Tekton's interceptors, so the listener needs
# none.
READ = ("get", "list", "watch")
LISTENER_RULES = [
    policy_rule(
        "triggers.tekton.dev",
        *("eventlisteners", "triggerbindings", "triggertemplates", "triggers", "interceptors"),
        verbs=READ,
    )
]
CLUSTER_RULES = [
    policy_rule("triggers.tekton.dev", "clusterinterceptors", "clustertriggerbindings", verbs=READ)
]
BUILDS_RULES = [policy_rule("tekton.dev", "pipelineruns", verbs=["create"])]


@dataclass(frozen=True, kw_only=True)
class WebhookArgs:
    pipelines: Sequence[BuildPipeline]
    """Pipelines that pushes start."""
    environment: RunEnvironment
    """Namespace, service account and priority of each PipelineRun."""
    run_policy: settings.Runs
    """Timeout and volume of each run, and whether it waits for its turn."""
    secret_versions: settings.Webhook
    """Versions of the secret that are accepted."""
    depends_on: Sequence[pulumi.Resource] = ()
    """Resources that must be ready before Tekton's webhooks admit the listener."""


class Webhook(pulumi.ComponentResource):
    """A Service in the cluster that takes signed pushes."""

    namespaces: Mapping[str, pulumi.Resource]
    """The listener's, by name."""
    namespace: pulumi.Output[str]
    """The listener's; known before the listener is there, so that an ingress controller can serve it."""
    backend: Backend
    """The Service that Tekton makes for the listener; ready when it answers."""
    secret: pulumi.Output[str]
    """Secret that the forge signs its deliveries with."""

    def __init__(self, name: str, args: WebhookArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:webhook:Webhook", name, None, opts)
        self._home = self._namespace(name)
        self.namespaces = {NAMESPACE: self._home}
        self.namespace = self._home.metadata.name
        within = inside(self, self._home)
        account = kubernetes.core.v1.ServiceAccount(
            f"{name}-account", metadata=self._meta(trigger.LISTENER), opts=within
        )
        rights = self._rights(name, account, args.environment)
        passwords = self._passwords(name, args.secret_versions.versions)
        self.secret = pulumi.Output.secret(passwords[args.secret_versions.secret_version])
        secret = self._secret(name, passwords)
        triggers = triggers_of(args.pipelines)
        depends_on = [*args.depends_on, *(pipeline.resource for pipeline in args.pipelines)]
        templates = [
            self._custom(
                push_trigger.template.replace(template.NAME, f"{name}-template"),
                "TriggerTemplate",
                push_trigger.template,
                template_spec(args.environment, args.run_policy, secrets),
                opts=inside(self, self._home, depends_on=depends_on),
            )
            for push_trigger, secrets in triggers
        ]
        listener = self._custom(
            f"{name}-listener",
            "EventListener",
            trigger.LISTENER,
            trigger.listener_spec(
                trigger.LISTENER,
                [push_trigger for push_trigger, _ in triggers],
                REPLICAS,
                args.secret_versions.versions,
                plain_placement(PODS),
            ),
            # It names these, and fails without them. It goes before Tekton's webhooks do, and not with its
            # namespace; its pods take half a minute to end, and the namespace waits for them.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*depends_on, *rights, secret, *templates]),
            # Tekton makes its Deployment and Service: this is when they take deliveries.
            annotations={**wait_for(["condition=Available"]), **IN_BACKGROUND},
        )
        budget(f"{name}-budget", trigger.LISTENER, self.namespace, PODS, component="webhook", opts=within)
        service = pulumi.Output.from_input(f"el-{trigger.LISTENER}")
        self.backend = Backend(
            namespace=self.namespace, service=service, port=PORT, pods=PODS, ready=[listener]
        )
        self.register_outputs({"namespace": self.namespace, "service": service, "secret": self.secret})

    def _namespace(self, name: str) -> kubernetes.core.v1.Namespace:
        return namespace(
            f"{name}-namespace",
            NAMESPACE,
            component="webhook",
            pod_security="restricted",
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _rights(
        self, name: str, account: kubernetes.core.v1.ServiceAccount, environment: RunEnvironment
    ) -> list[pulumi.Resource]:
        """The listener's rights: in its own namespace, in the cluster, and in the builds' namespace."""
        return [
            bind(resource, role, account, rules, namespace=place, component="webhook", opts=opts)
            for resource, role, rules, place, opts in (
                (
                    f"{name}-reads-triggers",
                    trigger.LISTENER,
                    LISTENER_RULES,
                    self.namespace,
                    inside(self, self._home),
                ),
                (
                    f"{name}-reads-interceptors",
                    CLUSTER_ROLE,
                    CLUSTER_RULES,
                    None,
                    pulumi.ResourceOptions(parent=self),
                ),
                (
                    f"{name}-starts-runs",
                    trigger.LISTENER,
                    BUILDS_RULES,
                    environment.namespace,
                    inside(self, environment.home),
                ),
            )
        ]

    def _passwords(self, name: str, versions: Sequence[int]) -> dict[int, pulumi.Output[str]]:
        """The webhook's secret, by its version."""
        return {
            version: random.RandomPassword(
                f"{name}-secret" if version == 1 else f"{name}-secret-{version}",
                length=40,
                special=False,
                opts=pulumi.ResourceOptions(parent=self),
            ).result
            for version in versions
        }

    def _secret(self, name: str, passwords: Mapping[int, pulumi.Output[str]]) -> pulumi.Resource:
        """The Secret from which Tekton's interceptors read the webhook's, each version under a key."""
        contents = {trigger.secret_key(version): password for version, password in passwords.items()}
        return kubernetes.core.v1.Secret(
            f"{name}-secret",
            metadata=self._meta(trigger.SECRET),
            string_data=pulumi.Output.secret(contents),
            opts=inside(self, self._home),
        )

    def _meta(self, name: str, annotations: Mapping[str, str] | None = None) -> ObjectMetaArgsDict:
        return metadata(name, self.namespace, component="webhook", annotations=annotations)

    def _custom(
        self,
        resource: str,
        kind: str,
        name: str,
        spec: pulumi.Input[dict[str, Any]],
        *,
        opts: pulumi.ResourceOptions,
        annotations: Mapping[str, str] | None = None,
    ) -> pulumi.Resource:
        return kubernetes.apiextensions.CustomResource(
            resource,
            api_version=API,
            kind=kind,
            metadata=self._meta(name, annotations),
            spec=spec,
            opts=opts,
        )
