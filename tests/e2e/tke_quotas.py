"""The quotas of a managed TKE cluster: every namespace has one that names all kinds.

A namespace may have what it has and an equal share of what the cluster has left (Tencent Cloud, 457/9087), so
limits change whenever something is made anywhere.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from kubernetes import client, config
from urllib3.exceptions import HTTPError

from settings.levels import LEVELS

NAME = "tke-default-quota"
CONFIG_MAPS = 256  # of L5, there too
SECONDS = 1  # between two looks
Limits = dict[str, int]


class TkeQuotas:
    """A context manager; the quotas of the namespaces that are there are there when it has begun."""

    def __init__(self, kubeconfig: Path) -> None:
        api = config.new_client_from_config(str(kubeconfig))
        self._core, self._kinds = client.CoreV1Api(api), client.ApiextensionsV1Api(api)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> TkeQuotas:
        self._look()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(SECONDS):
            try:
                self._look()
            except (client.ApiException, HTTPError):
                continue  # a namespace went, or somebody else wrote the same quota

    def _look(self) -> None:
        level = LEVELS["L5"]
        custom = [
            f"count/{definition.spec.names.plural}.{definition.spec.group}"
            for definition in self._kinds.list_custom_resource_definition().items
            if definition.spec.scope == "Namespaced"
        ]
        namespaces = [
            namespace.metadata.name
            for namespace in self._core.list_namespace().items
            if _is_active(namespace)
        ]
        usage, limits = dict[str, Limits](), dict[str, Limits]()
        for quota in self._core.list_resource_quota_for_all_namespaces().items:
            if quota.metadata.name == NAME:
                status = quota.status.used or {}
                usage[quota.metadata.namespace] = {name: int(status[name]) for name in status}
                limits[quota.metadata.namespace] = {
                    name: int(quota.spec.hard[name]) for name in quota.spec.hard
                }
        for names, limit in (
            (["count/pods"], level.most_pods),
            (["count/configmaps"], CONFIG_MAPS),
            (custom, level.most_custom),
        ):
            remaining = limit - sum(counts.get(name, 0) for counts in usage.values() for name in names)
            for namespace in namespaces:
                new_limits = {
                    name: usage.get(namespace, {}).get(name, 0) + remaining // len(namespaces)
                    for name in names
                }
                if new_limits.items() - limits.get(namespace, {}).items():
                    self._write(namespace, new_limits, is_new=namespace not in limits)
                    limits.setdefault(namespace, {}).update(new_limits)

    def _write(self, namespace: str, limits: Mapping[str, int], *, is_new: bool) -> None:
        hard = {name: str(limit) for name, limit in limits.items()}
        body: dict[str, Any] = {"metadata": {"name": NAME}, "spec": {"hard": hard}}
        if is_new:
            self._core.create_namespaced_resource_quota(namespace, body)
        else:
            self._core.patch_namespaced_resource_quota(NAME, namespace, body)


def _is_active(namespace: Any) -> bool:
    return bool(namespace.status.phase == "Active")
