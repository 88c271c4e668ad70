"""A signed git push becomes an image in a registry: the parts, in order."""

import pulumi
import pulumi_random

from components import releases
from components.builds import Builds, BuildsArgs
from components.cluster import connect
from components.ingress import Ingress, IngressArgs
from components.route import Route
from components.secrets import Secrets
from components.settings import Settings
from components.tekton import Tekton, TektonArgs
from components.webhook import Webhook, WebhookArgs

settings, secrets = Settings.load(), Secrets.load()
repository = settings.repositories[0]

random = pulumi_random.Provider("random")
cluster = connect("cluster", settings.cluster, secrets, pulumi.ResourceOptions(providers=[random]))
opts = pulumi.ResourceOptions(providers=[cluster.provider, random])
tekton = Tekton("tekton", TektonArgs(releases=releases.load(settings.release_mirror)), opts)
build = BuildsArgs(
    repository=repository,
    images=settings.images,
    registry=settings.registry,
    logins=secrets.logins,
    after=[tekton],
)
builds = Builds("builds", build, opts)
push = WebhookArgs(repository=repository, runs=builds.runs, after=[tekton, builds.pipeline])
webhook = Webhook("webhook", push, opts)
ingress = Ingress("ingress", IngressArgs(image=settings.images.traefik, serves=[webhook.namespace]), opts)
hooks = Route("hooks", webhook.route(ingress.front, settings.ingress.host), opts)

pulumi.export("hooks_url", hooks.url)
pulumi.export("webhook_secret", webhook.secret)
pulumi.export("load_balancer_ip", ingress.front.address)
pulumi.export("namespace", builds.namespace)
pulumi.export("kubeconfig", cluster.kubeconfig)
