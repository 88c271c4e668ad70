"""A signed git push becomes an image in a registry: the parts, in order."""

from dataclasses import replace

import pulumi
import pulumi_random

from components import compatibility, dashboard, inventory, network_proof, releases, tekton
from components.builds import NAMESPACE, Builds, BuildsArgs
from components.claims import claims
from components.cluster import connect
from components.ingress import RELEASE, Ingress, IngressArgs
from components.janitor import Janitor, JanitorArgs
from components.kube.quota import quota_retry
from components.network_policies import NetworkPolicies, NetworkPoliciesArgs
from components.priority import Priority
from components.secrets import Secrets
from components.settings import Settings
from components.webhook import PATH, Webhook, WebhookArgs

settings, secrets = Settings.load(), Secrets.load()
repositories, source = settings.repositories, compatibility.checked(settings)
manifests = releases.load(source, inventory.releases_of(settings))
random = pulumi_random.Provider("random")
child = pulumi.ResourceOptions(providers=[random])
cluster = connect("cluster", settings, secrets, claims(settings, manifests), child)
logins = replace(secrets.logins, registry=cluster.registry_login or secrets.logins.registry)
opts = pulumi.ResourceOptions(providers=[cluster.provider, random], transformations=[quota_retry()])
tektons = {name: objects for name, objects in manifests.items() if name != RELEASE}
priority = Priority("priority", opts)
ready = tekton.Tekton("tekton", tekton.TektonArgs(releases=tektons, priorities=priority.classes), opts)
what = {"repositories": repositories, "registry": settings.registry, "builder": settings.builder}
whose = {"logins": logins, "known_hosts": settings.known_hosts, "images": settings.images}
told = {"status": settings.commit_status, "page": dashboard.runs_page(settings, NAMESPACE)}
told |= {"runs": settings.runs, "priority": priority.builds}
builds = Builds("builds", BuildsArgs(**what, **whose, **told, after=ready.ready), opts)
push = {"repositories": repositories, "chosen": settings.runs, "runs": builds.runs}
taken = WebhookArgs(**push, signed=settings.webhook, after=[*ready.ready, *builds.pipelines])
webhook = Webhook("webhook", taken, opts)
board = dashboard.create(settings, secrets, ready, priority, opts)
order = {"chosen": settings.runs, "runs": builds.runs, "image": settings.images.kubectl}
janitor = Janitor("janitor", JanitorArgs(**order, priority=priority.infrastructure), opts)
way = {
    "chosen": settings.ingress,
    "images": settings.images,
    "manifest": manifests.get(RELEASE),
    "annotations": settings.load_balancer_annotations,
    "path": PATH,
    "priority": priority,
}
other_tls = board is not None and board.tls
ways = IngressArgs(**way, backend=webhook.backend, other_tls=other_tls, after=[webhook.listener])
ingress = Ingress("ingress", ways, opts)
namespaces = {**ready.namespaces, **builds.namespaces, **webhook.namespaces}
namespaces |= {**janitor.namespaces, **ingress.namespaces, **(board.namespaces if board else {})}
reach = {"api_servers": cluster.api_servers, "builder": settings.builder, "registry": cluster.egress}
network = NetworkPolicies("network", NetworkPoliciesArgs(namespaces=namespaces, **reach), opts)
network_proof.prove(settings, network, ready.ready, opts)
outputs = {"hooks_url": ingress.url, "webhook_secret": webhook.secret, "load_balancer_ip": ingress.address}
outputs |= {"namespace": builds.namespace, "kubeconfig": cluster.kubeconfig}
outputs |= {"repositories": {one.full_name: list(one.branches) for one in repositories}}
outputs |= dashboard.outputs(board, ingress.front)
for name, value in outputs.items():
    pulumi.export(name, value)
