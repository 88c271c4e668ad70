"""Deploys a build service: a signed `git push` becomes an image. Each block uses only the blocks above it."""

from dataclasses import replace

import pulumi
import pulumi_random

from components.builds import NAMESPACE, Builds, BuildsArgs, Janitor, JanitorArgs
from components.claims import claims
from components.cluster import connect
from components.dashboard import Dashboard, DashboardArgs, runs_page
from components.ingress import EndpointArgs, Ingress, IngressArgs, check_ingress, create_endpoint
from components.kube.priority import Priority
from components.kube.quota import quota_retry
from components.network import NetworkPolicies, NetworkPoliciesArgs, prove
from components.tekton import Tekton, TektonArgs
from components.webhook import PATH, Webhook, WebhookArgs
from releases import manifests as releases
from settings import Settings
from settings.secrets import Secrets

settings, secrets = Settings.load(), Secrets.load()
manifests = releases.load(settings)

# The cluster, and the providers of everything that goes into it.
random = pulumi_random.Provider("random")
cluster = connect(
    "cluster",
    settings,
    secrets,
    pulumi.ResourceOptions(providers=[random]),
    claims=claims(settings, manifests.objects()),
    check=check_ingress,
)
logins = replace(secrets.logins, registry=cluster.registry_login or secrets.logins.registry)
opts = pulumi.ResourceOptions(providers=[cluster.provider, random], transformations=[quota_retry()])
priority = Priority("priority", opts)

# Tekton and its Dashboard, from their releases.
tekton_args = TektonArgs(releases=manifests.tekton, priorities=priority.classes)
tekton = Tekton("tekton", tekton_args, opts)

# Where builds run: a namespace, credentials, the Tasks, and a Pipeline for each repository.
builds_args = BuildsArgs(
    images=settings.images,
    repositories=settings.repositories,
    registry=settings.registry,
    logins=logins,
    known_hosts=settings.known_hosts,
    builder=settings.builder,
    runs=settings.runs,
    priority=priority.builds,
    commit_status=settings.commit_status,
    dashboard_url=runs_page(settings, NAMESPACE),
    depends_on=tekton.ready,
)
builds = Builds("builds", builds_args, opts)

# What starts builds, and what cancels and deletes their runs.
webhook_args = WebhookArgs(
    pipelines=builds.pipelines,
    environment=builds.environment,
    run_policy=settings.runs,
    secret_versions=settings.webhook,
    depends_on=tekton.ready,
)
webhook = Webhook("webhook", webhook_args, opts)
janitor_args = JanitorArgs(
    run_policy=settings.runs,
    environment=builds.environment,
    image=settings.images.kubectl,
    priority=priority.infrastructure,
)
janitor = Janitor("janitor", janitor_args, opts)

# The ways in: the ingress controller, and the endpoints for deliveries and for people.
hooks_args = EndpointArgs(
    settings=settings.ingress,
    path=PATH,
    backend=webhook.backend,
    annotations=settings.load_balancer_annotations,
)
ingress_args = IngressArgs(
    settings=settings.ingress,
    images=settings.images,
    manifest=manifests.ingress_nginx,
    annotations=settings.load_balancer_annotations,
    hooks=hooks_args,
    priority=priority,
    other_tls=settings.has_dashboard_login and settings.dashboard.tls is not None,
)
ingress = Ingress("ingress", ingress_args, opts)
hooks = create_endpoint("hooks", hooks_args, ingress.controller, pulumi.ResourceOptions(parent=ingress))
dashboard_args = DashboardArgs(
    settings=settings.dashboard,
    controller=ingress.controller,
    image=settings.images.oauth2_proxy,
    client_secret=secrets.dashboard,
    namespace=tekton.namespace,
    priority=priority.infrastructure,
    depends_on=tekton.ready,
)
dashboard = Dashboard("dashboard", dashboard_args, opts) if settings.dashboard.enabled else None

# Who may speak to whom in all of these namespaces.
network_args = NetworkPoliciesArgs(
    namespaces={
        **tekton.namespaces,
        **builds.namespaces,
        **webhook.namespaces,
        **janitor.namespaces,
        **ingress.namespaces,
        **(dashboard.namespaces if dashboard else {}),
    },
    api_servers=cluster.api_servers,
    builder=settings.builder,
    registry=cluster.egress,
)
network = NetworkPolicies("network", network_args, opts)
prove(settings, network=network, depends_on=tekton.ready, opts=opts)

repositories = {repository.full_name: list(repository.branches) for repository in settings.repositories}
pulumi.export("hooks_url", hooks.url)
pulumi.export("webhook_secret", webhook.secret)
pulumi.export("load_balancer_ip", hooks.address)
pulumi.export("namespace", builds.namespace)
pulumi.export("kubeconfig", cluster.kubeconfig)
pulumi.export("repositories", repositories)
for name, value in (dashboard.outputs if dashboard else {}).items():
    pulumi.export(name, value)
