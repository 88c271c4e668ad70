"""Releases that do not fit, clusters that are too old, and fixes that end."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from releases import compatibility
from releases.release import LOCK, Release, ReleaseError, read_lock
from settings import Settings
from tests.support.program import ROOT, config
from tests.support.recorded import record

CHOSEN = {
    "tekton-pipelines": "v1.15.4",
    "tekton-triggers": "v0.37.3",
    "tekton-interceptors": "v0.37.3",
    "tekton-dashboard": "v0.71.0",
    "ingress-nginx": "controller-v1.15.1",
}


def releases(**other: str) -> list[Release]:
    chosen = {**CHOSEN, **{name.replace("_", "-"): version for name, version in other.items()}}
    return [Release(name=name, version=version, urls=[]) for name, version in chosen.items()]


def mistakes(kubernetes: str = "", **other: str) -> list[str]:
    return list(compatibility.compatibility_errors(releases(**other), kubernetes, compatibility.table()))


def warnings(today: date, **other: str) -> list[str]:
    return list(compatibility.warnings(releases(**other), compatibility.table(), today))


def test_what_the_lock_has_fits_and_is_in_the_table() -> None:
    known = compatibility.table()
    for one in read_lock(LOCK):
        assert compatibility.number(one.version) in known[one.name], f"{one.name} is in no row"
    for full in (False, True):
        without = "tekton-dashboard" if full else "tekton-dashboard-full"
        chosen = [one for one in read_lock(LOCK) if one.name != without]
        assert not list(compatibility.compatibility_errors(chosen, "1.34.1", known))


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (
            {"tekton_pipelines": "v1.17.0"},
            "tekton-dashboard v0.71.0 works with tekton-pipelines v1.15, but the lock has v1.17.0",
        ),
        (
            {"tekton_triggers": "v0.35.0", "tekton_interceptors": "v0.35.0"},
            "tekton-dashboard v0.71.0 works with tekton-triggers v0.36 and v0.37, but the lock has v0.35.0",
        ),
        (
            {"tekton_interceptors": "v0.36.0"},
            "tekton-interceptors v0.36.0 works with tekton-triggers v0.36, but the lock has v0.37.3",
        ),
        ({"tekton_pipelines": "v1.15.0"}, ""),
        ({"tekton_dashboard": "v0.73.0"}, ""),
        ({"tekton_dashboard": "v0.73.0", "tekton_pipelines": "v1.17.0"}, ""),
        (
            {"tekton_dashboard": "v0.73.0", "tekton_pipelines": "v1.16.0"},
            "tekton-dashboard v0.73.0 works with tekton-pipelines v1.15 and v1.17, but the lock has v1.16.0",
        ),
        (
            {"tekton_dashboard": "v0.74.0"},
            "tekton-dashboard v0.74.0 works with tekton-pipelines v1.18, but the lock has v1.15.4",
        ),
        ({"tekton_dashboard": "v0.74.0", "tekton_pipelines": "v1.18.1"}, ""),
    ],
)
def test_a_mix_that_upstream_does_not_name_is_one_sentence(other: Mapping[str, str], sentence: str) -> None:
    assert mistakes(**other) == ([sentence] if sentence else []), "patches of a series fit as it does"


@pytest.mark.parametrize(
    ("kubernetes", "sentences"),
    [
        ("1.34.1", []),
        ("", []),
        (
            "1.30.1",
            [
                "cluster.version is 1.30.1, but tekton-dashboard v0.71.0 needs Kubernetes 1.31 or later",
                "cluster.version is 1.30.1, but ingress-nginx controller-v1.15.1 needs Kubernetes 1.31 to "
                "1.35",
            ],
        ),
        (
            "1.36.0",
            ["cluster.version is 1.36.0, but ingress-nginx controller-v1.15.1 needs Kubernetes 1.31 to 1.35"],
        ),
    ],
)
def test_a_cluster_outside_the_range_is_refused(kubernetes: str, sentences: list[str]) -> None:
    assert mistakes(kubernetes) == sentences


def test_an_end_of_life_is_warned_of_ninety_days_before() -> None:
    end = date(2027, 7, 31)
    assert warnings(end - timedelta(days=91)) == []
    assert warnings(end - timedelta(days=90)) == [
        "tekton-pipelines v1.15.4 gets fixes until 2027-07-31, in 90 days: see `make lock UPGRADE=`"
    ]
    assert "in 0 days" in warnings(end)[0], "the last day counts"
    assert warnings(end + timedelta(days=1))[0] == (
        "tekton-pipelines v1.15.4 gets no fixes since 2027-07-31: see `make lock UPGRADE=`"
    )


def test_a_series_whose_last_day_nobody_has_read_is_not_warned_of() -> None:
    after = {"tekton_pipelines": "v1.18.0", "tekton_dashboard": "v0.74.0"}
    assert warnings(date(2026, 12, 1), **after) == []


def test_a_full_dashboard_fits_what_the_other_one_fits() -> None:
    known = compatibility.table()
    assert known["tekton-dashboard-full"] == known["tekton-dashboard"]


def test_a_release_of_which_nothing_is_known_is_said_and_not_refused() -> None:
    assert mistakes(tekton_dashboard="v0.99.0") == []
    (said,) = warnings(date(2026, 12, 1), tekton_dashboard="v0.99.0")
    assert said.startswith("tekton-dashboard v0.99.0 is in no row of compatibility.yaml")


def test_a_preview_ends_with_what_does_not_fit(tmp_path: Path) -> None:
    entries: dict[str, Any] = yaml.safe_load(LOCK.read_text())
    entries["tekton-pipelines"]["version"] = "v1.16.0"
    lock = tmp_path / "lock.yaml"
    lock.write_text(yaml.safe_dump(entries))
    given = {**config(tmp_path / "kubeconfig"), "releaseLock": str(lock)}
    with pytest.raises(ReleaseError, match=r"pipelines v1\.15 and v1\.17, but the lock has v1\.16"):
        record(lambda: compatibility.check(Settings.model_validate(given)), preview=True)


def test_a_stack_is_judged_by_what_it_installs(tmp_path: Path) -> None:
    tke = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())["config"]
    given = {key.removeprefix("tekton-builds:"): value for key, value in tke.items()}
    given["cluster"]["version"] = "1.30.1"
    settings = Settings.model_validate(given)
    with pytest.raises(ReleaseError, match="tekton-dashboard"):
        record(lambda: compatibility.check(settings), preview=True)
    given |= {"dashboard": {"enabled": False}, "ingress": {"kind": "traefik"}}
    record(lambda: compatibility.check(Settings.model_validate(given)), preview=True)
