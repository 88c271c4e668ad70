"""When volumes, quotas, token Secrets and CRDs are ready. Pure functions of the object."""

from __future__ import annotations

from plugins.kubernetes.await_readiness import Object, Readiness, at, condition_of, is_true, reason_of


def persistent_volume_claim(obj: Object, binding_mode: str | None) -> Readiness:
    """Ready when Bound; with a storage class that waits for the first consumer, Pending is all there can
    be.
    """
    phase = at(obj, "status", "phase")
    ready = phase == "Bound" or (binding_mode == "WaitForFirstConsumer" and phase == "Pending")
    if phase == "Lost":
        problem = (
            f"PersistentVolumeClaim is Lost: its volume {at(obj, 'spec', 'volumeName', default='')} is gone"
        )
        return Readiness(False, "PersistentVolumeClaim is Lost", (problem,), failed=True)
    return Readiness(ready, f"Waiting for PersistentVolumeClaim to be Bound (it is {phase or 'new'})")


def persistent_volume(obj: Object) -> Readiness:
    phase = at(obj, "status", "phase")
    return Readiness(
        phase in {"Available", "Bound"},
        f"Waiting for PersistentVolume to be Available (it is {phase or 'new'})",
    )


def resource_quota(obj: Object) -> Readiness:
    """Ready when the controller has taken over the limits."""
    wanted, seen = at(obj, "spec", "hard", default={}), at(obj, "status", "hard", default={})
    return Readiness(wanted == seen, "Waiting for ResourceQuota to be counted")


def secret(obj: Object) -> Readiness:
    """A service account's token is filled in by a controller; every other Secret is ready as it stands."""
    ready = obj.get("type") != "kubernetes.io/service-account-token" or bool(obj.get("data"))
    return Readiness(ready, "Waiting for the service account token")


def custom_resource_definition(obj: Object) -> Readiness:
    """Ready when Established: objects of the kind can be created. Names that another CRD has taken are
    told.
    """
    if is_true(condition_of(obj, "Established")):
        return Readiness(True, "CustomResourceDefinition is established")
    names = condition_of(obj, "NamesAccepted")
    taken = names is not None and names.get("status") == "False"
    return Readiness(
        False,
        "Waiting for CustomResourceDefinition to be established",
        (reason_of(names),) if names and taken else (),
    )
