"""Logins of single Git repositories and registries: keys of the stack with a name behind them.

`gitSshKey/OWNER/NAME`, or `gitPassword/OWNER/NAME` with `gitUsername/OWNER/NAME`, opens one repository, and
`registryPassword/HOST` one entry of `builder.registries`. Each is a top-level key, as every secret: of a
structured setting nobody could say which parts are encrypted.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pulumi
from pulumi.runtime import is_config_secret

from forges import clone_urls
from forges.clone_urls import OwnLogins
from settings import raw_config
from settings.registry_hosts import secret_name
from settings.secret_texts import CONTROL, one_line, private_key

if TYPE_CHECKING:
    from settings import Settings

SSH_KEY, PASSWORD, USERNAME, REGISTRY = "gitSshKey", "gitPassword", "gitUsername", "registryPassword"
SECRETS = (SSH_KEY, PASSWORD, REGISTRY)


def is_own(key: str) -> bool:
    """True when the key belongs to a single repository or registry."""
    kind, slash, _ = key.partition("/")
    return bool(slash) and kind in {*SECRETS, USERNAME}


def keys(kind: str) -> dict[str, str]:
    """The stack's keys of this kind, by the repository's full name or the registry's secret name."""
    return {_name(key): key for key in _keys(kind)}


def _keys(kind: str) -> list[str]:
    return [key for key in raw_config.list_keys() if key.startswith(f"{kind}/")]


def _name(key: str) -> str:
    kind, _, name = key.partition("/")
    return secret_name(name) if kind == REGISTRY else name.lower()


def git() -> OwnLogins:
    """Which Git repositories have a login of their own."""
    return OwnLogins(http=frozenset(keys(PASSWORD)), ssh=frozenset(keys(SSH_KEY)))


def passwords() -> list[str]:
    """The stack's keys that are passwords."""
    return [*keys(PASSWORD).values(), *keys(REGISTRY).values()]


def read(kind: str) -> dict[str, pulumi.Output[str]]:
    """The secrets of this kind, by name, as they are used."""
    return {
        name: _secret(key, private_key if kind == SSH_KEY else one_line) for name, key in keys(kind).items()
    }


def username(name: str) -> str:
    """The user of a repository's own password: its own, or the stack's."""
    config = pulumi.Config()
    return config.get(keys(USERNAME).get(name, USERNAME)) or ""


def config_errors(settings: "Settings") -> list[str]:
    """Errors in logins, for valid settings; one sentence each, without secrets."""
    logins = git()
    urls = list(dict.fromkeys(url for repository in settings.repositories for url in repository.urls(logins)))
    errors = [
        *_twice(),
        *_texts(),
        *_unused(logins, urls),
        *_users(),
        *_servers(logins, urls),
        *_registries(settings),
    ]
    return errors + _stack_wide(settings, logins, urls)


def _secret(key: str, read_as: Callable[[str], str]) -> pulumi.Output[str]:
    return pulumi.Config().require_secret(key).apply(read_as)


def _twice() -> Iterator[str]:
    for kind in (*SECRETS, USERNAME):
        for key in _keys(kind):
            if (other := keys(kind)[_name(key)]) != key:
                yield f"{key} and {other} are one and the same: `pulumi config rm {key}`"


def _texts() -> Iterator[str]:
    config = pulumi.Config()
    for kind in SECRETS:
        for key in keys(kind).values():
            file = " < FILE" if kind == SSH_KEY else ""
            text = config.get(key) or ""
            if not is_config_secret(f"{pulumi.get_project()}:{key}"):
                yield f"{key} is not encrypted: set it with `pulumi config set --secret {key}{file}`"
            elif kind == SSH_KEY:
                yield from _refusal(text, key)
            elif not one_line(text):
                yield f"{key} is empty: set it with `pulumi config set --secret {key}`"
            elif CONTROL.search(one_line(text)):
                yield (
                    f"{key} has a line end or another control character in it, but must be one line of text: "
                    f"set it again with `pulumi config set --secret {key}`"
                )


def _refusal(text: str, key: str) -> Iterator[str]:
    try:
        private_key(text, key)
    except pulumi.RunError as error:
        yield str(error)


def _unused(logins: OwnLogins, urls: list[str]) -> Iterator[str]:
    for kind, names, over_ssh in ((SSH_KEY, logins.ssh, True), (PASSWORD, logins.http, False)):
        form = "SSH" if over_ssh else "HTTP"
        names_in_urls = {
            clone_urls.full_name(url) for url in urls if bool(clone_urls.ssh_host(url)) == over_ssh
        }
        for name in sorted(names - names_in_urls):
            key = keys(kind)[name]
            listing = f", only of {', '.join(sorted(names_in_urls))}" if names_in_urls else ""
            yield (
                f"{key} is set, but no url and no submoduleUrls of repositories is an {form} address of "
                f"{name}{listing}: give it there, or `pulumi config rm {key}`"
            )


def _users() -> Iterator[str]:
    config, passwords = pulumi.Config(), keys(PASSWORD)
    for name, key in passwords.items():
        if not username(name):
            missing_key = f"{USERNAME}/{key.removeprefix(f'{PASSWORD}/')}"
            yield (
                f"{missing_key} is missing: {key} is set, so give its user: `pulumi config set "
                f"{missing_key} NAME`"
            )
    for name, key in keys(USERNAME).items():
        if name not in passwords:
            missing_key = f"{PASSWORD}/{key.removeprefix(f'{USERNAME}/')}"
            yield (
                f"{missing_key} is missing: {key} is {config.get(key)!r}, so give its password with "
                f"`pulumi config set --secret {missing_key}`"
            )


def _servers(logins: OwnLogins, urls: list[str]) -> Iterator[str]:
    """A name says nothing of the server: the login of one must not be shown to another."""
    places: dict[str, dict[str, str]] = {}
    for url in filter(logins.has, urls):
        kind = SSH_KEY if clone_urls.ssh_host(url) else PASSWORD
        server = clone_urls.ssh_host(url) or urlsplit(url).netloc.lower()
        places.setdefault(keys(kind)[clone_urls.full_name(url)], {}).setdefault(server, url)
    for key, urls_of_servers in places.items():
        if len(urls_of_servers) > 1:
            yield (
                f"{key} is one repository's, but {' and '.join(urls_of_servers.values())} are on "
                "several servers: its "
                "login would be shown to each, so list one of them alone"
            )


def _registries(settings: "Settings") -> Iterator[str]:
    passwords, listed = keys(REGISTRY), settings.builder.registries
    for index, registry in enumerate(listed):
        place, password_key = f"builder.registries[{index}]", f"{REGISTRY}/{registry.secret_name}"
        if registry.secret_name == secret_name(settings.registry.server):
            yield (
                f"{place}.server is {registry.server!r}, but must be another than registry.server, "
                "whose login is "
                "registryUsername and registryPassword"
            )
        elif registry.username and registry.secret_name not in passwords:
            yield (
                f"{password_key} is missing: {place}.username is {registry.username!r}, so give its "
                "password with "
                f"`pulumi config set --secret {password_key}`"
            )
        elif not registry.username and registry.secret_name in passwords:
            yield (
                f"{place}.username is missing: {passwords[registry.secret_name]} is set, so give its user: "
                f"`pulumi config set --path '{place}.username' NAME`"
            )
    for name in sorted(passwords.keys() - {registry.secret_name for registry in listed}):
        yield (
            f"{passwords[name]} is set, but no entry of builder.registries has this server: give one with "
            f"server and username, or `pulumi config rm {passwords[name]}`"
        )


def _stack_wide(settings: "Settings", logins: OwnLogins, urls: list[str]) -> list[str]:
    """Errors in the stack-wide logins, which open every URL without a login of its own."""
    over_ssh = [url for url in urls if clone_urls.ssh_host(url)]
    others = [url for url in urls if not logins.has(url)]
    hosts = {urlsplit(url).netloc for url in others if not clone_urls.ssh_host(url)}
    errors = []
    if settings.git_username and len(hosts) > 1:
        errors.append(
            f"gitUsername is one server's, but the repositories are on {' and '.join(sorted(hosts))}: "
            "its password would be shown to the others; clone those over SSH, or give each of them a login "
            "of its own, as gitUsername/OWNER/NAME and gitPassword/OWNER/NAME"
        )
    errors += settings.unknown_servers(urls)
    has_key = is_config_secret(f"{pulumi.get_project()}:{SSH_KEY}")
    if (missing := [url for url in over_ssh if url in others]) and not has_key:
        errors.append(
            f"gitSshKey is missing: {missing[0]} is cloned over SSH, so give a key that may read it with "
            "`pulumi config set --secret gitSshKey < FILE`, or as "
            f"gitSshKey/{clone_urls.full_name(missing[0])} a key for this repository alone"
        )
    elif has_key and not over_ssh:
        errors.append(
            f"gitSshKey is set, but {urls[0]} is not cloned over SSH: give an SSH address, or no key"
        )
    elif has_key:
        errors += _refusal(pulumi.Config().require(SSH_KEY), SSH_KEY)
    return errors
