"""Secrets that give builds access to registry, Git host and status API, one per workspace."""

import json
from base64 import b64encode
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components.kube.metadata import metadata
from forges import clone_urls
from pipelines import pipeline
from settings import Registry, Repository
from settings.registries import PullRegistry
from settings.registry_hosts import DOCKER_HUB, DOCKER_HUB_FILED
from settings.secrets import BasicAuthCredentials, BuildCredentials

Data = dict[str, pulumi.Input[str]]

# Files of the Secrets, as the scripts of git-clone and commit-status read them.
URLS = "urls"  # lines of FILE URL, for each URL that a login of its own opens
TOKEN = "token"


@dataclass(frozen=True, kw_only=True)
class CredentialsArgs:
    logins: BuildCredentials
    registry: Registry
    """Registry that `logins.registry` is for."""
    pulled: Sequence[PullRegistry]
    """Other registries, with the logins that `logins` has of them."""
    known_hosts: str
    """The git server's keys, for clones over SSH."""
    repositories: Sequence[Repository]
    reported: Collection[str]
    """Full names of the repositories whose forge gets commit statuses."""


@dataclass(frozen=True, kw_only=True)
class RepositorySecrets:
    """The Secrets for the workspaces of one repository's runs: what opens its URLs, registry and forge."""

    shared: Mapping[str, pulumi.Output[str]]
    """Names of those that other repositories have too, by the workspace's name."""
    own: Mapping[str, str]
    """Names of those of this repository alone."""
    own_resources: Sequence[pulumi.Resource]


def secrets(
    name: str, args: CredentialsArgs, namespace: pulumi.Output[str], opts: pulumi.ResourceOptions
) -> Mapping[str, RepositorySecrets]:
    """Makes a Secret of each login that there is; which of them a run has, by the repository's full name."""

    def secret(secret_name: str, data: Data, type_: str) -> kubernetes.core.v1.Secret:
        return kubernetes.core.v1.Secret(
            f"{name}-{secret_name}",
            metadata=metadata(secret_name, namespace, component="builds"),
            type=type_,
            string_data=pulumi.Output.secret(data),
            opts=opts,
        )

    shared = {
        key: secret(key, data, "kubernetes.io/basic-auth" if "username" in data else "Opaque").metadata.name
        for key, data in _secret_contents(args).items()
    }
    return {
        repository.full_name: _secrets_of(args, repository, shared, secret)
        for repository in args.repositories
    }


def _secrets_of(
    args: CredentialsArgs,
    repository: Repository,
    shared: Mapping[str, pulumi.Output[str]],
    secret: Callable[[str, Data, str], pulumi.Resource],
) -> RepositorySecrets:
    """A clone that has a URL with a login of its own has a Secret of all its logins, and no other."""
    logins, urls = args.logins, repository.urls(args.logins.own)
    over_ssh = [url for url in urls if clone_urls.ssh_host(url)]
    over_http = [url for url in urls if not clone_urls.ssh_host(url)]
    datas = {
        pipeline.SSH: _ssh(logins, over_ssh, known_hosts=args.known_hosts),
        pipeline.BASIC_AUTH: _http(logins, over_http),
    }
    own_secrets = {key: pipeline.named(key, repository.full_name) for key, data in datas.items() if data}
    foreign = set(own_secrets)
    if not over_ssh:
        foreign.add(pipeline.SSH)
    if not over_http:
        foreign.add(pipeline.BASIC_AUTH)
    if repository.full_name not in args.reported:
        foreign.add(pipeline.STATUS_TOKEN)
    return RepositorySecrets(
        shared={key: name for key, name in shared.items() if key not in foreign},
        own=own_secrets,
        # The type of a Secret cannot change, and whether this one has the stack's login too, can.
        own_resources=[secret(name, datas[key], "Opaque") for key, name in own_secrets.items()],
    )


def _secret_contents(args: CredentialsArgs) -> dict[str, Data]:
    logins, contents = args.logins, dict[str, Data]()
    if logins.ssh_key is not None:
        # The tutorial's names; ssh asks the file what it is, so a key of another kind may be in it.
        contents[pipeline.SSH] = {"id_rsa": logins.ssh_key, "known_hosts": args.known_hosts}
    if auths := _auths(logins, args.registry, args.pulled):
        # The tutorial's Secret with its two keys, and the file that BuildKit reads: one Secret to rotate.
        passwords = pulumi.Output.all(*(login.password for login in auths.values()))
        config = passwords.apply(
            lambda values: docker_config(
                {
                    server: (login.username, password)
                    for (server, login), password in zip(auths.items(), values, strict=True)
                }
            )
        )
        pair = _pair(logins.registry) if logins.registry else {}
        contents[pipeline.REGISTRY_AUTH] = {**pair, "config.json": config}
    if logins.git:
        contents[pipeline.BASIC_AUTH] = _pair(logins.git)
    if logins.status_token is not None:
        contents[pipeline.STATUS_TOKEN] = {TOKEN: logins.status_token}
    return contents


def _auths(
    logins: BuildCredentials, registry: Registry, pulled: Sequence[PullRegistry]
) -> dict[str, BasicAuthCredentials]:
    """The logins of registries, by their hosts."""
    pushed = {registry.server: logins.registry} if logins.registry else {}
    return pushed | {
        source.server: BasicAuthCredentials(
            username=source.username, password=logins.registry_passwords[source.secret_name]
        )
        for source in pulled
        if source.username
    }


def _ssh(logins: BuildCredentials, urls: Sequence[str], *, known_hosts: str) -> Data:
    """The Secret's files for clones over SSH; empty when no URL has a login of its own."""
    files = {url: _file(url) for url in urls if logins.own.has(url)}
    if not files:
        return {}
    keys: Data = {file: logins.own_ssh_keys[clone_urls.full_name(url)] for url, file in files.items()}
    if logins.ssh_key is not None and any(url not in files for url in urls):
        keys["id_rsa"] = logins.ssh_key
    return {"known_hosts": known_hosts, URLS: _lines(files), **keys}


def _http(logins: BuildCredentials, urls: Sequence[str]) -> Data:
    """The Secret's files for clones over HTTPS; empty when no URL has a login of its own."""
    files = {url: f"{_file(url)}.username" for url in urls if logins.own.has(url)}
    if not files:
        return {}
    pairs: Data = {}
    for url in files:
        login = logins.own_git[clone_urls.full_name(url)]
        pairs |= {f"{_file(url)}.{part}": text for part, text in _pair(login).items()}
    if logins.git and any(url not in files for url in urls):
        pairs |= _pair(logins.git)
    return {URLS: _lines(files), **pairs}


def _file(url: str) -> str:
    return pipeline.named("login", clone_urls.full_name(url))


def _lines(files: Mapping[str, str]) -> str:
    return "".join(f"{file} {url}\n" for url, file in files.items())


def docker_config(logins: Mapping[str, tuple[str, str]]) -> str:
    """A client's config.json: user and password by the registry's host."""
    return json.dumps(
        {
            "auths": {
                DOCKER_HUB_FILED if server in DOCKER_HUB else server: {
                    "auth": b64encode(f"{username}:{password}".encode()).decode()
                }
                for server, (username, password) in logins.items()
            }
        }
    )


def _pair(login: BasicAuthCredentials) -> Data:
    return {"username": login.username, "password": login.password}
