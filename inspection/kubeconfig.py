"""One context of a kubeconfig, complete: usable from any folder, and without other clusters' credentials."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

# kubectl reads these files relative to the kubeconfig; their contents go under the key behind them.
CLUSTER_FILES = {"certificate-authority": "certificate-authority-data"}
USER_FILES = {"client-certificate": "client-certificate-data", "client-key": "client-key-data"}


class KubeconfigError(ValueError):
    """A fault of a kubeconfig, for the end of a sentence that begins with where it came from."""


@dataclass(frozen=True, kw_only=True)
class Kubeconfig:
    """A kubeconfig with one context."""

    context: str
    """The context's name."""
    server: str
    """URL of the API server."""
    content: Mapping[str, Any] = field(repr=False)
    """Content of the file. It holds credentials."""

    @property
    def text(self) -> str:
        """Content as YAML; the same content gives the same text, whatever its order. It holds credentials."""
        return yaml.safe_dump(dict(self.content))


def read(text: str, *, context: str = "", folder: Path | None = None) -> Kubeconfig:
    """The context `context` of a kubeconfig's text; empty: the current one.

    Relative paths of certificates and keys are relative to `folder`, as kubectl has it, and are replaced by
    the files' contents; a relative command or token file becomes an absolute path. Absolute paths stay. With
    `folder` None, the text came from no file and may have no relative path. Raises KubeconfigError, whose
    text holds no credential.
    """
    try:
        kubeconfig = yaml.safe_load(text)
    except yaml.YAMLError:
        raise KubeconfigError("is not YAML") from None
    if not isinstance(kubeconfig, Mapping):
        raise KubeconfigError("is not a kubeconfig: it must have clusters, users and contexts")
    name = context or kubeconfig.get("current-context") or ""
    contexts = _names(kubeconfig, "contexts")
    if name not in contexts:
        listing = ", ".join(contexts) or "none"
        raise KubeconfigError(
            f"has no context {name!r}; it has {listing}"
            if name
            else f"has no current context; it has {listing}"
        )
    selected = _entry(kubeconfig, "contexts", "context", name)
    cluster = _entry(kubeconfig, "clusters", "cluster", selected.get("cluster"))
    user = _entry(kubeconfig, "users", "user", selected.get("user")) if selected.get("user") else {}
    server = cluster.get("server")
    if not isinstance(server, str) or not server.startswith(("https://", "http://")):
        raise KubeconfigError(f"has no server in the cluster of its context {name!r}")
    entries = {
        "clusters": ("cluster", selected["cluster"], _embedded(cluster, CLUSTER_FILES, folder)),
        "users": ("user", selected.get("user"), _located(_embedded(user, USER_FILES, folder), folder)),
        "contexts": ("context", name, dict(selected)),
    }
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        **{
            section: [{"name": entry_name, key: value}] if entry_name else []
            for section, (key, entry_name, value) in entries.items()
        },
        "current-context": name,
    }
    return Kubeconfig(context=name, server=server, content=content)


def _names(kubeconfig: Mapping[str, Any], section: str) -> list[str]:
    entries = kubeconfig.get(section)
    return [
        str(entry.get("name"))
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, Mapping)
    ]


def _entry(kubeconfig: Mapping[str, Any], section: str, key: str, name: object) -> Mapping[str, Any]:
    for entry in kubeconfig.get(section) or ():
        if isinstance(entry, Mapping) and entry.get("name") == name and isinstance(entry.get(key), Mapping):
            return dict(entry[key])
    raise KubeconfigError(f"names the {key} {name!r} and does not define it")


def _embedded(entry: Mapping[str, Any], files: Mapping[str, str], folder: Path | None) -> Mapping[str, Any]:
    """The entry with the contents of relative files in place of their paths."""
    result = dict(entry)
    for key, data in files.items():
        path = result.get(key)
        if not isinstance(path, str) or not path or Path(path).is_absolute() or result.get(data):
            continue
        file = _beside(path, folder, key)
        try:
            content = file.read_bytes()
        except OSError as error:
            raise KubeconfigError(
                f"names the {key} {path!r}, which cannot be read: {error.strerror}"
            ) from None
        del result[key]
        result[data] = b64encode(content).decode("ascii")
    return result


def _located(user: Mapping[str, Any], folder: Path | None) -> Mapping[str, Any]:
    """The user with absolute paths of what is read or run again and again."""
    result = dict(user)
    token = result.get("tokenFile")
    if isinstance(token, str) and token and not Path(token).is_absolute():
        result["tokenFile"] = str(_beside(token, folder, "tokenFile"))
    plugin = result.get("exec")
    if isinstance(plugin, Mapping):
        command = plugin.get("command")
        # A bare name is looked up on PATH.
        if isinstance(command, str) and "/" in command and not Path(command).is_absolute():
            result["exec"] = {**plugin, "command": str(_beside(command, folder, "command"))}
    return result


def _beside(path: str, folder: Path | None, key: str) -> Path:
    if folder is None:
        raise KubeconfigError(
            f"names the {key} {path!r}, which is relative to a file; `kubectl config view --flatten --raw` "
            "puts the contents in"
        )
    return (folder / path).resolve()
