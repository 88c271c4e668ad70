"""Registries that builds pull from, beside the one that they push to."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field

from settings.registry_hosts import secret_name
from settings.types import Host, Model, allows, matches


class PullRegistry(Model):
    """A registry of FROM lines, or a mirror. The secret `registryPassword/HOST` is its password."""

    server: Host = Field(description="host of the registry, as ghcr.io or registry.example.com:5000")
    username: Annotated[
        str, matches(r"[^\s:]*", "a user name without a colon and blanks, or empty for no login")
    ] = Field(default="", description="user name there; empty: no login")
    insecure: bool = Field(default=False, description="true: plain HTTP")

    @property
    def secret_name(self) -> str:
        """The part after `registryPassword/` in its secret's key."""
        return secret_name(self.server)


@allows("each server once")
def unique(registries: tuple[PullRegistry, ...]) -> tuple[PullRegistry, ...]:
    """Refuses a server that has two entries."""
    names = [registry.secret_name for registry in registries]
    if twice := [registry.server for registry in registries if names.count(registry.secret_name) > 1]:
        raise ValueError(f"must have every server once, and {twice[0]} stands there more than once")
    return registries


def check_logins(registries: tuple[PullRegistry, ...], mirrors: Mapping[str, str]) -> None:
    """Refuses what Docker's daemon does otherwise: it asks a mirror with Docker Hub's login, or with none.

    moby/moby, issue 30880 and pull request 42023. Raises ValueError.
    """
    logins = {registry.secret_name for registry in registries if registry.username}
    for url in mirrors.values():
        if (host := urlsplit(url).netloc) and secret_name(host) in logins:
            raise ValueError(
                f"must have kind buildkit when the mirror {host} has a login: Docker's daemon sends none to "
                "a mirror"
            )
        if "docker.io" in logins:
            raise ValueError(
                "must have kind buildkit when docker.io has a login and a mirror: Docker's daemon would send "
                "the login to the mirror"
            )
