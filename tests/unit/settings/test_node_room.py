"""Whether builds fit the nodes that a stack makes, by the settings alone."""

import pytest

from plugins.tencentcloud.catalog import TYPES
from settings import Settings
from settings.node_room import memory_gib
from tests.support.program import SECRETS
from tests.support.recorded import record
from tests.unit.settings.loading import Given, load, refusal


def on_tke(given: Given, nodes: Given, builder: Given, images: int = 1) -> Given:
    (repository,) = given["repositories"]
    named = [{"name": f"image-{number}"} for number in range(images)]
    return {
        **given,
        "cluster": {"kind": "tke", "apiCidrs": ["100.64.7.0/24"], "nodes": nodes},
        "builder": builder,
        "repositories": [{**repository, "images": named}],
    }


def warned(given: Given) -> list[str]:
    logged = record(Settings.load, config=given, secrets=SECRETS).logged
    return [line for line in logged if line.startswith("builder.")]


@pytest.mark.parametrize("name", TYPES)
def test_a_types_name_says_its_memory(name: str) -> None:
    assert memory_gib(name) == TYPES[name][1]


@pytest.mark.parametrize("name", ["S5.MEDIUM", "X1.metal"])
def test_a_name_that_says_nothing_refuses_nothing(given: Given, name: str) -> None:
    assert memory_gib(name) is None
    load(on_tke(given, {"instanceType": name}, {"memoryGib": 512}))


def test_the_defaults_fit_the_default_nodes_in_silence(given: Given) -> None:
    assert warned(on_tke(given, {}, {}, images=2)) == []


@pytest.mark.parametrize(
    ("nodes", "builder", "fits", "words"),
    [
        (
            {"instanceType": "S5.MEDIUM4"},
            {"memoryGib": 5},
            {"memoryGib": 4},
            (
                "builder.memoryGib is 5, but must be at most 4",
                "S5.MEDIUM4 has 4",
                "cluster.nodes.instanceType",
            ),
        ),
        (
            {"instanceType": "S5.LARGE16", "backupInstanceTypes": ["s5.medium8"]},
            {"memoryGib": 12},
            {"memoryGib": 8},
            ("builder.memoryGib is 12, but must be at most 8", "s5.medium8 has 8"),
        ),
        (
            {"diskGib": 60},
            {"diskGib": 36},
            {"diskGib": 35},
            ("builder.diskGib is 36, but must be at most 35", "disk has 60", "cluster.nodes.diskGib"),
        ),
        (
            {"diskGib": 60},
            {"diskGib": 36, "kind": "docker"},
            {"diskGib": 35, "kind": "docker"},
            ("builder.diskGib is 36, but must be at most 35",),
        ),
    ],
    ids=["memory", "the smallest of the types", "disk", "disk with Docker"],
)
def test_a_build_that_no_node_has_room_for_is_refused(
    given: Given, nodes: Given, builder: Given, fits: Given, words: tuple[str, ...]
) -> None:
    (sentence,) = refusal(on_tke(given, nodes, builder))
    for word in words:
        assert word in sentence
    load(on_tke(given, nodes, fits))


@pytest.mark.parametrize(
    ("builder", "images", "count"),
    [
        ({"memoryGib": 4}, 2, 0),
        ({"memoryGib": 4, "diskGib": 10}, 3, 1),
        ({"memoryGib": 4}, 3, 2),
        ({"memoryGib": 4, "parallel": 2}, 3, 0),
        ({"memoryGib": 1, "diskGib": 25}, 3, 1),
        ({"memoryGib": 4, "buildkitdVolumeGib": 10, "parallel": 3}, 1, 1),
        ({"memoryGib": 1, "buildkitdVolumeGib": 10, "parallel": 3, "diskGib": 1024}, 1, 0),
    ],
)
def test_builds_of_a_commit_that_may_take_more_than_a_node_together_are_warned_of(
    given: Given, builder: Given, images: int, count: int
) -> None:
    lines = warned(on_tke(given, {}, builder, images))
    assert len(lines) == count, lines
    assert all("builder.parallel allows" in line for line in lines)


def test_of_a_cluster_of_somebody_elses_nothing_is_known(given: Given) -> None:
    assert warned({**given, "builder": {"memoryGib": 512, "diskGib": 1024}}) == []
