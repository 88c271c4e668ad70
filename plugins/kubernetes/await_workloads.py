"""When workloads are ready: Deployment, StatefulSet, DaemonSet, ReplicationController, Job, Pod.

The conditions are those of the official provider, which
https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/#await-logic outlines. Pure functions of
the object.
"""

from __future__ import annotations

from plugins.kubernetes.await_pods import pod_problems
from plugins.kubernetes.await_readiness import Object, Readiness, at, condition_of, is_true, reason_of


def deployment(obj: Object) -> Readiness:
    """Ready when the rollout of the present generation is complete and the Deployment is Available.

    A ProgressDeadlineExceeded is told but does not end the wait: the rollout may still come through.
    """
    observed = at(obj, "status", "observedGeneration", default=0)
    if observed < at(obj, "metadata", "generation", default=1):
        return Readiness(False, "[1/2] Waiting for the Deployment controller to take up the Deployment")
    wanted = at(obj, "spec", "replicas", default=1)
    updated, ready, total = (
        at(obj, "status", key, default=0) for key in ("updatedReplicas", "readyReplicas", "replicas")
    )
    progressing, available = condition_of(obj, "Progressing"), condition_of(obj, "Available")
    problems = [
        reason_of(condition)
        for condition in (progressing, available, condition_of(obj, "ReplicaFailure"))
        if condition and is_true(condition) == (condition["type"] == "ReplicaFailure")
    ]
    # Without a progress deadline there is no Progressing condition; then the counts alone decide.
    rolled_out = progressing is None or (
        is_true(progressing) and progressing.get("reason") == "NewReplicaSetAvailable"
    )
    if rolled_out and is_true(available) and updated >= wanted and total <= updated and ready >= wanted:
        return Readiness(True, "Deployment initialization complete")
    if not is_true(available):
        problems.append("Minimum number of live Pods was not attained")
    message = (
        f"[1/2] Waiting for app ReplicaSet to be available ({min(ready, updated)}/{wanted} Pods available)"
    )
    if updated >= wanted and ready >= wanted and total > updated:
        message = f"[2/2] Waiting for {total - updated} Pods of the previous ReplicaSet to end"
    return Readiness(False, message, tuple(problems))


def stateful_set(obj: Object) -> Readiness:
    """Ready when replicas, current and ready replicas all equal spec.replicas and the update revision is
    current.

    With OnDelete, an update waits for the ready replicas alone: Pods get the new revision when somebody
    deletes them.
    """
    generation = at(obj, "metadata", "generation", default=1)
    wanted = at(obj, "spec", "replicas", default=1)
    if at(obj, "status", "observedGeneration", default=0) < generation:
        return Readiness(False, f"[1/2] Waiting for StatefulSet to create Pods (0/{wanted} Pods ready)")
    total, ready, current, updated = (
        at(obj, "status", key, default=0)
        for key in ("replicas", "readyReplicas", "currentReplicas", "updatedReplicas")
    )
    here, there = (at(obj, "status", key, default="") for key in ("currentRevision", "updateRevision"))
    if generation > 1 and at(obj, "spec", "updateStrategy", "type") == "OnDelete":
        revised, replicated = True, wanted == total == ready
    else:
        revised, replicated = bool(here) and here == there, wanted == total == ready == current
    if revised and replicated:
        return Readiness(True, "StatefulSet initialization complete")
    good = ready if revised else min(ready, updated)
    if not replicated:
        problem = f"{good} out of {wanted} replicas succeeded readiness checks"
        what = "to create Pods" if generation == 1 else "update to roll out"
        return Readiness(
            False, f"[1/2] Waiting for StatefulSet {what} ({good}/{wanted} Pods ready)", (problem,)
        )
    problem = f'StatefulSet controller failed to advance from revision "{here}" to revision "{there}"'
    return Readiness(False, "[2/2] Waiting for StatefulSet to update .status.currentRevision", (problem,))


def daemon_set(obj: Object) -> Readiness:
    """Ready when every node that should run the present Pod does, and these Pods are ready and available.

    An update with OnDelete waits too, until somebody has deleted the old Pods.
    """
    if at(obj, "status", "observedGeneration", default=0) < at(obj, "metadata", "generation", default=1):
        return Readiness(False, "Waiting for the DaemonSet controller to take up the DaemonSet")
    wanted = at(obj, "status", "desiredNumberScheduled", default=0)
    for key, what in (
        ("currentNumberScheduled", "scheduled"),
        ("updatedNumberScheduled", "updated"),
        ("numberAvailable", "available"),
        ("numberReady", "ready"),
    ):
        if (count := at(obj, "status", key, default=0)) < wanted:
            return Readiness(False, f"Waiting for DaemonSet Pods ({count}/{wanted} {what})")
    return Readiness(True, f"All {wanted} Pods of the DaemonSet are ready")


def replication_controller(obj: Object) -> Readiness:
    """Ready when all replicas are available."""
    wanted = at(obj, "spec", "replicas", default=1)
    available = at(obj, "status", "availableReplicas", default=0)
    return Readiness(available == wanted, f"Waiting for {wanted} replicas to be available (have {available})")


def job(obj: Object) -> Readiness:
    """Ready when Complete; when Failed, it is over at once."""
    failed = condition_of(obj, "Failed")
    if failed and is_true(failed):
        return Readiness(False, "Job failed", (reason_of(failed),), failed=True)
    if is_true(condition_of(obj, "Complete")):
        return Readiness(True, "Job completed")
    if not at(obj, "status", "startTime"):
        return Readiness(False, "[1/2] Waiting for Job to start")
    counts = " | ".join(
        f"{name}: {at(obj, 'status', name.lower(), default=0)}" for name in ("Active", "Succeeded", "Failed")
    )
    return Readiness(False, f"[2/2] Waiting for Job to succeed ({counts})")


def pod(obj: Object) -> Readiness:
    """Ready when scheduled, initialized and Ready, or ended with success. A failed Pod that no kubelet will
    start again is over at once."""
    phase = at(obj, "status", "phase")
    if phase == "Succeeded":
        return Readiness(True, "Pod succeeded")
    problems = tuple(pod_problems(obj))
    if phase == "Failed":
        reason = at(obj, "status", "message") or at(obj, "status", "reason")
        return Readiness(
            False, "Pod failed", problems or (reason or "the Pod ended in phase Failed",), failed=True
        )
    for step, (kind, what) in enumerate(
        (("PodScheduled", "scheduled"), ("Initialized", "initialized"), ("Ready", "ready")), start=1
    ):
        if not is_true(condition_of(obj, kind)):
            return Readiness(False, f"[{step}/3] Waiting for Pod to be {what}", problems)
    return Readiness(True, "Pod is ready")
