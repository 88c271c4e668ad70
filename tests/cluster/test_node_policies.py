"""The ruleset of NetworkPolicies against real connections between namespaces of this test."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from sandbox.node_policies import __main__ as enforcer
from sandbox.node_policies.ruleset import ruleset
from tests.cluster.pod_network import HAIRPIN, LINK_LOCAL, SERVICE, PodNetwork, network_namespace
from tests.cluster.policy_cases import CASES, Case
from tests.cluster.policy_objects import ADDRESSES, Object, egress_to, namespaces, pods, policy
from toolkit.polling import wait_for

pytestmark = pytest.mark.cluster

# What kube-proxy does to a Service, a pod that calls itself included.
SERVICES = f"""
table ip services {{
chain prerouting {{
type nat hook prerouting priority dstnat;
ip daddr {SERVICE} tcp dport 80 dnat to {ADDRESSES["server"]}:8080
ip daddr {HAIRPIN} tcp dport 80 dnat to {ADDRESSES["builder"]}:80
}}
chain postrouting {{
type nat hook postrouting priority srcnat;
ip saddr {ADDRESSES["builder"]} ip daddr {ADDRESSES["builder"]} masquerade
}}
}}
"""


@pytest.fixture(scope="module")
def network() -> Iterator[PodNetwork]:
    network = PodNetwork(ADDRESSES)
    network.nft(SERVICES)
    yield network
    network.close()


def install(network: PodNetwork, *policies: Object) -> None:
    put_into_force(network, ruleset(policies, namespaces(), pods()))


def put_into_force(network: PodNetwork, text: str) -> None:
    with network_namespace(network.namespaces["node"]):
        enforcer.install(text)


def lines(case: Case) -> list[str]:
    return [line.strip() for line in case.attempts.splitlines()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "_"))
def test_policies_let_through_what_they_allow_and_nothing_else(network: PodNetwork, case: Case) -> None:
    install(network, *case.policies)
    expected = {line for line in lines(case) if not line.startswith("!")}
    attempts = [line.removeprefix("! ") for line in lines(case)]
    assert network.reached(attempts, expected) == expected


def test_without_policies_every_attempt_of_these_cases_gets_through(network: PodNetwork) -> None:
    install(network)
    attempts = {line.removeprefix("! ") for case in CASES for line in lines(case)}
    assert network.reached(attempts, attempts) == attempts, "or the cases above would prove nothing"


def test_an_established_connection_outlives_a_policy_that_forbids_it(network: PodNetwork) -> None:
    install(network)
    server = network.serve("server", "tcp", 7000)
    with network_namespace(network.namespaces["builder"]):
        client = socket.create_connection((ADDRESSES["server"], 7000), timeout=10)
    wait_for("the connection", lambda: _accept(server), seconds=10, interval=0.01)
    peer = _accepted.pop()
    install(network, policy("web"), policy("builds", policyTypes=["Egress"]))
    with client, peer:
        client.sendall(b"question")
        assert peer.recv(100) == b"question", "from source to target"
        peer.sendall(b"answer")
        assert client.recv(100) == b"answer", "from target to source"
    assert network.reached(["builder > server tcp/7000"], set()) == set(), "a new connection is refused"


_accepted: list[socket.socket] = []


def _accept(server: socket.socket) -> bool:
    try:
        connection, _ = server.accept()
    except BlockingIOError:
        return False
    connection.settimeout(10)
    _accepted.append(connection)
    return True


def _reaches_by_ipv6(network: PodNetwork) -> bool:
    network.serve("node", "tcp", 6444, socket.AF_INET6)
    with network_namespace(network.namespaces["builder"]):
        client = socket.socket(socket.AF_INET6)
        index = socket.if_nametoindex("eth0")
        client.settimeout(1)  # seconds
        with client:
            return client.connect_ex((LINK_LOCAL, 6444, 0, index)) == 0


def test_ipv6_leads_no_pod_around_its_policies(network: PodNetwork) -> None:
    network.nft("add table inet network-policies\ndelete table inet network-policies")
    assert _reaches_by_ipv6(network), "without the ruleset the node's link-local address answers"
    install(network, egress_to())
    assert network.reached(["builder > node tcp/6443"], {"builder > node tcp/6443"}), "its policy allows all"
    assert not _reaches_by_ipv6(network)


def test_a_pod_cannot_borrow_the_address_of_another(network: PodNetwork) -> None:
    ingress = policy("tools", ingress=[{"from": [{"namespaceSelector": {"matchLabels": {"team": "b"}}}]}])
    target = network.serve("probe", "udp", 5000)
    with network_namespace(network.namespaces["builder"]):
        forger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        forger.setsockopt(socket.SOL_IP, 19, 1)  # IP_TRANSPARENT: an address that is not this pod's
        forger.bind((ADDRESSES["server"], 0))
    with forger:
        network.nft("delete table inet network-policies")
        forger.sendto(b"forged", (ADDRESSES["probe"], 5000))
        target.settimeout(10)
        assert target.recv(100) == b"forged", "nothing else stops it"
        target.setblocking(False)
        install(network, ingress)
        forger.sendto(b"builder > probe udp/5000", (ADDRESSES["probe"], 5000))
        attempts = ["builder > probe udp/5000", "server > probe udp/5000"]
        assert network.reached(attempts, {"server > probe udp/5000"}) == {"server > probe udp/5000"}


def test_the_ruleset_replaces_itself_and_leaves_other_tables_alone(network: PodNetwork) -> None:
    for policies in ([policy("web")], [], [policy("builds"), policy("web")]):
        install(network, *policies)
        assert set(network.tables().splitlines()) == {"table ip services", "table inet network-policies"}
    install(network)
    assert network.reached(["builder > server tcp/80"], {"builder > server tcp/80"}), "old policies are gone"


def test_a_ruleset_that_nft_refuses_leaves_the_present_one_in_force(network: PodNetwork) -> None:
    install(network, policy("web"))
    with pytest.raises(RuntimeError, match="syntax error"):
        put_into_force(network, ruleset([], namespaces(), pods()) + "nonsense")
    assert network.reached(["builder > server tcp/80"], set()) == set()


def test_hundreds_of_policies_and_pods_load(network: PodNetwork) -> None:
    policies = [
        policy("web", {"matchLabels": {"app": f"app-{number}"}}, ingress=[{}]) for number in range(300)
    ]
    for number, item in enumerate(policies):
        item["metadata"]["name"] = f"{'x' * 240}-{number}"
    many = [
        {
            "metadata": {"name": f"p{number}", "namespace": "web", "labels": {"app": f"app-{number}"}},
            "spec": {"containers": []},
            "status": {"podIP": f"10.245.{number // 250}.{number % 250 + 1}"},
        }
        for number in range(1000)
    ]
    objects = [*policies, policy("web")], namespaces(), [*pods(), *many]
    put_into_force(network, ruleset(*objects))
    assert network.reached(["builder > server tcp/80"], set()) == set()
