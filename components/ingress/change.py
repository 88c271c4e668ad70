"""Which changes of the way in need somebody's word: those that a default or a newer version would make."""

from collections.abc import Mapping

import pulumi

from components import tekton, webhook
from components.cluster import RecordedState
from components.ingress import nginx as ingress_nginx
from components.ingress import route, traefik_pod
from components.ingress import traefik as ingress_traefik
from inspection import cluster as inspection
from settings import Ingress, Settings

CONTROLLERS = {
    "nginx": ("Deployment", ingress_nginx.NAMESPACE, ingress_nginx.SERVICE),
    "traefik": ("Deployment", ingress_traefik.NAMESPACE, traefik_pod.NAME),
}
SET = "pulumi config set --path"


class IngressError(pulumi.RunError):
    """A change of the way in that nobody has asked for, in one sentence."""


def check_ingress(settings: Settings, state: RecordedState, cluster: inspection.Cluster | None) -> None:
    """Refuses what would cut a running stack off, or make a new one of retired software.

    `cluster` is None where it cannot be asked. Raises IngressError.
    """
    _check_kind(settings.ingress, state)
    _check_retired(settings.ingress, state)
    _check_certificates(settings, state, cluster)


def _check_kind(ingress: Ingress, state: RecordedState) -> None:
    """Until 2026-11 the default was ingress-nginx: who never chose has a load balancer of it."""
    if ingress.has_kind or not _has(state, "nginx") or _has(state, ingress.kind):
        return
    raise IngressError(
        f"ingress.kind is not set, and its default is {ingress.kind!r} now, but this stack has "
        "ingress-nginx, whose load balancer has another address: keep it with "
        f"`{SET} ingress.kind nginx` and `{SET} ingress.acceptRetired true`, or take the default, and with "
        f"it a new address, with `{SET} ingress.kind {ingress.kind}`"
    )


def _check_retired(ingress: Ingress, state: RecordedState) -> None:
    if ingress.kind != "nginx" or ingress.accept_retired:
        return
    sentence = (
        "ingress.kind is 'nginx', whose project is retired, so that nobody mends what is found in it: set it "
        f"to traefik, or accept that with `{SET} ingress.acceptRetired true`"
    )
    if not _has(state, "nginx"):
        raise IngressError(sentence)
    # It runs already: to refuse would keep people from changing anything else.
    pulumi.log.warn(f"{sentence}; a new stack is refused without it")


def _check_certificates(settings: Settings, state: RecordedState, cluster: inspection.Cluster | None) -> None:
    """Certificates were beside the Services; a controller that still read them there would read passwords."""
    if settings.ingress.kind not in CONTROLLERS:
        return
    _, there, _ = CONTROLLERS[settings.ingress.kind]
    for secret, place in _moved(settings, state).items():
        sentence = (
            f"the certificate {secret} is read in the namespace {there}, and no longer in {place}: before "
            f"`pulumi up`, copy it with `kubectl --namespace {place} get secret {secret} --output yaml | "
            f"sed 's/namespace: {place}/namespace: {there}/' | kubectl apply --filename -`"
        )
        if cluster is None:
            pulumi.log.warn(sentence)
        elif not cluster.has_secret(there, secret):
            raise IngressError(sentence)


def _moved(settings: Settings, state: RecordedState) -> Mapping[str, str]:
    """Names of the settings' certificates whose routes are where they were, and the namespace of each."""
    ways = ((settings.ingress.tls, webhook.NAMESPACE), (settings.dashboard.tls, tekton.NAMESPACE))
    return {
        tls.secret_name: place
        for tls, place in ways
        if tls and ("Ingress", place, route.NAME) in state.objects
    }


def _has(state: RecordedState, kind: str) -> bool:
    return kind in CONTROLLERS and CONTROLLERS[kind] in state.objects
