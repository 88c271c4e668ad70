"""The cluster behind the provider: reached when first asked, and perhaps not there at all."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from plugins.kubernetes import kinds
from plugins.kubernetes.errors import PluginError, Unreachable
from plugins.kubernetes.kubeconfig import (
    BadKubeconfig,
    Kubeconfig,
    ambient_kubeconfig,
    choose,
    load_kubeconfig,
    namespace_of,
    new_client,
)
from plugins.kubernetes.settings import DEFAULT_NAMESPACE, Settings

if TYPE_CHECKING:
    from plugins.kubernetes.api import Api


class Cluster:
    """Safe to use from many threads. `cancelled` ends all that waits."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.cancelled = threading.Event()
        self._lock = threading.Lock()
        self._api: Api | None = None
        self._unreachable: str | None = None
        # CRDs of this program: what they define can be previewed before any of them exists.
        self._scopes: dict[tuple[str, str], bool] = {}
        self._kubeconfig: Kubeconfig | None = None
        try:
            config = load_kubeconfig(settings.kubeconfig) if settings.kubeconfig else ambient_kubeconfig()
            self._kubeconfig = choose(config, context=settings.context, cluster=settings.cluster)
        except BadKubeconfig as error:
            self._unreachable = str(error)

    @property
    def default_namespace(self) -> str:
        """Of namespaced objects that name none."""
        if self.settings.namespace or self._kubeconfig is None:
            return self.settings.namespace or DEFAULT_NAMESPACE
        return namespace_of(self._kubeconfig) or DEFAULT_NAMESPACE

    def api(self) -> Api:
        """The API server, which has answered once. Raises Unreachable, and goes on raising: one slow attempt
        is enough for a whole run."""
        with self._lock:
            if self._api is None and self._unreachable is None:
                try:
                    self._api = self._connect()
                except PluginError as error:
                    self._unreachable = str(error)
            if self._api is None:
                raise Unreachable(self._unreachable or "")
            return self._api

    def reachable_api(self) -> Api | None:
        """None when the cluster cannot be reached, which a preview bears."""
        try:
            return self.api()
        except Unreachable:
            return None

    def _connect(self) -> Api:
        from plugins.kubernetes.api import Api  # noqa: PLC0415 - see the note in api.py

        assert self._kubeconfig is not None
        api = Api(new_client(self._kubeconfig), self.cancelled)
        api.version()
        return api

    def remember_scope(self, group: object, kind: object, scope: object) -> None:
        """Learns of a CRD of this program whether what it defines is in namespaces ("Namespaced",
        "Cluster").
        """
        self._scopes[str(group), str(kind)] = scope == "Namespaced"

    def is_namespaced(self, api_version: str, kind: str) -> bool | None:
        """None when neither the built-in kinds, nor this program's CRDs, nor the server can tell."""
        known = kinds.is_namespaced(api_version, kind)
        if known is None:
            known = self._scopes.get((api_version.rpartition("/")[0], kind))
        if known is None and (api := self.reachable_api()):
            try:
                known = api.is_namespaced(api_version, kind)
            except PluginError:
                return None
        return known

    def cancel(self) -> None:
        """Ends every wait under way; nothing can be asked afterwards."""
        self.cancelled.set()
        if self._api is not None:
            self._api.cancel()
