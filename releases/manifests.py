"""The manifests of the releases that a stack installs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from releases import compatibility, source
from releases.manifest import Object
from releases.required import INGRESS_NGINX, releases_of
from settings import Settings


@dataclass(frozen=True, kw_only=True)
class Manifests:
    """Objects by release; a preview leaves out a release that cannot be had."""

    tekton: Mapping[str, Sequence[Object]]
    """Manifests of Tekton and its Dashboard."""
    ingress_nginx: Sequence[Object] | None
    """Objects of ingress-nginx; None when the stack has none, or a preview cannot fetch them."""

    def objects(self) -> Iterator[Object]:
        """Objects of all releases."""
        for release in self.tekton.values():
            yield from release
        yield from self.ingress_nginx or ()


def load(settings: Settings) -> Manifests:
    """The stack's manifests, verified, with their images where the stack pulls them.

    Raises ReleaseError where they do not fit each other or the cluster, or cannot be had.
    """
    compatibility.check(settings)
    objects = dict(source.load(source.ReleaseSource.of(settings), releases_of(settings)))
    ingress_nginx = objects.pop(INGRESS_NGINX, None)
    return Manifests(tekton=objects, ingress_nginx=ingress_nginx)
