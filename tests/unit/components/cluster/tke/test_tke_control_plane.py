"""Version and size of the control plane: what the cloud would refuse, said before anything is registered."""

from typing import Any

import pytest

from components.cluster.tke.account import TkeError
from tests.unit.components.cluster.tke.tke_program import ENDPOINT, KEY, Given, deploy, one

LEVELS = "tencentcloud:Kubernetes/getClusterLevels:getClusterLevels"
VERSIONS = "tencentcloud:Kubernetes/getAvailableClusterVersions:getAvailableClusterVersions"


def state(version: str, *, level: str = "L5", upgrades: list[str] | None = None) -> dict[str, Any]:
    """Of a stack whose cluster is there, and what the account says of it."""
    cluster = {"clusterVersion": version, "clusterLevel": level}
    resources = {
        "urn:a::cluster": {"type": "tencentcloud:Kubernetes/cluster:Cluster", "outputs": cluster},
        "urn:a::cluster-endpoint": {"type": ENDPOINT, "outputs": {"clusterId": "cls-1a2b3c4d"}},
    }
    found = {
        "pulumi:pulumi:readStackOutputs": {"outputs": {"hooks_url": "http://hooks.example.com"}},
        "pulumi:pulumi:readStackResourceOutputs": {"outputs": resources},
    }
    return found if upgrades is None else {**found, VERSIONS: {"versions": upgrades}}


IMPOSSIBLE = {
    "a way back": ("1.34.1", "1.32.2", "and TKE takes no cluster back: set it to 1.34.1 or a later one"),
    "an older patch": ("1.34.1", "1.34.0", "and TKE takes no cluster back: set it to 1.34.1 or a later one"),
    "a leap": ("1.30.0", "1.34.1", "and TKE leaves out no version: deploy one of 1.32 before it"),
    "none of the cloud's": ("1.32.2", "1.34.9", "which can go to 1.34.1 now"),
}


@pytest.mark.parametrize(("there", "wanted", "words"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_a_version_that_a_cluster_cannot_go_to_is_one_sentence(
    asked: list[str], given: Given, there: str, wanted: str, words: str
) -> None:
    given["cluster"]["version"] = wanted
    for preview in (True, False):
        with pytest.raises(TkeError) as refusal:
            deploy(given, preview=preview, answers=state(there, upgrades=["1.34.1"]))
        sentence = str(refusal.value)
        assert sentence.startswith(f"cluster.version is {wanted}, but the cluster has {there}, {words}")
        assert "\n" not in sentence


@pytest.mark.parametrize("there", ["1.32.2", "1.34.0", "1.34.1"])
def test_the_next_version_is_taken(asked: list[str], given: Given, there: str) -> None:
    cluster = one(deploy(given, answers=state(there, upgrades=["1.34.1"])), "Cluster")
    assert cluster.plain()["clusterVersion"] == "1.34.1"


def test_an_account_is_asked_about_versions_when_one_changes(asked: list[str], given: Given) -> None:
    """The recorder refuses a look-up that has no answer."""
    assert one(deploy(given, answers=state("1.34.1")), "Cluster")


def test_without_credentials_a_preview_still_knows_that_there_is_no_way_back(
    given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in KEY:
        monkeypatch.delenv(name, raising=False)
    given["cluster"]["version"] = "1.34.9"
    assert one(deploy(given, preview=True, answers=state("1.34.1")), "Cluster"), "nobody can be asked"
    with pytest.raises(TkeError, match="takes no cluster back"):
        deploy(given, preview=True, answers=state("1.36.0"))


def test_a_level_that_the_account_does_not_have_is_told_with_those_that_it_has(
    asked: list[str], given: Given
) -> None:
    given["cluster"]["level"] = "L100"
    with pytest.raises(TkeError, match=r"cluster.level is 'L100', but ap-hongkong has L5, L20, L50$"):
        deploy(given)


@pytest.mark.parametrize("key", ["name", "alias"])
def test_a_level_is_known_by_either_of_its_names(asked: list[str], given: Given, key: str) -> None:
    other = "alias" if key == "name" else "name"
    counts = dict.fromkeys(("nodeCount", "podCount", "configMapCount", "crdCount", "otherCount"), 5)
    levels: Given = {"lists": [{**counts, "enable": True, key: "L5", other: "5 nodes"}]}
    assert one(deploy(given, answers={LEVELS: levels}), "Cluster").plain()["clusterLevel"] == "L5"
    given["cluster"]["level"] = "L20"
    with pytest.raises(TkeError, match=r"but ap-hongkong has L5$"):
        deploy(given, answers={LEVELS: levels})


def test_an_account_that_names_no_level_refuses_none(asked: list[str], given: Given) -> None:
    assert deploy(given, answers={LEVELS: {"lists": []}})


@pytest.mark.parametrize(("raises", "is_refused"), [(True, False), (False, True)])
def test_a_level_that_is_not_sent_is_not_asked_for(
    asked: list[str], given: Given, raises: bool, is_refused: bool
) -> None:
    given["cluster"] |= {"level": "L100", "autoUpgradeLevel": raises}
    if is_refused:
        with pytest.raises(TkeError, match="'L100'"):
            deploy(given, answers=state("1.34.1", level="L20"))
    else:
        assert deploy(given, answers=state("1.34.1", level="L20")), "the cloud has raised it to L20 by itself"


@pytest.mark.parametrize(
    ("cluster", "words"),
    [
        ({"nodes": {"maxNodes": 5}}, ""),
        ({"nodes": {"maxNodes": 6}}, "which is for 5 nodes: the cloud raises it, and its price"),
        ({"nodes": {"maxNodes": 6}, "autoUpgradeLevel": False}, "for 5 nodes: set it to L20, or"),
        ({"nodes": {"maxNodes": 21}, "autoUpgradeLevel": False}, "for 5 nodes: set it to L50, or"),
        ({"nodes": {"maxNodes": 6}, "level": "L20"}, ""),
    ],
)
def test_more_nodes_than_the_level_is_for_are_warned_of(
    asked: list[str], given: Given, cluster: Given, words: str
) -> None:
    given["cluster"] |= cluster
    warned = [line for line in deploy(given).logged if "cluster.nodes.maxNodes" in line]
    assert len(warned) == bool(words)
    assert all(words in line for line in warned), warned
