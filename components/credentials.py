"""Who builds are elsewhere: a Secret for each of a Pipeline's workspaces that opens something."""

import json
from base64 import b64encode
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components import clone_urls
from components.metadata import metadata
from components.registry_hosts import DOCKER_HUB, DOCKER_HUB_FILED
from components.secrets import Login, Logins
from components.settings import Registry, Repository
from components.settings.registries import PullRegistry
from components.tasks import commit_status, git_clone, pipeline

Data = dict[str, pulumi.Input[str]]


@dataclass(frozen=True, kw_only=True)
class CredentialsArgs:
    logins: Logins
    registry: Registry
    """Whose the registry's login is."""
    pulled: Sequence[PullRegistry]
    """Other registries, with the logins that `logins` has of them."""
    known_hosts: str
    """The git server's keys, for clones over SSH."""
    repositories: Sequence[Repository]
    reported: Collection[str]
    """The full names of those whose forge is told of a build."""


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
        for key, data in _wanted(args).items()
    }
    return {one.full_name: _secrets_of(one, args, shared, secret) for one in args.repositories}


def _secrets_of(
    repository: Repository,
    args: CredentialsArgs,
    shared: Mapping[str, pulumi.Output[str]],
    secret: Callable[[str, Data, str], pulumi.Resource],
) -> RepositorySecrets:
    """A clone that has a URL with a login of its own has a Secret of all its logins, and no other."""
    urls = repository.urls(args.logins.own)
    over_ssh = [url for url in urls if clone_urls.ssh_host(url)]
    over_http = [url for url in urls if not clone_urls.ssh_host(url)]
    datas = {pipeline.SSH: _ssh(args, over_ssh), pipeline.BASIC_AUTH: _http(args, over_http)}
    own = {key: pipeline.named(key, repository.full_name) for key, data in datas.items() if data}
    foreign = set(own)
    if not over_ssh:
        foreign.add(pipeline.SSH)
    if not over_http:
        foreign.add(pipeline.BASIC_AUTH)
    if repository.full_name not in args.reported:
        foreign.add(pipeline.STATUS_TOKEN)
    return RepositorySecrets(
        shared={key: name for key, name in shared.items() if key not in foreign},
        own=own,
        # The type of a Secret cannot change, and whether this one has the stack's login too, can.
        own_resources=[secret(name, datas[key], "Opaque") for key, name in own.items()],
    )


def _wanted(args: CredentialsArgs) -> dict[str, Data]:
    logins, wanted = args.logins, dict[str, Data]()
    if logins.ssh_key is not None:
        # The tutorial's names; ssh asks the file what it is, so a key of another kind may be in it.
        wanted[pipeline.SSH] = {"id_rsa": logins.ssh_key, "known_hosts": args.known_hosts}
    if auths := _auths(args):
        # The tutorial's Secret with its two keys, and the file that BuildKit reads: one Secret to rotate.
        passwords = pulumi.Output.all(*(login.password for login in auths.values()))
        config = passwords.apply(
            lambda known: docker_config(
                {
                    server: (login.username, password)
                    for (server, login), password in zip(auths.items(), known, strict=True)
                }
            )
        )
        pair = _pair(logins.registry) if logins.registry else {}
        wanted[pipeline.REGISTRY_AUTH] = {**pair, "config.json": config}
    if logins.git:
        wanted[pipeline.BASIC_AUTH] = _pair(logins.git)
    if logins.status_token is not None:
        wanted[pipeline.STATUS_TOKEN] = {commit_status.TOKEN: logins.status_token}
    return wanted


def _auths(args: CredentialsArgs) -> dict[str, Login]:
    """The logins of registries, by their hosts."""
    pushed = {args.registry.server: args.logins.registry} if args.logins.registry else {}
    return pushed | {
        one.server: Login(username=one.username, password=args.logins.registry_passwords[one.secret_name])
        for one in args.pulled
        if one.username
    }


def _ssh(args: CredentialsArgs, urls: Sequence[str]) -> Data:
    logins = args.logins
    mine = {url: _file(url) for url in urls if logins.own.has(url)}
    if not mine:
        return {}
    keys: Data = {file: logins.own_ssh_keys[clone_urls.full_name(url)] for url, file in mine.items()}
    if logins.ssh_key is not None and any(url not in mine for url in urls):
        keys["id_rsa"] = logins.ssh_key
    return {"known_hosts": args.known_hosts, git_clone.OWN: _lines(mine), **keys}


def _http(args: CredentialsArgs, urls: Sequence[str]) -> Data:
    logins = args.logins
    mine = {url: f"{_file(url)}.username" for url in urls if logins.own.has(url)}
    if not mine:
        return {}
    pairs: Data = {}
    for url in mine:
        login = logins.own_git[clone_urls.full_name(url)]
        pairs |= {f"{_file(url)}.{part}": text for part, text in _pair(login).items()}
    if logins.git and any(url not in mine for url in urls):
        pairs |= _pair(logins.git)
    return {git_clone.OWN: _lines(mine), **pairs}


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


def _pair(login: Login) -> Data:
    return {"username": login.username, "password": login.password}
