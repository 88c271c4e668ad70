"""Who may connect to what, as objects: the sandbox's network enforces none of it."""

from pathlib import Path
from typing import Any

import pytest

from tests.manifests import served
from tests.program import SECRETS, config, run
from tests.recorded import Recording


def deploy(tmp_path: Path, kind: str = "traefik", **given: Any) -> Recording:
    settings = {**config(tmp_path / "kubeconfig"), "ingress": {"kind": kind}, **given}
    with served() as mirror, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        return run({**settings, "releaseMirror": mirror}, SECRETS)


def policy(recording: Recording, name: str, namespace: str) -> Any:
    spec = recording.one("NetworkPolicy", name, namespace).plain()["spec"]
    assert spec["policyTypes"] == ["Ingress"]
    return spec


def test_the_listener_is_reached_by_way_of_the_controller_alone(tmp_path: Path) -> None:
    spec = policy(deploy(tmp_path), "from-ingress", "builds-webhook")
    assert spec["podSelector"] == {"matchLabels": {"eventlistener": "github-listener"}}
    assert spec["ingress"] == [
        {
            "from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress"}}}],
            "ports": [{"protocol": "TCP", "port": 8080}],
        }
    ]


def test_a_listener_with_a_load_balancer_of_its_own_is_open(tmp_path: Path) -> None:
    recording = deploy(tmp_path, "none")
    names = [one.plain()["metadata"]["name"] for one in recording.all("NetworkPolicy")]
    assert "from-ingress" not in names, "a load balancer's connections have any address"


def test_nobody_calls_a_build(tmp_path: Path) -> None:
    spec = policy(deploy(tmp_path), "from-nobody", "builds")
    assert spec["podSelector"] == {"matchLabels": {}}, "every pod of the namespace"
    assert spec["ingress"] == []


def test_no_build_may_ask_the_interceptors_that_read_every_secret(tmp_path: Path) -> None:
    spec = policy(deploy(tmp_path), "from-listeners", "tekton-pipelines")
    assert spec["podSelector"] == {"matchLabels": {"app.kubernetes.io/name": "core-interceptors"}}
    ((source,),) = [rule["from"] for rule in spec["ingress"]]
    assert source["podSelector"] == {"matchLabels": {"app.kubernetes.io/managed-by": "EventListener"}}
    (expression,) = source["namespaceSelector"]["matchExpressions"]
    assert expression == {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["builds"]}


def test_nobody_reaches_the_dashboard_round_its_login(tmp_path: Path) -> None:
    spec = policy(deploy(tmp_path), "dashboard-from-ingress", "tekton-pipelines")
    (rule,) = spec["ingress"]
    assert rule["ports"] == [{"protocol": "TCP", "port": 9097}]
    (source,) = rule["from"]
    assert set(source) == {"namespaceSelector", "podSelector"}, "both, or a label of anybody's gets in"


def test_a_build_calls_the_internet_and_what_the_settings_add_but_no_neighbour(tmp_path: Path) -> None:
    recording = deploy(tmp_path, builder={"egressCidrs": ["10.1.2.3/32"]})
    spec = recording.one("NetworkPolicy", "to-internet", "builds").plain()["spec"]
    assert spec["podSelector"] == {}, "every pod of the namespace"
    assert spec["policyTypes"] == ["Egress"]
    names, reached = spec["egress"]
    assert {one["port"] for one in names["ports"]} == {53}, "no other port of kube-system"
    internet, registry = (one["ipBlock"] for one in reached["to"])
    assert internet["cidr"] == "0.0.0.0/0"
    assert {"10.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"} <= set(internet["except"])
    assert registry == {"cidr": "10.1.2.3/32"}
