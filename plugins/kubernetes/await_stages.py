"""What is waited for of each kind, as stages one after the other: what to watch, and when that is enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugins.kubernetes import await_network, await_other, await_workloads
from plugins.kubernetes.await_readiness import Object, Readiness, at, name_of
from plugins.kubernetes.await_wait_for import WAIT_FOR, parse

if TYPE_CHECKING:
    from plugins.kubernetes.api import Api


@dataclass(frozen=True, kw_only=True)
class Stage:
    """`check` gets the objects that match now, and for how many seconds none of them has changed."""

    api_version: str
    kind: str
    namespace: str | None
    check: Callable[[list[Object], float], Readiness]
    name: str | None = None
    labels: str | None = None
    own: bool = False
    """Whether it watches the very object that is waited for, whose disappearance ends the wait."""
    settles_after: float | None = None
    """Seconds without a change after which `check` may judge otherwise."""


WORKLOADS: dict[tuple[str, str], Callable[[Object], Readiness]] = {
    ("apps", "Deployment"): await_workloads.deployment,
    ("apps", "StatefulSet"): await_workloads.stateful_set,
    ("apps", "DaemonSet"): await_workloads.daemon_set,
    ("", "ReplicationController"): await_workloads.replication_controller,
    ("batch", "Job"): await_workloads.job,
    ("", "Pod"): await_workloads.pod,
}
OTHERS: dict[tuple[str, str], Callable[[Object], Readiness]] = {
    ("", "PersistentVolume"): await_other.persistent_volume,
    ("", "ResourceQuota"): await_other.resource_quota,
    ("", "Secret"): await_other.secret,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): await_other.custom_resource_definition,
}


def stages_of(api: Api, obj: Object) -> list[Stage]:
    """Empty for kinds that are ready as soon as they exist. Raises PluginError for a wrong annotation.

    The annotation pulumi.com/waitFor takes the place of what the kind would wait for.
    """
    if wanted := at(obj, "metadata", "annotations", WAIT_FOR):
        return [_own(obj, parse(wanted))]
    key = (str(obj["apiVersion"]).rpartition("/")[0], str(obj["kind"]))
    if check := WORKLOADS.get(key) or OTHERS.get(key):
        return [] if check(obj).ready and key in OTHERS else [_own(obj, check)]
    if key == ("", "PersistentVolumeClaim"):
        mode = _binding_mode(api, obj)
        return [_own(obj, lambda live: await_other.persistent_volume_claim(live, mode))]
    if key == ("", "Service"):
        return _service(obj)
    if key == ("networking.k8s.io", "Ingress"):
        return _ingress(api, obj)
    return []


def _own(obj: Object, check: Callable[[Object], Readiness]) -> Stage:
    return Stage(
        api_version=obj["apiVersion"],
        kind=obj["kind"],
        namespace=at(obj, "metadata", "namespace"),
        name=at(obj, "metadata", "name"),
        check=lambda found, _: check(found[0]),
        own=True,
    )


def _slices(obj: Object, check: Callable[[list[Object], float], Readiness], labels: str | None) -> Stage:
    return Stage(
        api_version="discovery.k8s.io/v1",
        kind="EndpointSlice",
        namespace=at(obj, "metadata", "namespace"),
        labels=labels,
        check=check,
        settles_after=await_network.SETTLED_AFTER,
    )


def _service(obj: Object) -> list[Stage]:
    stages = []
    if await_network.waits_for_endpoints(obj):
        labels = f"{await_network.SERVICE_OF_SLICE}={at(obj, 'metadata', 'name')}"
        stages.append(_slices(obj, await_network.endpoints, labels))
    if at(obj, "spec", "type") == "LoadBalancer":
        stages.append(_own(obj, await_network.service))
    return stages


def _ingress(api: Api, obj: Object) -> list[Stage]:
    namespace = at(obj, "metadata", "namespace")

    def check(slices: list[Object], quiet: float) -> Readiness:
        found = await_network.targets(obj, slices, set(), quiet)
        if not found.problems:
            return found
        # Rarely reached, and rarely more than once: something has no endpoints (yet).
        external = {
            name
            for name in await_network.backends(obj)
            if at(api.get("v1", "Service", namespace, name), "spec", "type") == "ExternalName"
        }
        return await_network.targets(obj, slices, external, quiet)

    stages = [_slices(obj, check, await_network.SERVICE_OF_SLICE)] if await_network.backends(obj) else []
    return [*stages, _own(obj, await_network.ingress)]


def _binding_mode(api: Api, claim: Object) -> str | None:
    name = at(claim, "spec", "storageClassName")
    storage_class = api.get("storage.k8s.io/v1", "StorageClass", None, name) if name else None
    return str(at(storage_class, "volumeBindingMode", default="")) or None


def described(obj: Object) -> str:
    """As error messages name an object: `Deployment shop/web`."""
    return f"{obj['kind']} {name_of(obj)}"
