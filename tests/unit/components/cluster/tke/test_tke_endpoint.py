"""The endpoint of the API server: public, private or both, and the kubeconfig that leads there."""

from typing import Any

import pytest

from components.cluster.checks import ClusterError
from components.cluster.tke.account import TkeError
from components.cluster.tke.kubeconfig import addressed, validate_kubeconfig
from inspection import cluster as inspection
from tests.support.recorded import OUTPUTS
from tests.unit.components.cluster.tke.test_tke_identity import state
from tests.unit.components.cluster.tke.tke_program import ENDPOINT, Given, deploy, kubeconfig, one

DEFAULT = "https://cls-1a2b3c4d.ccs.tencent-cloud.com"


def private(given: Given) -> Given:
    given["cluster"] = {"kind": "tke", "endpoint": "private"}
    return given


def test_a_kubeconfig_with_the_default_domain_gets_the_open_endpoints_address(
    asked: list[str], given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = {"kubeConfig": kubeconfig(DEFAULT), "clusterExternalEndpoint": "203.0.113.9"}
    monkeypatch.setitem(OUTPUTS, ENDPOINT, outputs)
    recording = deploy(given)
    assert set(asked) == {"https://203.0.113.9"}, "its certificate decides whether that is the server"
    assert recording.exports["kubeconfig"].value == kubeconfig("https://203.0.113.9")
    assert recording.exports["kubeconfig"].secret


@pytest.mark.parametrize(
    ("server", "address", "expected"),
    [
        (DEFAULT, "203.0.113.9", "https://203.0.113.9"),
        (DEFAULT, "https://lb.example.com:443", "https://lb.example.com:443"),
        (DEFAULT, "", DEFAULT),
        ("https://api.example.com", "203.0.113.9", "https://api.example.com"),
    ],
    ids=["an address", "a URL", "no address", "a domain of one's own"],
)
def test_only_the_default_domain_is_replaced(server: str, address: str, expected: str) -> None:
    assert addressed(kubeconfig(server), address) == kubeconfig(expected)


def test_an_endpoint_whose_address_is_the_default_domain_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("components.cluster.tke.kubeconfig._ask", lambda *_, **__: None)
    with pytest.raises(TkeError, match="the public endpoint is not there"):
        validate_kubeconfig(addressed(kubeconfig(DEFAULT), DEFAULT))


def test_a_private_endpoint_is_in_the_nodes_subnet_and_nobody_reaches_it_from_outside(
    asked: list[str], given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = {"kubeConfigIntranet": kubeconfig(DEFAULT), "pgwEndpoint": "10.0.0.9"}
    monkeypatch.setitem(OUTPUTS, ENDPOINT, outputs)
    recording = deploy(private(given))
    inputs = one(recording, "ClusterEndpoint").plain()
    assert inputs["clusterInternet"] is False
    assert inputs["clusterIntranet"] is True
    assert inputs["clusterIntranetSubnetId"] == "cluster-network-subnet-id"
    assert "clusterInternetSecurityGroup" not in inputs
    assert not [each for each in recording.all("Group") if "api" in each.name], "there is nothing to guard"
    assert set(asked) == {"https://10.0.0.9"}
    assert recording.exports["kubeconfig"].value == kubeconfig("https://10.0.0.9")


def test_both_are_one_endpoint_and_the_program_uses_the_public_one(asked: list[str], given: Given) -> None:
    given["cluster"]["endpoint"] = "both"
    inputs = one(deploy(given), "ClusterEndpoint").plain()
    assert inputs["clusterInternet"] is inputs["clusterIntranet"] is True
    assert set(asked) == {"https://203.0.113.9:443"}


def test_the_parameter_that_would_make_another_endpoint_is_the_same_for_all(
    asked: list[str], given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        OUTPUTS, ENDPOINT, {"kubeConfig": kubeconfig(), "kubeConfigIntranet": kubeconfig("https://10.0.0.9")}
    )
    public = one(deploy(given), "ClusterEndpoint").plain()["extensiveParameters"]
    assert one(deploy(private(given)), "ClusterEndpoint").plain()["extensiveParameters"] == public


def test_an_older_stacks_endpoint_gets_no_new_input(asked: list[str], given: Given) -> None:
    assert one(deploy(given), "ClusterEndpoint").plain().keys() == {
        "clusterId",
        "clusterInternet",
        "clusterInternetSecurityGroup",
        "extensiveParameters",
    }


def test_a_preview_that_opens_another_endpoint_does_not_know_its_kubeconfig(
    asked: list[str], given: Given
) -> None:
    recording = deploy(private(given), preview=True)
    assert recording.exports["kubeconfig"].value is None, "what is there yet is the public one's"


def _unreachable(_: object) -> Any:
    raise inspection.UnreachableError("timed out")


def test_whoever_comes_from_inside_from_now_on_gets_in_by_the_setting(
    asked: list[str], given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("components.cluster.tke.reach.look", _unreachable)
    recording = deploy(private(given), preview=True, answers=state())
    assert any("cluster.endpoint has changed" in line for line in recording.logged)


def test_a_private_cluster_that_does_not_answer_asks_for_a_machine_inside(
    asked: list[str], given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("components.cluster.tke.reach.look", _unreachable)
    answers = state()
    outputs = answers["pulumi:pulumi:readStackResourceOutputs"]["outputs"]
    endpoint = outputs["urn:a::cluster-endpoint"]["outputs"]
    endpoint |= {"clusterIntranet": True, "kubeConfigIntranet": endpoint.pop("kubeConfig")}
    with pytest.raises(ClusterError, match="is this machine inside the cluster's VPC"):
        deploy(private(given), preview=True, answers=answers)


def test_the_recorded_endpoint_is_asked_at_its_address_and_not_at_the_default_domain(
    asked: list[str], given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = []

    def look(found: Any) -> Any:
        servers.append(found.server)
        raise inspection.UnreachableError("timed out")

    monkeypatch.setattr("components.cluster.tke.reach.look", look)
    answers = state()
    outputs = answers["pulumi:pulumi:readStackResourceOutputs"]["outputs"]
    endpoint = outputs["urn:a::cluster-endpoint"]["outputs"]
    endpoint["kubeConfig"] = endpoint["kubeConfig"].replace("https://203.0.113.9:443", DEFAULT)
    endpoint["clusterExternalEndpoint"] = "203.0.113.9"
    with pytest.raises(ClusterError):
        deploy(given, preview=True, answers=answers)
    assert servers == ["https://203.0.113.9"]
