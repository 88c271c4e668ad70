"""All NetworkPolicies of a stack in words, compared with what they are to be."""

from typing import Any

import pytest

from tests.cluster.recorded_stack import recording
from tests.support.program import API_ADDRESS, SECRETS, config
from tests.support.recorded import Recording
from tests.unit.components.dashboard.test_dashboard import CLIENT, GITHUB
from tests.unit.components.ingress.test_ingress import RETIRED, deploy

NAMES = {"kube-system", "openshift-dns", "169.254.20.10/32"}
UDP, TCP = "UDP 53 5353", "TCP 53 5353"
IPV4 = "0.0.0.0/0 but 10.0.0.0/8 100.64.0.0/10 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16"
IPV6 = "::/0 but fc00::/7 fe80::/10 64:ff9b::/96 64:ff9b:1::/48"
INTERNET = {f"{IPV4}: all", f"{IPV6}: all"}
LISTED = {"10.1.2.3/32: TCP 443 5000", "10.9.0.0/24: all", "10.8.0.0/24: all"}
API = {f"{API_ADDRESS}/32: TCP 6443"}
NAMES_BY_UDP = {f"{place}: {UDP}" for place in NAMES}
NAMES_BY_BOTH = {f"{place}: {UDP} {TCP}" for place in NAMES}
LISTENER = "builds-webhook eventlistener=github-listener"
LOGIN = "dashboard app.kubernetes.io/name=dashboard-oauth2-proxy"
ELSEWHERE = f"{LOGIN} tekton-builds/login=elsewhere"
INTERCEPTORS = "tekton-pipelines app.kubernetes.io/name=core-interceptors"
ADMISSION = "tekton-pipelines app.kubernetes.io/name=webhook"
BOARD = "tekton-pipelines app.kubernetes.io/name=dashboard app.kubernetes.io/part-of=tekton-dashboard"
EDGES = {"traefik": "ingress", "nginx": "ingress-nginx", "none": ""}
PORTS = {"traefik": "TCP 8000 8443", "nginx": "TCP 80 443 8443"}

Walls = dict[str, tuple[set[str], set[str]]]
"""By namespace and labels of the pods: who may call them, and whom they may call."""


def expected(kind: str) -> Walls:
    edge = EDGES[kind]
    walls: Walls = {
        "builds": (set(), {*INTERNET, *LISTED, *NAMES_BY_UDP, "builds-buildkitd: TCP 1234"}),
        "builds-buildkitd": ({"builds: TCP 1234"}, {*INTERNET, *LISTED, *NAMES_BY_UDP}),
        "builds-janitor": (set(), API),
        LISTENER: (
            {f"{edge or 'everybody'}: TCP 8080"},
            {*API, *NAMES_BY_BOTH, f"{INTERCEPTORS}: TCP 8443"},
        ),
        INTERCEPTORS: ({f"{LISTENER}: TCP 8443"}, set()),
        ADMISSION: ({"everybody: TCP 8443"}, set()),
        "tekton-pipelines": (set(), API),
    }
    if not edge:
        return walls
    routes = {f"{LISTENER}: TCP 8080", f"{LOGIN}: TCP 4180"}
    return {
        **walls,
        edge: ({f"everybody: {PORTS[kind]}"}, {*API, *NAMES_BY_BOTH, *routes}),
        LOGIN: ({f"{edge}: TCP 4180"}, {*NAMES_BY_BOTH, f"{BOARD}: TCP 9097"}),
        ELSEWHERE: (set(), {f"{IPV4}: TCP 443", f"{IPV6}: TCP 443"}),
        BOARD: ({f"{LOGIN}: TCP 9097"}, set()),
    }


def place(namespace: str, labels: dict[str, str]) -> str:
    return " ".join([namespace, *(f"{key}={value}" for key, value in sorted(labels.items()))])


def peer(one: dict[str, Any]) -> str:
    if "ipBlock" in one:
        assert one.keys() == {"ipBlock"}
        but = one["ipBlock"].get("except")
        return f"{one['ipBlock']['cidr']} but {' '.join(but)}" if but else str(one["ipBlock"]["cidr"])
    assert one.keys() <= {"namespaceSelector", "podSelector"}
    namespaces = one["namespaceSelector"]["matchLabels"]
    assert namespaces.keys() == {"kubernetes.io/metadata.name"}, "the only label that is nobody's to give"
    labels = one.get("podSelector", {}).get("matchLabels", {})
    return place(namespaces["kubernetes.io/metadata.name"], labels)


def words(rules: list[dict[str, Any]], direction: str) -> set[str]:
    found = set()
    for rule in rules:
        numbers: dict[str, list[str]] = {}
        for port in rule.get("ports", ()):
            numbers.setdefault(port["protocol"], []).append(f"{port['port']:.0f}")
        ports = " ".join(" ".join([protocol, *named]) for protocol, named in numbers.items()) or "all"
        peers = rule.get(direction)
        found |= {f"{one}: {ports}" for one in (map(peer, peers) if peers else ["everybody"])}
    return found


def walls(recording: Recording) -> Walls:
    """Of what allows something; what denies is in test_network_policy.py."""
    found: Walls = {}
    for one in recording.all("NetworkPolicy"):
        spec, meta = one.plain()["spec"], one.plain()["metadata"]
        assert spec["policyTypes"] == ["Ingress", "Egress"], "or a direction is open"
        allowed = words(spec["ingress"], "from"), words(spec["egress"], "to")
        if any(allowed):
            pods = place(meta["namespace"], spec["podSelector"].get("matchLabels", {}))
            assert pods not in found, f"{pods} have two policies"
            found[pods] = allowed
    return found


@pytest.fixture(scope="module", params=EDGES)
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Recording]:
    folder = tmp_path_factory.mktemp(request.param)
    listed = [{"cidr": "10.1.2.3/32", "ports": [443, 5000]}, {"cidr": "10.9.0.0/24"}]
    given = {
        **config(folder / "kubeconfig"),
        "dashboard": {"auth": GITHUB},
        "builder": {"buildkitdVolumeGib": 20, "egress": listed, "egressCidrs": ["10.8.0.0/24"]},
    }
    ingress = RETIRED if request.param == "nginx" else {"kind": request.param}
    return request.param, deploy(given, folder, ingress, {**SECRETS, **CLIENT})


def test_who_may_call_whom_is_this_and_nothing_else(stack: tuple[str, Recording]) -> None:
    kind, recording = stack
    assert walls(recording) == expected(kind)


def test_every_namespace_has_its_wall(stack: tuple[str, Recording]) -> None:
    kind, recording = stack
    namespaces = {one.plain()["metadata"]["name"] for one in recording.all("Namespace")}
    own = {"builds", "builds-buildkitd", "builds-janitor", "builds-webhook", "tekton-pipelines"}
    assert namespaces == own | ({EDGES[kind], "dashboard"} if EDGES[kind] else set())
    denied = {
        one.plain()["metadata"]["namespace"]
        for one in recording.all("NetworkPolicy")
        if not (one.plain()["spec"]["ingress"] or one.plain()["spec"]["egress"])
        and one.plain()["spec"]["podSelector"] == {}
    }
    assert denied == namespaces


def test_each_policy_of_an_earlier_stack_is_changed_in_its_place(stack: tuple[str, Recording]) -> None:
    """Beside the new one, the old one would go on allowing what it did."""
    kind, recording = stack
    earlier = {
        "builds to-internet",
        "builds from-nobody",
        "builds-buildkitd from-builds",
        "builds-buildkitd to-internet",
        "builds-webhook from-ingress",
        "tekton-pipelines from-listeners",
        *(["tekton-pipelines dashboard-from-ingress"] if EDGES[kind] else []),
    }
    made = {
        " ".join((one.plain()["metadata"]["namespace"], one.plain()["metadata"]["name"])): one
        for one in recording.all("NetworkPolicy")
    }
    assert {name for name, one in made.items() if one.alias_urns} == earlier


def test_the_policies_of_the_recorded_stack_are_found_in_its_state(stack: tuple[str, Recording]) -> None:
    resources = recording("state")["deployment"]["resources"]
    there = {one["urn"].split("::", 2)[2] for one in resources if one["type"].endswith(":NetworkPolicy")}
    named = {urn.split("::", 2)[2] for one in stack[1].resources for urn in one.alias_urns}
    assert there
    assert there <= named, "it would stay, beside the one that takes its place"
