"""The stacks of the comparison have two values of all_stacks setting, and whoever adds a setting is told."""

from dataclasses import replace

import pytest

from tests.golden import keys
from tests.golden.stack import Stack, stacks

VALUES = {
    "releases": "http://127.0.0.1:1",
    "lock": "lock.yaml",
    "folder": "folder",
    "server": "http://127.0.0.1:1",
}


@pytest.fixture(scope="module")
def all_stacks() -> list[Stack]:
    return stacks(VALUES)


def test_every_setting_has_two_values(all_stacks: list[Stack]) -> None:
    counts = keys.value_counts(all_stacks)
    assert not keys.uncovered(all_stacks), "set each in another stack of tests/golden/stacks"
    assert {"cluster.nodes.spot.maxPrice", "repositories[].images[].context", "gitSshKey/"} <= counts.keys()
    assert {"cluster.kind", "dashboard.auth.kind", "statusToken"} <= counts.keys()


@pytest.mark.parametrize(
    ("stack", "key"),
    [
        ("everything", "runs.historyDays"),
        ("everything", "repositories[].lfs"),
        ("everything", "statusToken"),
        ("everything", "gitUsername/"),
        ("tke-nat", "cluster.nodes.spot.maxPrice"),
        ("tke-preview", "cluster.podCidr"),
    ],
)
def test_a_setting_with_one_value_is_named(stack: str, key: str, all_stacks: list[Stack]) -> None:
    others = [
        one for one in all_stacks if one.name != stack and not (key == "statusToken" and one.name == "nginx")
    ]
    assert key in keys.uncovered(others), f"without the stack {stack} nothing else sets {key}"


def test_settings_that_are_refused_do_not_count(all_stacks: list[Stack]) -> None:
    refused = [replace(one, refused=one.name == "everything" or one.refused) for one in all_stacks]
    assert "runs.historyDays" in keys.uncovered(refused)
