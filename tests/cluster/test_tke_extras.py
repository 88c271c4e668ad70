"""Add-ons, registry and logs of a TKE cluster, by the real engine on the model of the cloud."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.api_server import ApiServer
from tests.cluster.tke_stack import TkeStack, steps

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

EXTRAS: dict[str, Any] = {
    "addons": {"networkpolicy": ""},
    "tcr": {"name": "shop"},
    "logs": {"builds": True, "events": True, "audit": True},
}
BILLED = (
    "addon",
    "attachment",
    "account",
    "bucket",
    "cls",
    "logset",
    "namespace",
    "np",
    "rule",
    "tcr",
    "topic",
)


@pytest.fixture
def stack(tmp_path: Path, api_server: ApiServer, namespace: str) -> Iterator[TkeStack]:
    tke = TkeStack(tmp_path / "stack", api_server, namespace)
    tke.up()
    yield tke
    tke.destroy()
    assert not [thing for prefix in BILLED for thing in tke.things(prefix)], "what is left is billed"


def test_a_cluster_that_is_there_gets_them_in_place_and_a_second_up_changes_nothing(stack: TkeStack) -> None:
    before = stack.things("cls").keys()
    output = stack.up(**EXTRAS)
    assert not re.search(r"replaced|deleted", output), output
    assert stack.things("cls").keys() == before, "an add-on, a registry and logs make no other cluster"
    for prefix, many in {"addon": 1, "tcr": 1, "attachment": 1, "account": 1, "topic": 3, "rule": 1}.items():
        assert len(stack.things(prefix)) == many, f"{prefix}: {output}"
    output = stack.up(**EXTRAS)
    assert not re.search(r" (created|updated|replaced|deleted)", output), output
    stack.refresh()
    output = stack.up(**EXTRAS)
    assert not re.search(r" (created|updated|replaced|deleted)", output), output


def test_another_registry_takes_the_place_of_the_first_with_all_that_belongs_to_it(stack: TkeStack) -> None:
    stack.up(**EXTRAS)
    output = stack.up(**{**EXTRAS, "tcr": {"name": "store"}})
    (registry,) = stack.things("tcr")
    for prefix in ("attachment", "account"):
        (thing,) = stack.things(prefix)
        assert thing.startswith(f"{prefix}-{registry}#"), output


def test_logs_that_are_kept_no_more_leave_no_topic(stack: TkeStack) -> None:
    stack.up(**EXTRAS)
    output = stack.up()
    assert stack.things("topic") == stack.things("logset") == stack.things("rule") == {}, output


def test_other_days_and_another_version_are_changed_in_place(stack: TkeStack) -> None:
    stack.up(**EXTRAS)
    topics, registries = stack.things("topic").keys(), stack.things("tcr").keys()
    output = stack.up(
        **{
            **EXTRAS,
            "addons": {"networkpolicy": "2.0.0"},
            "tcr": {"name": "shop", "edition": "standard"},
            "logs": {**EXTRAS["logs"], "days": 7},
        }
    )
    assert (stack.things("topic").keys(), stack.things("tcr").keys()) == (topics, registries), output
    assert steps(output, "cluster-addon-networkpolicy") == ["updated"], output
