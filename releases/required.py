"""A stack's external parts: the releases that it installs, and the images that it names itself."""

from settings import Settings

TEKTON = ("tekton-pipelines", "tekton-triggers", "tekton-interceptors")
DASHBOARD_READ_ONLY, DASHBOARD = "tekton-dashboard", "tekton-dashboard-full"
INGRESS_NGINX = "ingress-nginx"


def releases_of(settings: Settings) -> list[str]:
    """Names of the releases in the lock."""
    names = list(TEKTON)
    if settings.dashboard.enabled:
        names.append(DASHBOARD_READ_ONLY if settings.dashboard.read_only else DASHBOARD)
    if settings.ingress.kind == "nginx":
        names.append(INGRESS_NGINX)
    return names


def images_of(settings: Settings) -> list[str]:
    """The images of steps and controllers.

    curl's is among them, as a token for commit statuses is a secret, and may come later.
    """
    images = settings.images
    references = [images.git, images.curl, images.kubectl]
    if settings.builder.kind == "docker":
        references += [images.docker, images.docker_daemon]
    else:
        references.append(images.buildkit)
    if settings.ingress.kind == "traefik":
        references.append(images.traefik)
    if settings.has_dashboard_login:
        references.append(images.oauth2_proxy)
    return references
