"""The receiving end of a webhook: its secret, the EventListener, and what a push starts.

It has a namespace of its own, because Pod Security is a namespace's (`restricted` here, which builds cannot
be) and because the ingress controller can read the Secrets of the namespaces it serves: none but the
webhook's is here.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pulumi_random as random
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict

import settings
from components.builds import BuildPipeline, RepositorySecrets, RunEnvironment
from components.kube.backend import Backend
from components.kube.disruption import budget
from components.kube.metadata import labels, metadata
from components.kube.namespace import inside, namespace
from components.kube.priority import plain_placement
from components.kube.rbac import bind, policy_rule
from components.kube.waiting import IN_BACKGROUND, wait_for
from pipelines import pipeline, template, trigger
from pipelines.trigger import Trigger, TriggerRepository

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
    """The Service that Tekton makes for the listener."""
    secret: pulumi.Output[str]
    """Secret that the forge signs its deliveries with."""
    listener: pulumi.Resource
    """The EventListener; ready when its Service answers."""

    def __init__(self, name: str, args: WebhookArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:webhook:Webhook", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self._home = namespace(
            f"{name}-namespace", NAMESPACE, component="webhook", pod_security="restricted", opts=child
        )
        self.namespaces = {NAMESPACE: self._home}
        self.namespace = self._home.metadata.name
        within = inside(self, self._home)
        account = kubernetes.core.v1.ServiceAccount(
            f"{name}-account", metadata=self._meta(trigger.LISTENER), opts=within
        )
        rights = [
            bind(resource, role, account, rules, namespace=place, component="webhook", opts=where)
            for resource, role, rules, place, where in (
                (f"{name}-reads-triggers", trigger.LISTENER, LISTENER_RULES, self.namespace, within),
                (f"{name}-reads-interceptors", CLUSTER_ROLE, CLUSTER_RULES, None, child),
                (
                    f"{name}-starts-runs",
                    trigger.LISTENER,
                    BUILDS_RULES,
                    args.environment.namespace,
                    inside(self, args.environment.home),
                ),
            )
        ]
        passwords = {
            version: random.RandomPassword(
                f"{name}-secret" if version == 1 else f"{name}-secret-{version}",
                length=40,
                special=False,
                opts=child,
            ).result
            for version in args.secret_versions.versions
        }
        self.secret = pulumi.Output.secret(passwords[args.secret_versions.secret_version])
        secret = kubernetes.core.v1.Secret(
            f"{name}-secret",
            metadata=self._meta(trigger.SECRET),
            string_data=pulumi.Output.secret(
                {trigger.secret_key(version): password for version, password in passwords.items()}
            ),
            opts=within,
        )
        triggers = _triggers(args.pipelines)
        depends_on = [*args.depends_on, *(pipeline.resource for pipeline in args.pipelines)]
        templates = [
            self._custom(
                push_trigger.template.replace(template.NAME, f"{name}-template"),
                "TriggerTemplate",
                push_trigger.template,
                self._template(args, secrets),
                opts=inside(self, self._home, depends_on=depends_on),
            )
            for push_trigger, secrets in triggers
        ]
        self.listener = self._custom(
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
            namespace=self.namespace,
            service=service,
            port=PORT,
            pods=PODS,
        )
        self.register_outputs({"namespace": self.namespace, "service": service, "secret": self.secret})

    def _meta(self, name: str, annotations: Mapping[str, str] | None = None) -> ObjectMetaArgsDict:
        return metadata(name, self.namespace, component="webhook", annotations=annotations)

    def _template(
        self, args: WebhookArgs, repository_secrets: RepositorySecrets
    ) -> pulumi.Output[dict[str, Any]]:
        """The spec holds names that other components give, so it is known when they are."""
        return pulumi.Output.all(
            namespace=args.environment.namespace,
            account=args.environment.account,
            secrets=repository_secrets.shared,
            priority=args.environment.priority,
        ).apply(
            lambda values: template.spec(
                template.Run(
                    namespace=values["namespace"],
                    account=values["account"],
                    secrets=values["secrets"],
                    own_secrets=tuple(repository_secrets.own),
                    volume_size=f"{args.run_policy.volume_gib}Gi",
                    minutes=args.run_policy.timeout_minutes,
                    labels=labels("run"),
                    priority=values["priority"],
                    starts_pending=args.run_policy.concurrency_limit > 0,
                )
            )
        )

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


def _triggers(pipelines: Sequence[BuildPipeline]) -> list[tuple[Trigger, RepositorySecrets]]:
    """One for all repositories whose runs have Secrets in the same workspaces: a template leaves none out.

    With each, the Secrets of its first repository: the shared ones are the same for all.
    """
    alike = dict[tuple[frozenset[str], frozenset[str], int], list[BuildPipeline]]()
    sizes = Counter[tuple[frozenset[str], frozenset[str]]]()
    for build in pipelines:
        bound = frozenset(build.secrets.shared), frozenset(build.secrets.own)
        alike.setdefault((*bound, sizes[bound] // trigger.TABLE_SIZE), []).append(build)
        sizes[bound] += _source(build).size
    triggers = []
    for index, builds in enumerate(alike.values()):
        first = builds[0]
        full_name = first.repository.full_name
        push_trigger = Trigger(
            name=pipeline.named(trigger.NAME, full_name) if index else trigger.NAME,
            template=pipeline.named(template.NAME, full_name) if index else template.NAME,
            sources=[_source(build) for build in builds],
        )
        triggers.append((push_trigger, first.secrets))
    return triggers


def _source(build: BuildPipeline) -> TriggerRepository:
    return TriggerRepository(
        full_name=build.repository.full_name,
        branches=build.repository.branches,
        pipeline=build.name,
        # Each run of such a repository builds what that push changed: none makes another needless.
        cancel_superseded=not build.repository.changed_images_only,
        secrets=build.secrets.own,
    )
