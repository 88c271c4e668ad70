"""The image of the nodes: which one they get, and what is said of its kernel."""

from typing import Any

import pytest

from components.cluster.tke.images import DEFAULT, image_of, table
from tests.unit.components.cluster.tke.tke_program import POOL, Given, deploy, one


def state(image: str) -> Given:
    """A stack whose pools have this image."""
    pool: dict[str, Any] = {"type": POOL, "outputs": {"nodeOs": image}}
    return {
        "pulumi:pulumi:readStackOutputs": {"outputs": {"hooks_url": "http://hooks.example.com"}},
        "pulumi:pulumi:readStackResourceOutputs": {"outputs": {"urn:a::cluster-nodes-base": pool}},
    }


def images(given: Given, answers: Given | None = None) -> list[str]:
    pools = deploy(given, answers=answers).all("NodePool")
    return [pool.plain()["nodeOs"] for pool in pools]


def test_a_new_cluster_has_a_kernel_with_which_builds_copy_no_layers(asked: list[str], given: Given) -> None:
    assert table()[DEFAULT].has_overlay
    assert set(images(given)) == {DEFAULT}
    assert not [line for line in deploy(given).logged if "kernel" in line]


def test_nodes_that_are_there_keep_their_image_until_another_one_is_asked_for(
    asked: list[str], given: Given
) -> None:
    answers = state("tlinux3.1x86_64")
    assert set(images(given, answers)) == {"tlinux3.1x86_64"}, "an update would end nodes, or `up`"
    (line,) = [line for line in deploy(given, answers=answers).logged if "kernel" in line]
    assert "has kernel 5.4.119" in line
    assert f"`pulumi config set --path cluster.nodes.os {DEFAULT}`" in line
    given["cluster"]["nodes"] = {"os": DEFAULT}
    assert set(images(given, answers)) == {DEFAULT}


@pytest.mark.parametrize(
    ("setting", "recorded", "image"),
    [
        ("tlinux3.1x86_64", "img-eb30mz89", "img-eb30mz89"),
        ("", "img-eb30mz89", "img-eb30mz89"),
        (DEFAULT, "img-eb30mz89", DEFAULT),
        ("redhat9.5x86_64", "", "redhat9.5x86_64"),
        ("img-1a2b3c4d", "img-eb30mz89", "img-1a2b3c4d"),
    ],
)
def test_a_name_and_the_id_that_a_refresh_may_find_in_its_place_are_one_image(
    setting: str, recorded: str, image: str
) -> None:
    """resource_tc_kubernetes_node_pool_extension.go, 204."""
    assert image_of(setting, recorded) == image


def test_an_old_kernel_is_taken_and_what_it_costs_is_said(asked: list[str], given: Given) -> None:
    given["cluster"]["nodes"] = {"os": "tlinux3.1x86_64"}
    assert set(images(given)) == {"tlinux3.1x86_64"}
    assert [line for line in deploy(given).logged if "copies every layer" in line]


@pytest.mark.parametrize("name", ["img-1a2b3c4d", "tlinux9"])
def test_an_image_that_is_not_known_is_taken_and_told_with_those_that_are(
    asked: list[str], given: Given, name: str
) -> None:
    given["cluster"]["nodes"] = {"os": name}
    (line,) = [line for line in deploy(given).logged if "kernel" in line]
    assert line.startswith(f"cluster.nodes.os is {name!r}, whose kernel is not known here")
    assert DEFAULT in line
    assert set(images(given)) == {name}


def test_the_clusters_own_image_stays_as_it_was_made(asked: list[str], given: Given) -> None:
    cluster = one(deploy(given), "Cluster")
    assert cluster.plain()["clusterOs"] == DEFAULT
    assert "clusterOs" in cluster.ignored, (
        "no pool has it, and the provider sends a name where an id is wanted"
    )


def test_every_kernel_is_a_version_with_a_source() -> None:
    for name, image in table().items():
        assert len(image.kernel.split(".")) == 3, f"{name}: {image.kernel}"
