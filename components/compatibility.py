"""Whether the releases of a stack fit each other and its cluster, and how long they get fixes.

What fits is data, compatibility.yaml. A cluster that somebody else made tells its version to nobody before
an `up`: Tekton's servers then end by themselves on one that is too old.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pulumi
import yaml

from components import inventory
from components.release import Release, ReleaseError
from components.releases import Source
from components.settings import Settings, Tke

TABLE = Path(__file__).with_name("compatibility.yaml")
SOON = 90  # days


@dataclass(frozen=True, kw_only=True)
class Series:
    """What upstream says of a release and its patches."""

    until: date | None = None
    """The last day that gets fixes; None: not known."""
    kubernetes: Mapping[str, str] = field(default_factory=dict)
    """`least` and `most`, as 1.28; a key that is missing: no limit is known."""
    fits: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Other releases by name, with the series that it works with."""


def checked(given: Settings) -> Source:
    """Where the stack's releases come from, once they fit. Raises ReleaseError, one sentence a line."""
    source = Source.of(given)
    chosen = source.releases(inventory.releases_of(given))
    kubernetes = given.cluster.version if isinstance(given.cluster, Tke) else ""
    known = table()
    if found := list(mistakes(chosen, kubernetes, known)):
        raise ReleaseError("\n".join(found))
    for warning in warnings(chosen, known, datetime.now(UTC).date()):
        pulumi.log.warn(warning)
    return source


def table() -> dict[str, dict[str, Series]]:
    """The data: series by release and number, as v1.15."""
    entries: Mapping[str, Mapping[str, Any]] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return {
        name: {
            number: Series(
                until=one.get("until"), kubernetes=one.get("kubernetes", {}), fits=one.get("with", {})
            )
            for number, one in numbers.items()
        }
        for name, numbers in entries.items()
    }


def mistakes(
    chosen: Sequence[Release], kubernetes: str, known: Mapping[str, Mapping[str, Series]]
) -> Iterator[str]:
    """One sentence for each thing that does not fit. `kubernetes`: the cluster's version; empty: unknown."""
    there = {one.name: one for one in chosen}
    for one in chosen:
        series = known.get(one.name, {}).get(number(one.version))
        if series is None:
            continue
        for name, fitting in series.fits.items():
            if name in there and number(there[name].version) not in fitting:
                yield (
                    f"{one.name} {one.version} works with {name} {' and '.join(fitting)}, but the lock has "
                    f"{there[name].version}"
                )
        least, most = series.kubernetes.get("least", ""), series.kubernetes.get("most", "")
        if kubernetes and (
            (least and _minor(kubernetes) < _minor(least)) or (most and _minor(kubernetes) > _minor(most))
        ):
            allowed = f"{least} to {most}" if most else f"{least} or later"
            yield (
                f"cluster.version is {kubernetes}, but {one.name} {one.version} needs Kubernetes {allowed}"
            )


def warnings(
    chosen: Sequence[Release], known: Mapping[str, Mapping[str, Series]], today: date
) -> Iterator[str]:
    """What a stack may have, and should know."""
    for one in chosen:
        series = known.get(one.name, {}).get(number(one.version))
        if series is None:
            yield (
                f"{one.name} {one.version} is in no row of {TABLE.name}: nothing tells what it works with, "
                "and how long it gets fixes"
            )
        elif series.until and series.until < today:
            yield f"{one.name} {one.version} gets no fixes since {series.until}: see `make lock UPGRADE=`"
        elif series.until and (left := (series.until - today).days) <= SOON:
            yield (
                f"{one.name} {one.version} gets fixes until {series.until}, in {left} days: "
                "see `make lock UPGRADE=`"
            )


def number(version: str) -> str:
    """The series of a version: v1.15 of v1.15.3, controller-v1.15 of controller-v1.15.1."""
    return version.rpartition(".")[0]


def _minor(version: str) -> tuple[int, int]:
    major, minor = version.split(".")[:2]
    return int(major), int(minor)
