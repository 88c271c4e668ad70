"""What a clone URL says: its server, its path, and the same repository over HTTP or SSH."""

import re
from urllib.parse import urlsplit


def ssh_host(url: str) -> str:
    """The server as known_hosts names it, HOST or [HOST]:PORT; empty for a URL of another kind."""
    if found := re.fullmatch(r"ssh://(?:[^/@]*@)?([^/:]+)(?::(\d+))?/.*", url):
        name, port = found.groups()
        return f"[{name}]:{port}" if port and port != "22" else str(name)
    found = re.fullmatch(r"git@([\w.-]+)[:/].*", url)
    return found.group(1) if found else ""


def host(url: str) -> str:
    """The server's name in lower case, without a port."""
    if name := ssh_host(url):
        return name.partition("]")[0].removeprefix("[").lower()
    return urlsplit(url).hostname or ""


def path(url: str) -> str:
    """The repository's path on its server, without slashes around it."""
    return (url.partition("://")[2].partition("/")[2] or url.partition(":")[2]).strip("/")


def as_cloned(model: str, url: str) -> str:
    """The URL in the form of `model`, HTTP or SSH, if both are of one server; else as it is."""
    if host(model) != host(url) or bool(ssh_host(model)) == bool(ssh_host(url)):
        return url
    return model.removesuffix("/").removesuffix(path(model)) + path(url)
