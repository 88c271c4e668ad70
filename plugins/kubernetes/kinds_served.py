"""What kinds the API server serves. A miss is forgotten: a CRD may be created in the same run."""

from __future__ import annotations

import threading

from kubernetes.dynamic import Resource

from plugins.kubernetes.errors import ApiError, NoSuchKind
from plugins.kubernetes.requests import Requests


class Kinds:
    """Asks for a group's kinds when one is first looked for. Safe to use from many threads."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests
        self._known: dict[str, dict[str, Resource]] = {}
        self._lock = threading.Lock()

    def find(self, api_version: str, kind: str) -> Resource:
        """The resource behind `kind` ("Deployment") of `api_version` ("apps/v1"). Raises NoSuchKind."""
        found = self._known.get(api_version, {}).get(kind)
        if found is None:
            kinds = self._discover(api_version)
            with self._lock:
                self._known[api_version] = kinds
            found = kinds.get(kind)
        if found is None:
            raise NoSuchKind(api_version, kind)
        return found

    def _discover(self, api_version: str) -> dict[str, Resource]:
        group, _, version = api_version.rpartition("/")
        try:
            listing = self._requests.send("get", f"/apis/{api_version}" if group else f"/api/{api_version}")
        except ApiError as error:
            if error.status == 404:
                return {}
            raise
        return {
            entry["kind"]: Resource(
                prefix="apis" if group else "api",
                group=group,
                api_version=version,
                client=self._requests.dynamic,
                **{key: entry[key] for key in ("name", "kind", "namespaced", "verbs")},
            )
            for entry in listing.get("resources", [])
            if "/" not in entry["name"]
        }
