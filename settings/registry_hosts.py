"""Hosts of registries: Docker Hub has several names, and no key of a stack has a colon."""

DOCKER_HUB = {"docker.io", "index.docker.io", "registry-1.docker.io"}
DOCKER_HUB_FILED = "https://index.docker.io/v1/"  # where every client's config.json has its login


def secret_name(server: str) -> str:
    """HOST, or HOST_PORT, in lower case: what stands behind `registryPassword/` for a server."""
    return "docker.io" if server.lower() in DOCKER_HUB else server.lower().replace(":", "_")
