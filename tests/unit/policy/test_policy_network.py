"""Who reaches the API server of a cluster in Tencent Cloud."""

from typing import Any

import pytest

from policy.rules import UNKNOWN, no_open_api_server
from policy.rules.world import is_world, network
from tests.unit.policy.judge import Case, assert_accepted, refusal

CLUSTER, ENDPOINT = "Kubernetes/cluster:Cluster", "Kubernetes/clusterEndpoint:ClusterEndpoint"
WORLD = "0.0.0.0/0"


def rule(
    cidr: Any = WORLD, port: Any = "443", protocol: Any = "TCP", action: Any = "ACCEPT", **more: Any
) -> dict[str, Any]:
    return {"action": action, "cidrBlock": cidr, "port": port, "protocol": protocol, **more}


def group(*rules: Any, **more: Any) -> Case:
    return "tencentcloud:Security/groupRuleSet:GroupRuleSet", {"ingresses": list(rules), **more}


def lite(*rules: str) -> Case:
    return "tencentcloud:Security/groupLiteRule:GroupLiteRule", {"ingresses": list(rules)}


def single(direction: str = "ingress", **more: Any) -> Case:
    said = {
        "type": direction,
        "policy": "ACCEPT",
        "cidrIp": WORLD,
        "ipProtocol": "TCP",
        "portRange": "443",
        **more,
    }
    return "tencentcloud:Security/groupRule:GroupRule", said


def made(kind: str, **inputs: Any) -> Case:
    return f"tencentcloud:{kind}", inputs


@pytest.mark.parametrize(
    "case",
    [
        *(
            group(rule(port=port))
            for port in ("443", "80,443", "80,400-500", "1-65535", "ALL", "all", 443, 443.0, None)
        ),
        *(group(rule(port="ALL", protocol=protocol)) for protocol in ("ALL", "all", "tcp", None)),
        group(rule(action="accept")),
        group({"action": "ACCEPT", "ipv6CidrBlock": "::/0", "port": "443", "protocol": "TCP"}),
        group(rule("0.0.0.0/1"), rule("128.0.0.0/1")),
        group(*(rule(f"{first}.0.0.0/6") for first in range(0, 224, 4))),
        group(*(rule(f"{first}.0.0.0/8") for first in range(20, 30))),
        group(rule("1.2.3.4/0")),
        group(rule(["203.0.113.0/24", "0.0.0.0/1"])),
        group(rule("10.0.0.0/8,0.0.0.0/0")),
        group(
            {"action": "ACCEPT", "ipv6CidrBlock": "2000::/4"},
            {"action": "ACCEPT", "ipv6CidrBlock": "3000::/4"},
        ),
        group(rule(action="DROP", port="80"), rule(port="ALL")),
        group(rule("203.0.113.0/24", action="DROP"), rule()),
        group(rule(), rule(action="DROP")),
        lite("ACCEPT#0.0.0.0/0#443#TCP"),
        lite("ACCEPT#0.0.0.0/0#ALL#ALL"),
        lite("ACCEPT#0.0.0.0/1#443#TCP", "ACCEPT#128.0.0.0/1#80-500#TCP"),
        single(),
        single(ipProtocol=None, portRange=None),
    ],
)
def test_a_group_that_opens_the_port_to_the_world_is_refused(case: Case) -> None:
    assert "cluster.apiCidrs" in refusal(no_open_api_server, case)


@pytest.mark.parametrize(
    "case",
    [
        group(rule(port="ALL", protocol="ICMP")),  # path MTU discovery, as the nodes' group has it
        group(rule(port="ALL", protocol="ICMPv6"), rule(port="443", protocol="UDP")),
        *(
            group(rule(port=port))
            for port in ("30000-32768", "80", "80,8443", "", UNKNOWN, "ppm-12345678")
            if port
        ),
        group(rule("203.0.113.0/24"), rule("198.51.100.7")),
        group(rule("10.0.0.0/8", "ALL", "ALL"), rule("172.16.0.0/12", "ALL", "ALL")),
        group(rule("17.0.0.0/8")),  # an organisation's own
        group(rule("10.0.0.0/7")),  # one half of it is private
        *(group(rule(source)) for source in (UNKNOWN, "sg-12345678", "ipm-12345678", None, "")),
        group(rule(action="DROP")),
        group(rule(action=UNKNOWN)),
        group(rule(action="DROP"), rule(port="ALL", protocol="ALL")),
        group(rule("0.0.0.0/1", action="DROP"), rule("128.0.0.0/1", action="DROP"), rule()),
        group({"action": "ACCEPT", "cidrBlock": WORLD, "serviceTemplateId": "ppm-12345678"}),
        group({"action": "ACCEPT", "sourceSecurityId": "sg-12345678"}),
        group({"action": "ACCEPT", "ipv6CidrBlock": "2001:db8::/32"}, UNKNOWN),
        group(egresses=[rule(port="ALL", protocol="ALL")]),
        lite("ACCEPT#0.0.0.0/0#ALL#ICMP", "DROP#0.0.0.0/0#ALL#ALL", "ACCEPT#sg-1#443#TCP", "nonsense"),
        single("egress"),
        single(policy="DROP"),
        single(ipProtocol="ICMP", portRange="ALL"),
        ("aws:ec2/securityGroup:SecurityGroup", group(rule())[1]),
    ],
)
def test_a_group_that_does_not_is_accepted(case: Case) -> None:
    assert_accepted(no_open_api_server, case)


@pytest.mark.parametrize("kind", [CLUSTER, ENDPOINT])
def test_a_public_api_server_has_a_security_group(kind: str) -> None:
    refusal(no_open_api_server, made(kind, clusterInternet=True))
    policies = {"managedClusterInternetSecurityPolicies": [WORLD]}
    refusal(no_open_api_server, made(kind, clusterInternet=True, **policies))
    policies = {"managedClusterInternetSecurityPolicies": ["203.0.113.0/24"]}
    assert_accepted(no_open_api_server, made(kind, clusterInternet=True, **policies))
    assert_accepted(
        no_open_api_server, made(kind, clusterInternet=True, clusterInternetSecurityGroup=UNKNOWN)
    )
    assert_accepted(no_open_api_server, made(kind, clusterInternet=False))
    assert_accepted(no_open_api_server, made(kind, clusterInternet=UNKNOWN))


@pytest.mark.parametrize(
    ("cidrs", "expected"),
    [
        ([], False),
        (["16.0.0.0/7"], True),
        (["16.0.0.0/8", "17.0.0.0/8"], False),  # two owners
        ([f"{first}.0.0.0/8" for first in (16, 20, 24, 28)], False),
        ([f"{first}.0.0.0/8" for first in (16, 20, 24, 28, 32)], True),
        (["16.0.0.0/8"] * 9, False),  # the same one again
        (["10.0.0.0/8", "172.16.0.0/12", "224.0.0.0/4", "240.0.0.0/4"], False),
        (["2a00::/16"], False),
        (["2a00::/15"], True),
        (["fd00::/8", "fe80::/10"], False),
        (["8.0.0.0/8", "2a00::/16"], False),
    ],
)
def test_the_world_is_more_than_anybody_owns(cidrs: list[str], expected: bool) -> None:
    assert is_world(found for cidr in cidrs if (found := network(cidr))) is expected
