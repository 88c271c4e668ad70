"""Sizes of TKE's managed control plane, and what Tencent Cloud gives for each.

From its pages 457/45158 (what is recommended) and 457/9087 (what the ResourceQuotas of all namespaces hold
together), as github.com/tencentyun/intlcloud-documents has them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from settings.types import allows


@dataclass(frozen=True, kw_only=True)
class Level:
    """Recommended and maximum numbers for a cluster of this level."""

    nodes: int
    pods: int
    """Running and done."""
    custom: int
    """Objects of kinds that a CustomResourceDefinition makes, together."""
    most_pods: int
    most_custom: int


LEVELS: Mapping[str, Level] = {
    "L5": Level(nodes=5, pods=150, custom=150, most_pods=600, most_custom=1250),
    "L20": Level(nodes=20, pods=600, custom=600, most_pods=1500, most_custom=2500),
    "L50": Level(nodes=50, pods=1500, custom=1250, most_pods=3000, most_custom=5000),
    "L100": Level(nodes=100, pods=3000, custom=2500, most_pods=6000, most_custom=10000),
    "L200": Level(nodes=200, pods=6000, custom=5000, most_pods=15000, most_custom=20000),
    "L500": Level(nodes=500, pods=15000, custom=10000, most_pods=30000, most_custom=50000),
    "L1000": Level(nodes=1000, pods=30000, custom=20000, most_pods=90000, most_custom=100000),
    "L3000": Level(nodes=3000, pods=90000, custom=50000, most_pods=150000, most_custom=150000),
    "L5000": Level(nodes=5000, pods=150000, custom=100000, most_pods=200000, most_custom=200000),
}


@allows(", ".join(LEVELS))
def listed_level(level: str) -> str:
    """Refuses a name that is none of LEVELS."""
    if level not in LEVELS:
        *others, last = LEVELS
        raise ValueError(f"must be {', '.join(others)} or {last}")
    return level
