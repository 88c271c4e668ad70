"""Limits of the builds' namespace: defaults of one container, and the sum of all its pods."""

import pulumi
import pulumi_kubernetes as kubernetes

import settings
from components.kube.metadata import metadata
from components.kube.waiting import NO_WAIT
from pipelines.tasks.bounds import CPU_MILLIS, Bounds

NAME = "builds"
# Asked for by a container that says nothing, as those that Tekton puts into each pod. The quota demands a
# request of each: without these no pod would be made.
LEAST = {"cpu": "10m", "memory": "16Mi", "ephemeral-storage": "16Mi"}
RUNS = 100  # at once, where runs.concurrencyLimit sets no limit or a lower one
# Of a run beside its builds: the affinity assistant, the clone or the last report, and the first report.
PODS, MILLIS, MEMORY_MIB, DISK_MIB = 3, 200, 300, 100


def bound(
    name: str,
    namespace: pulumi.Input[str],
    bounds: Bounds,
    *,
    parallel: int,
    runs: settings.Runs,
    opts: pulumi.ResourceOptions,
) -> None:
    """Makes a LimitRange and a ResourceQuota of requests.

    Tekton asks again a minute later where a quota refuses a pod (pkg/reconciler/taskrun), so this one is for
    what runs away; what must wait, waits for the scheduler.
    """
    limits = kubernetes.core.v1.LimitRange(
        f"{name}-limits",
        metadata=metadata(NAME, namespace, component="builds"),
        spec={
            "limits": [
                {
                    "type": "Container",
                    # As much as a build, and no more.
                    "default": {
                        "memory": bounds.limits["memory"],
                        "ephemeral-storage": bounds.limits["ephemeral-storage"],
                    },
                    "default_request": LEAST,
                }
            ]
        },
        opts=opts,
    )
    most = max(RUNS, runs.concurrency_limit)
    kubernetes.core.v1.ResourceQuota(
        f"{name}-quota",
        # Only a controller of the cluster's says that it counts, and nothing here needs it to have begun.
        metadata=metadata(NAME, namespace, component="builds", annotations=NO_WAIT),
        spec={
            "hard": {
                "pods": str(most * (parallel + PODS)),
                "requests.cpu": f"{most * (parallel * CPU_MILLIS + MILLIS)}m",
                "requests.memory": f"{most * (parallel * bounds.memory_mib + MEMORY_MIB)}Mi",
                "requests.ephemeral-storage": f"{most * (parallel * bounds.disk_mib + DISK_MIB)}Mi",
            }
        },
        # Between the two, a pod that says nothing would be refused.
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[limits])),
    )
