"""Whatever stands in an input, no rule ends with an error: a preview would end with it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from policy.rules import UNKNOWN
from tests.unit.policy import test_policy_network as network
from tests.unit.policy import test_policy_rights as rights
from tests.unit.policy import test_policy_tls as tls
from tests.unit.policy.judge import Case, sentences
from tests.unit.policy.shapes import AROUND_CONTAINER, AROUND_POD, deployment

CONTAINER = {
    "name": "c",
    "image": "$(params.image)",
    "ports": [{"hostPort": 80}],
    "env": [{"name": "TOKEN", "value": "a"}],
    "securityContext": {
        "privileged": True,
        "capabilities": {"add": ["SYS_ADMIN"]},
        "seLinuxOptions": {"type": "spc_t"},
        "seccompProfile": {"type": "Unconfined"},
        "sysctls": [{"name": "kernel.msgmax"}],
    },
}
CASES: list[Case] = [
    *(around(CONTAINER) for around in AROUND_CONTAINER.values()),
    *(around({"hostPID": True, "params": [{"name": "a", "default": "b"}]}) for around in AROUND_POD.values()),
    ("kubernetes:core/v1:ConfigMap", {"data": {"client_secret": "a"}}),
    rights.role(rights.rule(["secrets"], ["get"], resourceNames=["a"])),
    rights.selected(matchExpressions=[{"key": "a"}]),
    rights.bound("admin"),
    *tls.PLAIN,
    network.group(network.rule(), network.rule("::/0", serviceTemplateId="a")),
    network.lite("ACCEPT#0.0.0.0/0#443#TCP"),
    network.single(),
    network.made(network.CLUSTER, clusterInternet=True, managedClusterInternetSecurityPolicies=["a"]),
]
ODD = [UNKNOWN, None, 1.5, "text", "", [], ["text"], [UNKNOWN], {}, {"kind": {}}, True]


def changed(node: Any, odd: Any) -> Iterator[Any]:
    """Copies of the tree, each with another part of it replaced."""
    yield odd
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from ({**node, key: other} for other in changed(value, odd))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from ([*node[:index], other, *node[index + 1 :]] for other in changed(value, odd))


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: re.sub(r" at 0x\w+", "", repr(odd)))
def test_no_input_makes_a_rule_fail(odd: Any) -> None:
    for kind, inputs in CASES:
        for other in changed(inputs, odd):
            if isinstance(other, dict):
                for sentence in sentences((kind, other)):
                    assert sentence


def test_what_a_preview_cannot_know_is_not_judged() -> None:
    kind, inputs = deployment()
    for other in changed(inputs, UNKNOWN):
        if isinstance(other, dict):
            assert sentences((kind, other), stack="dev") == []
