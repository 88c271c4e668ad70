"""Kubeconfigs: contents or a path, the context and cluster chosen from them, and a client made of the
result.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plugins.kubernetes.errors import PluginError

if TYPE_CHECKING:
    from kubernetes.client import ApiClient

Kubeconfig = dict[str, Any]
# Fields that name files, relative to the kubeconfig's own folder.
FILES = {
    "clusters": ("cluster", ["certificate-authority"]),
    "users": ("user", ["client-certificate", "client-key", "tokenFile"]),
}
CONNECTIONS = 128  # kept open: one for each thread of the plugin, and one more for what it watches


class BadKubeconfig(PluginError):
    """No usable kubeconfig; the text names what is missing."""


def load_kubeconfig(path_or_contents: str) -> Kubeconfig:
    """Reads a file when there is one of that name, else takes the text itself. YAML or JSON."""
    text, folder = path_or_contents, None
    path = Path(path_or_contents).expanduser() if "\n" not in path_or_contents else None
    if path is not None and len(path_or_contents) < 4096 and path.is_file():
        try:
            text, folder = path.read_text(), path.resolve().parent
        except OSError as error:
            raise BadKubeconfig(f"kubeconfig {path} cannot be read: {error.strerror}") from None
    try:
        parsed = _parse(text)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        if path is not None:
            raise BadKubeconfig(f"kubeconfig {path_or_contents} does not exist")
        raise BadKubeconfig("the kubeconfig is neither the path of a file nor YAML or JSON")
    return _with_absolute_paths(parsed, folder) if folder else parsed


def ambient_kubeconfig(environment: Mapping[str, str] = os.environ) -> Kubeconfig:
    """What kubectl would use: the files of KUBECONFIG, merged so that the first one wins, else
    ~/.kube/config.
    """
    named = [path for path in environment.get("KUBECONFIG", "").split(os.pathsep) if path]
    paths = [path for path in named or ["~/.kube/config"] if Path(path).expanduser().is_file()]
    if not paths:
        tried = ", ".join(named) if named else "~/.kube/config"
        raise BadKubeconfig(f"no kubeconfig: the provider has none, and there is no file {tried}")
    merged: Kubeconfig = {}
    for path in paths:
        _merge(merged, load_kubeconfig(path))
    return merged


def choose(config: Kubeconfig, *, context: str | None = None, cluster: str | None = None) -> Kubeconfig:
    """A copy whose current context is the chosen one, with the chosen cluster. Raises BadKubeconfig."""
    name = context or config.get("current-context") or ""
    chosen = _named(config, "contexts", "context", name)
    if chosen is None:
        raise BadKubeconfig(
            f"the kubeconfig has no context {name!r}" if name else "the kubeconfig has no current-context"
        )
    chosen = {**chosen, **({"cluster": cluster} if cluster else {})}
    for key, section in (("cluster", "clusters"), ("user", "users")):
        if chosen.get(key) and _named(config, section, key, chosen[key]) is None:
            raise BadKubeconfig(
                f"the kubeconfig's context {name!r} uses {key} {chosen[key]!r}, which it does not have"
            )
    return {**config, "contexts": [{"name": name, "context": chosen}], "current-context": name}


def active_cluster(config: Kubeconfig, *, context: str | None, cluster: str | None) -> dict[str, Any] | None:
    """The cluster entry in use, by which two kubeconfigs are compared; None when there is none."""
    try:
        chosen = choose(config, context=context, cluster=cluster)
    except BadKubeconfig:
        return None
    return _named(config, "clusters", "cluster", chosen["contexts"][0]["context"].get("cluster", ""))


def namespace_of(config: Kubeconfig) -> str | None:
    """The namespace of the current context, as after `choose`."""
    context = _named(config, "contexts", "context", config.get("current-context") or "")
    return (context or {}).get("namespace") or None


def new_client(config: Kubeconfig) -> ApiClient:
    """A client for the current context. Raises BadKubeconfig with the client's own reason."""
    # 0.4 s of import that a run without a question to the server never pays.
    from kubernetes.client import ApiClient, Configuration  # noqa: PLC0415
    from kubernetes.config import ConfigException, load_kube_config_from_dict  # noqa: PLC0415

    settings = Configuration()
    with tempfile.TemporaryDirectory(prefix="kubeconfig-") as folder:
        try:
            load_kube_config_from_dict(
                config, client_configuration=settings, persist_config=False, temp_file_path=folder
            )
            settings.connection_pool_maxsize = CONNECTIONS
            settings.retries = False  # Api retries, with a bound and only what is harmless
            client = ApiClient(settings)
            _hold_keys_in_memory(client)
        except (ConfigException, OSError) as error:  # OSError: a file it names; ssl's errors are OSErrors too
            raise BadKubeconfig(f"the kubeconfig cannot be used: {error}") from None
    return client


def _hold_keys_in_memory(client: ApiClient) -> None:
    """The client writes keys into files and reads them again at every connection; the engine may kill this
    process at any time, and then they would stay. So they are read once, now, and the files go."""
    import ssl  # noqa: PLC0415

    settings, pools = client.configuration, client.rest_client.pool_manager
    if not settings.host.startswith("https"):
        return
    context = ssl.create_default_context(cafile=settings.ssl_ca_cert, cadata=settings.ca_cert_data)
    if not settings.verify_ssl:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if settings.cert_file:
        context.load_cert_chain(settings.cert_file, settings.key_file)
    for key in ("ca_certs", "cert_file", "key_file", "ca_cert_data"):
        pools.connection_pool_kw.pop(key, None)
    pools.connection_pool_kw["ssl_context"] = context


def _parse(text: str) -> Any:
    if text.lstrip().startswith("{"):
        return json.loads(text)
    import yaml  # noqa: PLC0415

    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


def _named(config: Kubeconfig, section: str, key: str, name: str) -> dict[str, Any] | None:
    for entry in config.get(section) or []:
        if entry.get("name") == name:
            return entry.get(key) or {}
    return None


def _merge(into: Kubeconfig, other: Kubeconfig) -> None:
    for key, value in other.items():
        if isinstance(value, list):
            have = {entry.get("name") for entry in into.get(key) or []}
            into[key] = (into.get(key) or []) + [entry for entry in value if entry.get("name") not in have]
        elif not into.get(key):
            into[key] = value


def _with_absolute_paths(config: Kubeconfig, folder: Path) -> Kubeconfig:
    for section, (key, fields) in FILES.items():
        for entry in config.get(section) or []:
            inner = entry.get(key) or {}
            for field in fields:
                if inner.get(field):
                    inner[field] = str(folder / inner[field])
    return config
