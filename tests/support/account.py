"""The account of the model of Tencent Cloud, as a person sees it in the console."""

from collections.abc import Mapping
from typing import Any

NEW_ACCOUNT = {"vpc-default0", "subnet-default0"}
"""What every account has from its first day."""


def imported_ids(account: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The id by which each resource of a stack with an own network is imported, by its logical name."""

    def made(prefix: str) -> list[str]:
        return [name for name in account if name.startswith(f"{prefix}-") and name not in NEW_ACCOUNT]

    (cluster,), (vpc,), (subnet,) = made("cls"), made("vpc"), made("subnet")
    ids = {"cluster": cluster, "cluster-endpoint": cluster}
    ids |= {"cluster-network-vpc": vpc, "cluster-network-subnet": subnet}
    for pool in made("np"):
        ids[f"cluster-nodes-{'base' if '-base-' in account[pool]['name'] else 'more'}"] = f"{cluster}#{pool}"
    for group in made("sg"):
        resource = f"cluster-network-{account[group]['name'].rpartition('-')[2]}"
        ids |= {resource: group, f"{resource}-rules": group}
    return ids
