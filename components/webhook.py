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

from components import settings
from components.builds import Runs
from components.kube.waiting import IN_BACKGROUND, wait_for
from components.metadata import labels, metadata
from components.namespace import inside, namespace
from components.rights import grant, rule
from components.route import Backend
from components.settings import Repository
from components.tasks import pipeline, template, trigger
from components.tasks.trigger import Source, Trigger

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
    rule(
        "triggers.tekton.dev",
        *("eventlisteners", "triggerbindings", "triggertemplates", "triggers", "interceptors"),
        verbs=READ,
    )
]
CLUSTER_RULES = [rule("triggers.tekton.dev", "clusterinterceptors", "clustertriggerbindings", verbs=READ)]
BUILDS_RULES = [rule("tekton.dev", "pipelineruns", verbs=["create"])]


@dataclass(frozen=True, kw_only=True)
class WebhookArgs:
    repositories: Sequence[Repository]
    """Whose pushes start a run."""
    runs: Runs
    """Where and as whom the run is."""
    chosen: settings.Runs
    """How the run is."""
    signed: settings.Webhook
    """With which versions of the secret."""
    after: Sequence[pulumi.Resource] = ()
    """What must be ready to admit the listener, and the Pipeline it starts: no value flows from them."""


class Webhook(pulumi.ComponentResource):
    """A Service in the cluster that takes signed pushes."""

    namespaces: Mapping[str, pulumi.Resource]
    """The listener's, by name."""
    namespace: pulumi.Output[str]
    """The listener's; known before the listener is there, so that an ingress controller can serve it."""
    backend: Backend
    """The Service that Tekton makes for the listener."""
    secret: pulumi.Output[str]
    """What the forge signs its deliveries with."""
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
            grant(resource, role, account, rules, namespace=place, component="webhook", opts=where)
            for resource, role, rules, place, where in (
                (f"{name}-reads-triggers", trigger.LISTENER, LISTENER_RULES, self.namespace, within),
                (f"{name}-reads-interceptors", CLUSTER_ROLE, CLUSTER_RULES, None, child),
                (
                    f"{name}-starts-runs",
                    trigger.LISTENER,
                    BUILDS_RULES,
                    args.runs.namespace,
                    inside(self, args.runs.home),
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
            for version in args.signed.versions
        }
        self.secret = pulumi.Output.secret(passwords[args.signed.secret_version])
        secret = kubernetes.core.v1.Secret(
            f"{name}-secret",
            metadata=self._meta(trigger.SECRET),
            string_data=pulumi.Output.secret(
                {trigger.secret_key(version): password for version, password in passwords.items()}
            ),
            opts=within,
        )
        triggers = _triggers(args)
        templates = [
            self._custom(
                one.template.replace(template.NAME, f"{name}-template"),
                "TriggerTemplate",
                one.template,
                self._template(args, one),
                opts=inside(self, self._home, depends_on=args.after),
            )
            for one in triggers
        ]
        self.listener = self._custom(
            f"{name}-listener",
            "EventListener",
            trigger.LISTENER,
            trigger.listener_spec(trigger.LISTENER, triggers, REPLICAS, args.signed.versions),
            # It names these, and fails without them. It goes before Tekton's webhooks do, and not with its
            # namespace; its pods take half a minute to end, and the namespace waits for them.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*args.after, *rights, secret, *templates]),
            # Tekton makes its Deployment and Service: this is when they take deliveries.
            annotations={**wait_for(["condition=Available"]), **IN_BACKGROUND},
        )
        kubernetes.policy.v1.PodDisruptionBudget(
            f"{name}-budget",
            metadata=self._meta(trigger.LISTENER),
            spec={"max_unavailable": 1, "selector": {"match_labels": PODS}},
            opts=within,
        )
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

    def _template(self, args: WebhookArgs, one: Trigger) -> pulumi.Output[dict[str, Any]]:
        """The spec holds names that other components give, so it is known when they are."""
        return pulumi.Output.all(
            namespace=args.runs.namespace,
            account=args.runs.account,
            secrets=args.runs.secrets[one.sources[0].full_name],
        ).apply(
            lambda known: template.spec(
                template.Run(
                    namespace=known["namespace"],
                    account=known["account"],
                    secrets=known["secrets"],
                    volume_size=f"{args.chosen.volume_gib}Gi",
                    minutes=args.chosen.timeout_minutes,
                    labels=labels("run"),
                    waits=args.chosen.concurrent > 0,
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


def _triggers(args: WebhookArgs) -> list[Trigger]:
    """One for all repositories whose runs are given the same Secrets: a template cannot leave one out."""
    alike, sizes = dict[tuple[frozenset[str], int], list[Source]](), Counter[frozenset[str]]()
    for repository in args.repositories:
        secrets = frozenset(args.runs.secrets[repository.full_name])
        source = Source(
            full_name=repository.full_name,
            branches=repository.branches,
            pipeline=args.runs.pipelines[repository.full_name],
            # Each run of such a repository builds what that push changed: none makes another needless.
            cancelled=not repository.only_changed,
        )
        alike.setdefault((secrets, sizes[secrets] // trigger.TABLE_SIZE), []).append(source)
        sizes[secrets] += source.size
    return [
        Trigger(
            name=pipeline.named(trigger.NAME, sources[0].full_name) if index else trigger.NAME,
            template=pipeline.named(template.NAME, sources[0].full_name) if index else template.NAME,
            sources=sources,
        )
        for index, sources in enumerate(alike.values())
    ]
