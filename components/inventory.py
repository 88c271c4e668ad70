"""What a stack takes from elsewhere: the releases that it installs, and the images that it names itself."""

from components import dashboard, ingress, tekton
from components.settings import Settings


def releases_of(given: Settings) -> list[str]:
    """Names of the releases in the lock."""
    return [*tekton.RELEASES, *dashboard.release(given.dashboard), *ingress.release(given.ingress)]


def images_of(given: Settings) -> list[str]:
    """The images of steps and controllers. curl's is among them, as a token for commit statuses is a secret,
    and may come later.
    """
    images = given.images
    found = [images.git, images.curl, images.kubectl]
    found += [images.docker, images.docker_daemon] if given.builder.kind == "docker" else [images.buildkit]
    if given.ingress.kind == "traefik":
        found.append(images.traefik)
    if dashboard.has_login(given):
        found.append(images.oauth2_proxy)
    return found
