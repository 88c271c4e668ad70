"""One thing that is billed, without its price."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

HOUR, MONTH, GB = "hour", "month", "GB"
GIB_HOUR, GIB_MONTH = "GiB-hour", "GiB-month"
MBPS_HOUR, MBPS_MONTH = "Mbps-hour", "Mbps-month"
UNITS = (HOUR, MONTH, GB, GIB_HOUR, GIB_MONTH, MBPS_HOUR, MBPS_MONTH)
BALANCER = "load balancer"

Quantity = tuple[float, float] | str
"""Least and greatest quantity; words where no input says how much."""
Inputs = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Charge:
    """One thing that is billed."""

    item: str
    """Name by which prices are looked up, as `node S5.MEDIUM8`."""
    owner: str
    """Name of the resource that it belongs to."""
    unit: str
    quantity: Quantity


def network(label: str, owner: str, charge: str | None, mbps: tuple[float, float]) -> Iterator[Charge]:
    """The charge for traffic to the internet; `charge` is None when no input says how it is billed."""
    match charge:
        case "TRAFFIC_POSTPAID_BY_HOUR":
            yield Charge(item=f"{label} traffic", owner=owner, unit=GB, quantity="by traffic")
        case "BANDWIDTH_POSTPAID_BY_HOUR":
            yield Charge(item=f"{label} bandwidth", owner=owner, unit=MBPS_HOUR, quantity=mbps)
        case "BANDWIDTH_PREPAID_BY_MONTH" | "BANDWIDTH_PREPAID":
            yield Charge(item=f"{label} bandwidth, prepaid", owner=owner, unit=MBPS_MONTH, quantity=mbps)
        case "BANDWIDTH_PACKAGE":
            yield Charge(item=f"{label} traffic", owner=owner, unit=GB, quantity="in its bandwidth package")
        case _:
            yield Charge(item=f"{label} traffic", owner=owner, unit=GB, quantity="as its cloud bills it")
