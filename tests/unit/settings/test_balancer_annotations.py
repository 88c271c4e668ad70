"""What the Service in front says to a load balancer of TKE, beside what the user says."""

import pytest

from tests.unit.settings.loading import Given, load, refusal

PASSES = {"service.cloud.tencent.com/pass-to-target": "true"}
MBPS = {"service.kubernetes.io/qcloud-loadbalancer-internet-max-bandwidth-out": "10"}


def tke(given: Given, node_ports: str) -> Given:
    given["cluster"] = {
        "kind": "tke",
        "apiCidrs": ["100.64.7.0/24"],
        "network": {"nodePorts": node_ports},
    }
    given["ingress"]["loadBalancer"] = {"annotations": dict(MBPS)}
    return given


@pytest.mark.parametrize(
    ("node_ports", "expected"),
    [("world", MBPS), ("balancer", {**MBPS, **PASSES})],
    ids=["world", "balancer"],
)
def test_the_balancer_is_let_past_the_nodes_group_where_that_is_closed(
    given: Given, node_ports: str, expected: dict[str, str]
) -> None:
    assert dict(load(tke(given, node_ports)).load_balancer_annotations) == expected, (
        "an older stack's Service changes with the setting alone"
    )


def test_a_cluster_of_somebody_elses_gets_the_users_annotations(given: Given) -> None:
    given["ingress"]["loadBalancer"] = {"annotations": dict(MBPS)}
    assert dict(load(given).load_balancer_annotations) == MBPS


def test_a_balancer_that_tke_does_not_make_is_not_let_past(given: Given) -> None:
    given = tke(given, "balancer")
    given["ingress"]["loadBalancer"]["annotations"]["service.kubernetes.io/tke-existed-lbid"] = "lb-1a2b3c4d"
    (sentence,) = refusal(given)
    assert sentence.startswith(
        "cluster.network.nodePorts is 'balancer', but ingress.loadBalancer.annotations"
    )
    assert "set nodePorts to world" in sentence
    given["cluster"]["network"]["nodePorts"] = "world"
    assert load(given)
