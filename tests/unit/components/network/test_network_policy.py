"""Who may connect to whom; test_network_rules.py has every object, tests/e2e/test_walls.py connects."""

import re
from pathlib import Path
from typing import Any

import pytest

from components.network import connections
from components.network.connections import ANYWHERE, CONNECTIONS, EDGES, PODS
from components.network.policies import DENY, EARLIER, NAME_LABEL, PRIVATE
from tests.support import program
from tests.support.manifests import served
from tests.support.program import SECRETS, config, run
from tests.support.recorded import Recording

Rule = dict[str, Any]


def deploy(tmp_path: Path, kind: str = "traefik", **given: Any) -> Recording:
    settings = {**config(tmp_path / "kubeconfig"), "ingress": {"kind": kind}, **given}
    with served() as mirror, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        return run({**settings, "releaseMirror": mirror}, SECRETS)


def name(policy: str, namespace: str) -> str:
    """Of the object."""
    return EARLIER.get((namespace, policy), (policy,))[0]


def policy(recording: Recording, who: str) -> Any:
    spec = recording.one(
        "NetworkPolicy", name(f"allow-{who}", PODS[who].namespace), PODS[who].namespace
    ).plain()["spec"]
    assert spec["podSelector"] == ({"matchLabels": PODS[who].labels} if PODS[who].labels else {})
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    return spec


def peer(who: str) -> Any:
    pods = {"podSelector": {"matchLabels": PODS[who].labels}} if PODS[who].labels else {}
    return {"namespaceSelector": {"matchLabels": {NAME_LABEL: PODS[who].namespace}}, **pods}


def tcp(*ports: int) -> list[Any]:
    return [{"protocol": "TCP", "port": port} for port in ports]


def test_every_namespace_that_the_program_makes_denies_what_nothing_allows(tmp_path: Path) -> None:
    recording = deploy(tmp_path, builder={"buildkitdVolumeGib": 20})
    namespaces = {one.plain()["metadata"]["name"] for one in recording.all("Namespace")}
    assert {"builds", "builds-webhook", "ingress", "tekton-pipelines"} <= namespaces
    for namespace in namespaces:
        spec = recording.one("NetworkPolicy", name(DENY, namespace), namespace).plain()["spec"]
        assert spec == {
            "podSelector": {},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [],
            "egress": [],
        }, f"every pod of {namespace}, in and out"


def test_what_is_allowed_is_there_before_the_rest_is_denied(tmp_path: Path) -> None:
    recording = deploy(tmp_path)
    denied = recording.one("NetworkPolicy", "default-deny", "tekton-pipelines")
    allowed = recording.one("NetworkPolicy", "allow-tekton", "tekton-pipelines")
    assert allowed.urn in recording.before(denied), "or a cluster that runs is cut off for a moment"


def test_the_interceptors_that_read_every_secret_answer_the_listener_alone(tmp_path: Path) -> None:
    spec = policy(deploy(tmp_path), "interceptors")
    assert spec["ingress"] == [{"from": [peer("listener")], "ports": tcp(8443)}]
    assert spec["egress"] == [], "and call nobody but, as all of Tekton, the API server"
    assert peer("listener")["podSelector"], "a label alone is anybody's: the namespace is named too"


def test_admission_is_open_to_an_api_server_of_any_address_but_not_to_builds(tmp_path: Path) -> None:
    recording = deploy(tmp_path, builder={"buildkitdVolumeGib": 20})
    assert policy(recording, "admission")["ingress"] == [{"ports": tcp(8443)}]
    for who in ("builds", "buildkitd"):
        for rule in policy(recording, who)["egress"]:
            reached = [target.get("namespaceSelector", {}) for target in rule.get("to", [{}])]
            assert peer("admission")["namespaceSelector"] not in reached, f"{who} must not reach Tekton"
            assert {} not in [rule.get("to", [{}])[0]], f"{who} must not reach everybody"


def test_nobody_calls_a_build_and_a_build_calls_the_internet_and_what_is_listed(tmp_path: Path) -> None:
    listed = [{"cidr": "10.1.2.3/32", "ports": [443, 5000]}, {"cidr": "10.9.0.0/24"}]
    spec = policy(deploy(tmp_path, builder={"egress": listed}), "builds")
    assert spec["ingress"] == []
    names, internet, *private = spec["egress"]
    assert {(port["protocol"], port["port"]) for port in names["ports"]} == {("UDP", 53), ("UDP", 5353)}, (
        "a connection to a name server is a way to its other ports"
    )
    blocks = {block["ipBlock"]["cidr"]: block["ipBlock"]["except"] for block in internet["to"]}
    assert set(PRIVATE) <= set(blocks["0.0.0.0/0"])
    assert {"fc00::/7", "fe80::/10", "64:ff9b::/96"} <= set(blocks["::/0"]), (
        "private, and IPv4 behind a translator"
    )
    assert private == [
        {"to": [{"ipBlock": {"cidr": "10.1.2.3/32"}}], "ports": tcp(443, 5000)},
        {"to": [{"ipBlock": {"cidr": "10.9.0.0/24"}}]},
    ]


def test_the_old_key_opens_every_port_and_says_so(tmp_path: Path) -> None:
    recording = deploy(tmp_path, builder={"egressCidrs": ["10.1.2.3/32"]})
    assert {"to": [{"ipBlock": {"cidr": "10.1.2.3/32"}}]} in policy(recording, "builds")["egress"]
    assert any("builder.egress" in line for line in recording.logged)


@pytest.mark.parametrize("edge", EDGES)
def test_strangers_reach_the_edge_and_admission_and_nothing_else(edge: str) -> None:
    present = [who for who in PODS if who not in EDGES or who == edge]
    open_to_all = {row.target for row in connections.connections(present) if row.source == ANYWHERE}
    assert open_to_all == {edge, "admission"}


def test_the_page_on_security_shows_the_table() -> None:
    page = (program.ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    assert connections.as_markdown() in page, (
        "print(components.network.connections.as_markdown()) is the table"
    )


def test_every_group_of_pods_is_in_the_table() -> None:
    named = {row.source for row in CONNECTIONS} | {row.target for row in CONNECTIONS}
    assert set(PODS) <= named
    assert len(CONNECTIONS) == len(set(CONNECTIONS))


def test_without_enforcement_the_program_wants_to_hear_what_that_means(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="acceptSecretsReadable true"):
        deploy(tmp_path, networkPolicies="unenforced")
    recording = deploy(tmp_path, networkPolicies="unenforced", acceptSecretsReadable=True)
    assert any("networkPolicies is 'unenforced'" in line for line in recording.logged), "at every preview"
    assert not recording.all("Job"), "there is nothing to prove"


def test_the_proof_is_a_pod_like_a_builds_and_one_that_must_get_through(tmp_path: Path) -> None:
    recording = deploy(tmp_path)
    jobs = {job.plain()["metadata"]["namespace"]: job for job in recording.all("Job")}
    assert set(jobs) == {"builds", "builds-janitor"}
    for namespace, expected in {"builds": "closed", "builds-janitor": "open"}.items():
        job = jobs[namespace]
        (container,) = job.plain()["spec"]["template"]["spec"]["containers"]
        assert container["args"][2] == expected
        policies = {one.urn for one in recording.all("NetworkPolicy")}
        assert policies <= recording.before(job), "it tries what the policies are there for"
        servers = {one.urn for one in recording.all("Deployment") if one.released}
        assert servers, "or the next line says nothing"
        assert servers <= recording.before(job), "what is not there yet is closed, whatever the policies do"
        assert f"{job.name}-error" in job.error_hooks, "a Job's own words name no remedy"
        assert job.plain()["metadata"]["annotations"] == {"pulumi.com/timeoutSeconds": "60"}, (
            "the provider waits ten minutes else, and nothing says why"
        )
    (container,) = jobs["builds"].plain()["spec"]["template"]["spec"]["containers"]
    api, interceptors = container["args"][3:]
    assert "KUBERNETES_SERVICE_HOST" in api
    assert "core-interceptors" in interceptors


@pytest.mark.parametrize(
    "builder", [{"egressCidrs": ["10.0.0.0/8"]}, {"egress": [{"cidr": "10.0.0.0/8"}]}], ids=str
)
def test_a_stack_that_lists_all_ports_of_a_range_proves_that_the_interceptors_are_closed(
    tmp_path: Path, builder: Any
) -> None:
    (job,) = [
        job
        for job in deploy(tmp_path, builder=builder).all("Job")
        if job.plain()["metadata"]["namespace"] == "builds"
    ]
    (container,) = job.plain()["spec"]["template"]["spec"]["containers"]
    (target,) = container["args"][3:]
    assert "core-interceptors" in target, "the API server may be in the range, as the stack may say"


def test_the_proof_runs_again_when_the_rules_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def proof(**builder: Any) -> str:
        recording = deploy(tmp_path, builder=builder)
        (found,) = {str(job.plain()["metadata"]["name"]) for job in recording.all("Job")}
        assert re.fullmatch("network-proof-[0-9a-f]{8}", found)
        return found

    plain = proof()
    assert plain == proof(), "and not while nothing changes"
    assert len({plain, proof(egress=[{"cidr": "10.1.2.3/32"}]), proof(egressCidrs=["10.1.2.3/32"])}) == 3
    monkeypatch.setattr("components.network.policies.CONNECTIONS", CONNECTIONS[1:])
    assert proof() != plain, "a version with another table"
