"""Parts of a clone URL: its server, its path, and the same repository over HTTP or SSH."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit


def ssh_host(url: str) -> str:
    """The server as known_hosts names it, HOST or [HOST]:PORT; empty for a URL of another kind."""
    if match := re.fullmatch(r"ssh://(?:[^/@]*@)?([^/:]+)(?::(\d+))?/.*", url):
        name, port = match.groups()
        return f"[{name}]:{port}" if port and port != "22" else str(name)
    match = re.fullmatch(r"git@([\w.-]+)[:/].*", url)
    return match.group(1) if match else ""


def host(url: str) -> str:
    """The server's name in lower case, without a port."""
    if name := ssh_host(url):
        return name.partition("]")[0].removeprefix("[").lower()
    return urlsplit(url).hostname or ""


def path(url: str) -> str:
    """The repository's path on its server, without slashes around it."""
    return (url.partition("://")[2].partition("/")[2] or url.partition(":")[2]).strip("/")


def full_name(url: str) -> str:
    """OWNER/NAME in lower case, as a forge's payload says it."""
    return path(url).removesuffix(".git").lower()


def as_cloned(model: str, url: str) -> str:
    """The URL in the form of `model`, HTTP or SSH, if both are of one server; else as it is."""
    if host(model) != host(url) or bool(ssh_host(model)) == bool(ssh_host(url)):
        return url
    return model.removesuffix("/").removesuffix(path(model)) + path(url)


@dataclass(frozen=True, kw_only=True)
class OwnLogins:
    """Which repositories have a login of their own, by their full name; the others have the stack's."""

    http: frozenset[str] = frozenset()
    ssh: frozenset[str] = frozenset()

    def has(self, url: str) -> bool:
        """True when the repository has a login for a URL of this form."""
        return full_name(url) in (self.ssh if ssh_host(url) else self.http)

    def as_cloned(self, model: str, url: str) -> str:
        """The URL in the form that its own login is for; without one, as the function of this name says."""
        return url if self.has(url) else as_cloned(model, url)
