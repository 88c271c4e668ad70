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
"""From and to; in words where no input says how much."""
Inputs = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Charge:
    """One thing that is billed."""

    what: str
    """What prices are looked up by, as `node S5.MEDIUM8`."""
    of: str
    """Whose it is."""
    unit: str
    quantity: Quantity


def network(what: str, of: str, charge: str | None, mbps: tuple[float, float]) -> Iterator[Charge]:
    """What goes to the internet; None: no input says how it is billed."""
    match charge:
        case "TRAFFIC_POSTPAID_BY_HOUR":
            yield Charge(what=f"{what} traffic", of=of, unit=GB, quantity="by traffic")
        case "BANDWIDTH_POSTPAID_BY_HOUR":
            yield Charge(what=f"{what} bandwidth", of=of, unit=MBPS_HOUR, quantity=mbps)
        case "BANDWIDTH_PREPAID_BY_MONTH" | "BANDWIDTH_PREPAID":
            yield Charge(what=f"{what} bandwidth, prepaid", of=of, unit=MBPS_MONTH, quantity=mbps)
        case "BANDWIDTH_PACKAGE":
            yield Charge(what=f"{what} traffic", of=of, unit=GB, quantity="in its bandwidth package")
        case _:
            yield Charge(what=f"{what} traffic", of=of, unit=GB, quantity="as its cloud bills it")
