"""Which objects outside namespaces a stack makes: what may not be in the cluster as somebody else's."""

from collections.abc import Iterator, Mapping, Sequence

from components import buildkitd, builds, dashboard, ingress_traefik, janitor, webhook
from components.manifest import Object
from components.settings import Settings
from inspection.cluster import PATHS


def claims(settings: Settings, manifests: Mapping[str, Sequence[Object]]) -> list[tuple[str, str]]:
    """Kind and name of each; the namespaces are among them, so what is in them need not be."""
    return [*_own(settings), *_released(manifests)]


def _released(manifests: Mapping[str, Sequence[Object]]) -> Iterator[tuple[str, str]]:
    for objects in manifests.values():
        for manifest in objects:
            if manifest["kind"] in PATHS:
                yield manifest["kind"], manifest["metadata"]["name"]


def _own(settings: Settings) -> Iterator[tuple[str, str]]:
    yield "Namespace", builds.NAMESPACE
    yield "Namespace", webhook.NAMESPACE
    yield "Namespace", janitor.NAMESPACE
    yield from (("ClusterRole", webhook.CLUSTER_ROLE), ("ClusterRoleBinding", webhook.CLUSTER_ROLE))
    if settings.builder.shared_gib:
        yield "Namespace", buildkitd.NAMESPACE
    if dashboard.has_login(settings):
        yield "Namespace", dashboard.NAMESPACE
    if settings.ingress.kind == "traefik":
        yield "Namespace", ingress_traefik.NAMESPACE
        yield "IngressClass", ingress_traefik.CLASS
        role = ingress_traefik.ROLE
        yield from (("ClusterRole", role), ("ClusterRoleBinding", role))
