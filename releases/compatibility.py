"""Compatibility of a stack's releases with each other and the cluster, and their end of life.

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

from releases import required
from releases.release import Release, ReleaseError
from releases.source import ReleaseSource
from settings import Settings, Tke

TABLE = Path(__file__).with_name("compatibility.yaml")
SOON = 90  # days


@dataclass(frozen=True, kw_only=True)
class Series:
    """Upstream's data about a release and its patches."""

    until: date | None = None
    """The last day that gets fixes; None: not known."""
    kubernetes: Mapping[str, str] = field(default_factory=dict)
    """`least` and `most`, as 1.28; a key that is missing: no limit is known."""
    fits: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Series of other releases, by name, that this series works with."""


def check(settings: Settings) -> None:
    """Warns of releases whose fixes end. Raises ReleaseError where they do not fit, one sentence a line."""
    releases = ReleaseSource.of(settings).releases(required.releases_of(settings))
    kubernetes = settings.cluster.version if isinstance(settings.cluster, Tke) else ""
    series = table()
    if errors := list(compatibility_errors(releases, kubernetes, series)):
        raise ReleaseError("\n".join(errors))
    for warning in warnings(releases, series, datetime.now(UTC).date()):
        pulumi.log.warn(warning)


def table() -> dict[str, dict[str, Series]]:
    """The data: series by release and number, as v1.15."""
    entries: Mapping[str, Mapping[str, Any]] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return {
        name: {
            number: Series(
                until=entry.get("until"), kubernetes=entry.get("kubernetes", {}), fits=entry.get("with", {})
            )
            for number, entry in numbers.items()
        }
        for name, numbers in entries.items()
    }


def compatibility_errors(
    releases: Sequence[Release], kubernetes: str, table_of_series: Mapping[str, Mapping[str, Series]]
) -> Iterator[str]:
    """One sentence for each thing that does not fit. `kubernetes`: the cluster's version; empty: unknown."""
    versions = {release.name: release for release in releases}
    for release in releases:
        series = table_of_series.get(release.name, {}).get(number(release.version))
        if series is None:
            continue
        for name, fitting in series.fits.items():
            if name in versions and number(versions[name].version) not in fitting:
                yield (
                    f"{release.name} {release.version} works with {name} {' and '.join(fitting)}, but "
                    "the lock has "
                    f"{versions[name].version}"
                )
        minimum, maximum = series.kubernetes.get("least", ""), series.kubernetes.get("most", "")
        if kubernetes and (
            (minimum and _minor(kubernetes) < _minor(minimum))
            or (maximum and _minor(kubernetes) > _minor(maximum))
        ):
            allowed = f"{minimum} to {maximum}" if maximum else f"{minimum} or later"
            yield (
                f"cluster.version is {kubernetes}, but {release.name} {release.version} needs "
                f"Kubernetes {allowed}"
            )


def warnings(
    releases: Sequence[Release], table_of_series: Mapping[str, Mapping[str, Series]], today: date
) -> Iterator[str]:
    """Warnings about unknown releases, and about releases whose fixes end."""
    for release in releases:
        series = table_of_series.get(release.name, {}).get(number(release.version))
        if series is None:
            yield (
                f"{release.name} {release.version} is in no row of {TABLE.name}: nothing tells what "
                "it works with, "
                "and how long it gets fixes"
            )
        elif series.until and series.until < today:
            yield (
                f"{release.name} {release.version} gets no fixes since {series.until}: see `make lock "
                f"UPGRADE=`"
            )
        elif series.until and (days := (series.until - today).days) <= SOON:
            yield (
                f"{release.name} {release.version} gets fixes until {series.until}, in {days} days: "
                "see `make lock UPGRADE=`"
            )


def number(version: str) -> str:
    """The series of a version: v1.15 of v1.15.3, controller-v1.15 of controller-v1.15.1."""
    return version.rpartition(".")[0]


def _minor(version: str) -> tuple[int, int]:
    major, minor = version.split(".")[:2]
    return int(major), int(minor)
