"""Who builds are elsewhere: a Secret for each of a Pipeline's workspaces that opens something."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components.metadata import metadata
from components.secrets import Login, Logins
from components.settings import Registry
from components.tasks import commit_status, pipeline


@dataclass(frozen=True, kw_only=True)
class CredentialsArgs:
    logins: Logins
    registry: Registry
    """Whose the registry's login is."""
    known_hosts: str
    """The git server's keys, for clones over SSH."""


def held(
    name: str, args: CredentialsArgs, namespace: pulumi.Output[str], opts: pulumi.ResourceOptions
) -> Mapping[str, pulumi.Output[str]]:
    """Makes a Secret of each login that there is; their names, by the workspace's name."""
    return {
        key: kubernetes.core.v1.Secret(
            f"{name}-{key}",
            metadata=metadata(key, namespace, component="builds"),
            type="kubernetes.io/basic-auth" if "username" in data else "Opaque",
            string_data=pulumi.Output.secret(data),
            opts=opts,
        ).metadata.name
        for key, data in _wanted(args).items()
    }


def _wanted(args: CredentialsArgs) -> dict[str, dict[str, pulumi.Input[str]]]:
    logins, wanted = args.logins, dict[str, dict[str, pulumi.Input[str]]]()
    if logins.ssh_key is not None:
        # The tutorial's names; ssh asks the file what it is, so a key of another kind may be in it.
        wanted[pipeline.SSH] = {"id_rsa": logins.ssh_key, "known_hosts": args.known_hosts}
    if login := logins.registry:
        # The tutorial's Secret with its two keys, and the file that BuildKit reads: one Secret to rotate.
        config = login.password.apply(
            lambda password: docker_config(args.registry.server, login.username, password)
        )
        wanted[pipeline.REGISTRY_AUTH] = {**_pair(login), "config.json": config}
    if logins.git:
        wanted[pipeline.BASIC_AUTH] = _pair(logins.git)
    if logins.status_token is not None:
        wanted[pipeline.STATUS_TOKEN] = {commit_status.TOKEN: logins.status_token}
    return wanted


def docker_config(server: str, username: str, password: str) -> str:
    """A client's config.json for one registry; Docker Hub is filed under its old address."""
    if server in {"docker.io", "index.docker.io"}:
        server = "https://index.docker.io/v1/"
    auth = b64encode(f"{username}:{password}".encode()).decode()
    return json.dumps({"auths": {server: {"auth": auth}}})


def _pair(login: Login) -> dict[str, pulumi.Input[str]]:
    return {"username": login.username, "password": login.password}
