"""What of the API's objects gets into the ruleset; what it does is tried in tests/cluster."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from sandbox.node_policies.pods import Pods, matches
from sandbox.node_policies.ruleset import ruleset

Object = dict[str, Any]
LABELS = {"app": "web", "tier": "front"}


def pod(name: str, address: str | None, **spec: Any) -> Object:
    return {
        "metadata": {"name": name, "namespace": "builds", "creationTimestamp": spec.pop("created", None)},
        "spec": {"containers": [], **spec},
        "status": {"podIP": address},
    }


def policy(name: str, **spec: Any) -> Object:
    return {"metadata": {"name": name, "namespace": "builds"}, "spec": {"podSelector": {}, **spec}}


def addresses(*pods: Object) -> list[str]:
    return [str(found.address) for found in Pods([], pods).all]


@pytest.mark.parametrize(
    ("operator", "key", "values", "expected"),
    [
        ("In", "app", ["api", "web"], True),
        ("In", "app", ["api"], False),
        ("In", "absent", ["web"], False),
        ("NotIn", "app", ["web"], False),
        ("NotIn", "app", ["api"], True),
        ("NotIn", "absent", ["web"], True),
        ("Exists", "app", [], True),
        ("Exists", "absent", [], False),
        ("DoesNotExist", "app", [], False),
        ("DoesNotExist", "absent", [], True),
    ],
)
def test_expressions_of_a_selector(operator: str, key: str, values: list[str], expected: bool) -> None:
    selector = {"matchExpressions": [{"key": key, "operator": operator, "values": values}]}
    assert matches(selector, LABELS) is expected


def test_every_part_of_a_selector_has_to_match() -> None:
    absent = [{"key": "absent", "operator": "DoesNotExist"}]
    assert matches({"matchLabels": LABELS, "matchExpressions": absent}, LABELS)
    assert not matches({"matchLabels": {**LABELS, "app": "api"}, "matchExpressions": absent}, LABELS)
    assert not matches({"matchLabels": LABELS, "matchExpressions": absent}, {**LABELS, "absent": ""})


def test_an_empty_selector_matches_all_but_a_namespace_that_nobody_knows() -> None:
    assert matches({}, {})
    assert not matches({}, None), "its labels are unknown, so nothing may be allowed by them"


def test_an_unknown_operator_is_no_match_and_no_silence() -> None:
    with pytest.raises(ValueError, match="Gt"):
        matches({"matchExpressions": [{"key": "app", "operator": "Gt", "values": ["1"]}]}, LABELS)


@pytest.mark.parametrize("address", [None, "", "fd00::7"])
def test_pods_without_an_ipv4_address_are_left_out(address: str | None) -> None:
    assert addresses(pod("a", address), pod("b", "10.244.0.9")) == ["10.244.0.9"]


def test_an_address_belongs_to_its_newest_pod() -> None:
    old = pod("old", "10.244.0.7", created="2026-01-01T00:00:00Z")
    new = pod("new", "10.244.0.7", created="2026-01-02T00:00:00Z")
    new["metadata"]["labels"] = LABELS
    for order in ([old, new], [new, old]):
        assert [found.labels for found in Pods([], order).all] == [LABELS], "a map takes an address once"


def test_ports_of_sidecars_have_names_and_those_of_other_init_containers_have_none() -> None:
    port = {"name": "http", "containerPort": 80}
    sidecar = {"ports": [port], "restartPolicy": "Always"}
    for container, expected in ((sidecar, [80]), ({"ports": [port]}, [])):
        found = Pods([], [pod("a", "10.244.0.7", initContainers=[container])]).named_port("TCP", "http")
        assert [number for _, number in found] == expected


def test_no_order_of_the_answers_changes_the_ruleset() -> None:
    policies = [policy("a"), policy("b", ingress=[{"from": [{"podSelector": {}}]}]), policy("c", egress=[{}])]
    pods = [pod("a", "10.244.0.7"), pod("b", "10.244.0.10"), pod("c", "10.244.0.9")]
    texts = {
        ruleset(some_policies, [], some_pods)
        for some_policies in itertools.permutations(policies)
        for some_pods in itertools.permutations(pods)
    }
    assert len(texts) == 1, "or every look at the cluster would install the rules anew"


def test_no_name_ends_the_string_that_it_stands_in() -> None:
    text = ruleset([policy('a"\n}\nflush ruleset\n' + "x" * 300)], [], [])
    assert "flush" not in [line.split(" ")[0] for line in text.splitlines()]
    comment = next(line for line in text.splitlines() if line.startswith("comment"))
    assert comment.count('"') == 2, "its own two"
    assert len(comment) <= len('comment ""') + 128, "nft takes no longer ones"


def test_without_policies_no_pod_has_a_verdict() -> None:
    assert ": goto" not in ruleset([], [], [pod("a", "10.244.0.7")])
