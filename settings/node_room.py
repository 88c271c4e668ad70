"""Check that builds fit the nodes that a stack makes."""

import re
from collections.abc import Sequence

from settings.builds import Builder, Repository
from settings.cluster import Cluster
from settings.tke import Tke

# A type's name ends in its GiB: S5.MEDIUM8 has 8; a test compares those of the model of the cloud.
MEMORY = re.compile(r"\.\w*?[A-Za-z](\d+)")
# Of a node's disk: its system, the images of steps, the tenth that Kubernetes keeps free, and what a build
# may be above its own before it is ended.
TAKEN_DISK_GIB = 25


def memory_gib(instance_type: str) -> int | None:
    """Resources of a node of this type; None when its name does not tell."""
    match = MEMORY.fullmatch(instance_type[instance_type.index(".") :])
    return int(match[1]) if match else None


def fitting(
    cluster: Cluster, builder: Builder, repositories: Sequence[Repository]
) -> tuple[list[str], list[str]]:
    """Errors and warnings. An existing cluster's nodes are unknown and not checked.

    A build that may take more than a node has is refused: the node has an end before the limit does. The
    builds of one commit meet on one node, as they share a volume. Together they may take more than it has, as
    few take all they may: what they ask for is less, and they are the first that a node ends.
    """
    refused: list[str] = []
    warned: list[str] = []
    if not isinstance(cluster, Tke):
        return refused, warned
    nodes, images = cluster.nodes, max(len(repository.images) for repository in repositories)
    types = (nodes.instance_type, *nodes.backup_instance_types)
    sizes = {size: name for name in types if (size := memory_gib(name)) is not None}
    at_once = builder.parallel if builder.buildkitd_volume_gib else min(builder.parallel, images)
    if sizes:
        least = min(sizes)
        of_node = f"a node of {sizes[least]} has {least}"
        if builder.memory_gib > least:
            refused.append(
                f"builder.memoryGib is {builder.memory_gib}, but must be at most {least}: {of_node}, so a "
                "build would never have as much; lower it, or set cluster.nodes.instanceType to a larger type"
            )
        elif builder.memory_gib * at_once > least:
            warned.append(
                _together("builder.memoryGib", builder.memory_gib, at_once, "GiB of memory", of_node)
            )
    if builder.buildkitd_volume_gib:
        return refused, warned
    most = nodes.disk_gib - TAKEN_DISK_GIB
    of_node = f"a node's disk has {nodes.disk_gib}"
    if builder.disk_gib > most:
        refused.append(
            f"builder.diskGib is {builder.disk_gib}, but must be at most {most}: {of_node}, of which "
            f"{TAKEN_DISK_GIB} are for all else; lower it, or raise cluster.nodes.diskGib"
        )
    elif builder.disk_gib * at_once > nodes.disk_gib:
        warned.append(_together("builder.diskGib", builder.disk_gib, at_once, "GiB of disk", of_node))
    return refused, warned


def _together(key: str, value: int, at_once: int, what: str, of_node: str) -> str:
    return (
        f"{key} is {value} and builder.parallel allows {at_once} builds of a commit at once, which may take "
        f"{value * at_once} {what} together, and {of_node}: builds may be ended then; lower one of the two, "
        "or take larger nodes"
    )
