"""Limits and requests of a build on its node."""

from dataclasses import dataclass

from pipelines.tasks import Object

SHARE = 8  # of what it may take, a build asks for one part: what fitted a node before these bounds still fits
CPU_MILLIS = 250  # a thousand are a core
LEAST_MIB = 512  # of memory that it asks for
OVERSHOOT_GIB = 5  # above a build's disk, where the kubelet ends it if it has not ended itself


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Bounds of one build, or of several that share a daemon."""

    memory_gib: int
    disk_gib: int
    cpus: int

    @property
    def memory_mib(self) -> int:
        """Memory request in MiB."""
        return max(LEAST_MIB, self.memory_gib * 1024 // SHARE)

    @property
    def disk_mib(self) -> int:
        """Disk request in MiB."""
        return self.disk_gib * 1024 // SHARE

    @property
    def requests(self) -> dict[str, str]:
        """By these the scheduler chooses a node."""
        return {
            "cpu": f"{CPU_MILLIS}m",
            "memory": f"{self.memory_mib}Mi",
            "ephemeral-storage": f"{self.disk_mib}Mi",
        }

    @property
    def limits(self) -> dict[str, str]:
        return {
            "cpu": str(self.cpus),
            "memory": f"{self.memory_gib}Gi",
            "ephemeral-storage": self.kubelet_disk,
        }

    @property
    def kubelet_disk(self) -> str:
        """Limit at which the kubelet ends a build. It checks seldom: the step's own watch is first."""
        return f"{self.disk_gib + OVERSHOOT_GIB}Gi"

    @property
    def values(self) -> Object:
        """Values of a task.yaml, by their names there."""
        return {
            "cpus": str(self.cpus),
            "memory_gib": str(self.memory_gib),
            "disk_gib": str(self.disk_gib),
            "kubelet_disk": self.kubelet_disk,
            "resources": self.resources(),
        }

    def resources(self) -> Object:
        return {"requests": self.requests, "limits": self.limits}
