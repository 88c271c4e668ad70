"""A TKE cluster that is there already: the same one at another address, and one that does not answer."""

from typing import Any

import pytest

from components.cluster.checks import ClusterError
from inspection import cluster as inspection
from tests.unit.components.cluster.tke.tke_program import ENDPOINT, Given, deploy, kubeconfig

RULES = "tencentcloud:Security/groupRuleSet:GroupRuleSet"


def whole_kubeconfig() -> str:
    return kubeconfig() + (
        "users: [{name: u, user: {token: t}}]\n"
        "contexts: [{name: x, context: {cluster: c, user: u}}]\n"
        "current-context: x\n"
    )


def state(cidr: str = "100.64.7.0/24") -> dict[str, Any]:
    namespace = {"metadata": {"name": "builds", "uid": "of-builds"}}
    resources = {
        "urn:a::cluster-endpoint": {
            "type": ENDPOINT,
            "outputs": {"clusterInternet": True, "kubeConfig": whole_kubeconfig()},
        },
        "urn:a::cluster-network-api-rules": {"type": RULES, "outputs": {"ingresses": [{"cidrBlock": cidr}]}},
        "urn:a::builds": {"type": "kubernetes:core/v1:Namespace", "outputs": namespace},
    }
    return {
        "pulumi:pulumi:readStackOutputs": {"outputs": {"hooks_url": "http://hooks.example.com"}},
        "pulumi:pulumi:readStackResourceOutputs": {"outputs": resources},
    }


def _unreachable(_: object) -> Any:
    raise inspection.UnreachableError("timed out")


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("components.cluster.tke.reach.look", _unreachable)


def test_the_cluster_is_known_by_its_id_so_that_another_endpoint_replaces_nothing(
    asked: list[str], given: Given
) -> None:
    (provider,) = [one for one in deploy(given).resources if one.type == "pulumi:providers:kubernetes"]
    assert provider.plain()["clusterIdentifier"] == "cluster-id"


@pytest.mark.parametrize("preview", [True, False])
def test_a_cluster_that_does_not_answer_ends_before_anything_is_registered(
    asked: list[str], unreachable: None, given: Given, preview: bool
) -> None:
    with pytest.raises(ClusterError, match=r"timed out\. The stack has 1 objects there") as refusal:
        deploy(given, preview=preview, answers=state())
    assert "cluster.apiCidrs" in str(refusal.value), "another address of one's own is the usual reason"


def test_whoever_has_another_address_gets_in_again_by_the_setting(
    asked: list[str], unreachable: None, given: Given
) -> None:
    recording = deploy(given, answers=state("198.18.0.1/32"))
    assert any("cluster.apiCidrs has changed" in line for line in recording.logged)


def test_a_new_stack_asks_no_cluster(asked: list[str], unreachable: None, given: Given) -> None:
    assert deploy(given, preview=True)
