"""Which objects outside namespaces a stack makes: what may not be in the cluster as somebody else's."""

from collections.abc import Iterable, Iterator

from components import builds, dashboard, ingress, webhook
from components.kube import priority
from inspection.cluster import PATHS
from releases.manifest import Object
from settings import Settings


def claims(settings: Settings, manifests: Iterable[Object]) -> list[tuple[str, str]]:
    """Kind and name of each; the namespaces are among them, so what is in them need not be."""
    return [*_own(settings), *_released(manifests)]


def _released(manifests: Iterable[Object]) -> Iterator[tuple[str, str]]:
    for manifest in manifests:
        if manifest["kind"] in PATHS:
            yield manifest["kind"], manifest["metadata"]["name"]


def _own(settings: Settings) -> Iterator[tuple[str, str]]:
    yield "Namespace", builds.NAMESPACE
    yield "Namespace", webhook.NAMESPACE
    yield "Namespace", builds.JANITOR_NAMESPACE
    yield from (("PriorityClass", name) for name in priority.CLASSES)
    yield from (("ClusterRole", webhook.CLUSTER_ROLE), ("ClusterRoleBinding", webhook.CLUSTER_ROLE))
    if settings.builder.buildkitd_volume_gib:
        yield "Namespace", builds.BUILDKITD_NAMESPACE
    if settings.has_dashboard_login:
        yield "Namespace", dashboard.NAMESPACE
    if settings.ingress.kind == "traefik":
        yield "Namespace", ingress.TRAEFIK_NAMESPACE
        yield "IngressClass", ingress.TRAEFIK_CLASS
        role = ingress.TRAEFIK_ROLE
        yield from (("ClusterRole", role), ("ClusterRoleBinding", role))
