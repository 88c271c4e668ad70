"""What the rules of the policy pack find. That the engine runs them is shown on a cluster."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from policy import rules
from policy.rules import RULES, UNKNOWN, Resource, Rule
from tests import program
from tests.manifests import served

DEPLOYMENT, TASK = "kubernetes:apps/v1:Deployment", "kubernetes:tekton.dev/v1:Task"
MAP, LISTENER = "kubernetes:core/v1:ConfigMap", "kubernetes:triggers.tekton.dev/v1beta1:EventListener"
GROUP, CLUSTER = "tencentcloud:Security/groupRuleSet:GroupRuleSet", "tencentcloud:Kubernetes/cluster:Cluster"
DIGEST = "ghcr.io/tektoncd/a@sha256:" + "5" * 64


def workload(namespace: str = "default", **container: Any) -> dict[str, Any]:
    spec = {"containers": [{"name": "c", **container}]}
    return {"metadata": {"name": "a", "namespace": namespace}, "spec": {"template": {"spec": spec}}}


def task(name: str) -> dict[str, Any]:
    sidecar = {"name": "server", "securityContext": {"privileged": True}}
    return {"metadata": {"name": name}, "spec": {"sidecars": [sidecar]}}


def open_to(cidr: str, port: str) -> dict[str, Any]:
    return {"ingresses": [{"action": "ACCEPT", "cidrBlock": cidr, "port": port}]}


def listener(service: str) -> dict[str, Any]:
    return {"spec": {"resources": {"kubernetesResource": {"serviceType": service}}}}


EVERYTHING = {"rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]}
REFUSED: list[tuple[Rule, str, dict[str, Any]]] = [
    (rules.no_privileged_container, DEPLOYMENT, workload(securityContext={"privileged": True})),
    (rules.no_privileged_container, TASK, task("another")),
    (rules.exact_images, DEPLOYMENT, workload(image="registry.example.com:5000/a")),
    (rules.exact_images, DEPLOYMENT, workload(image="a:latest")),
    (rules.exact_images, DEPLOYMENT, workload("tekton-pipelines", image="ghcr.io/tektoncd/a:v1")),
    (rules.no_cluster_admin, "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", EVERYTHING),
    (rules.no_plain_secret, DEPLOYMENT, workload(env=[{"name": "dbPassword", "value": "a"}])),
    (rules.no_plain_secret, MAP, {"data": {"id": "-----BEGIN OPENSSH PRIVATE KEY-----\n"}}),
    (rules.no_plain_secret, MAP, {"data": {"client_secret": "a"}}),
    (rules.no_open_api_server, GROUP, open_to("0.0.0.0/0", "80,400-500")),
    (rules.no_open_api_server, GROUP, open_to("0.0.0.0/0", "ALL")),
    (rules.no_open_api_server, CLUSTER, {"clusterInternet": True}),
    (rules.tls_in_production, LISTENER, listener("LoadBalancer")),
]
TAKEN: list[tuple[Rule, str, dict[str, Any]]] = [
    (rules.no_privileged_container, TASK, task("docker-socket")),
    (rules.exact_images, DEPLOYMENT, workload("tekton-pipelines", image=DIGEST)),
    (rules.exact_images, DEPLOYMENT, workload(image="registry.example.com:5000/a:1")),
    (rules.exact_images, DEPLOYMENT, workload(image=UNKNOWN)),
    (rules.no_plain_secret, DEPLOYMENT, workload(env=[{"name": "TOKEN", "valueFrom": {"secretKeyRef": {}}}])),
    (rules.no_plain_secret, MAP, {"data": {"secretName": "a", "note": "a", "password": UNKNOWN}}),
    (rules.no_open_api_server, GROUP, open_to("0.0.0.0/0", "30000-32768")),
    (rules.no_open_api_server, GROUP, open_to("203.0.113.0/24", "443")),
    (rules.no_open_api_server, CLUSTER, {"clusterInternet": True, "clusterInternetSecurityGroup": UNKNOWN}),
    (rules.tls_in_production, LISTENER, listener("ClusterIP")),
]


def found(rule: Rule, kind: str, props: Mapping[str, Any], stack: str = "prod-eu") -> list[str]:
    return list(rule(Resource(kind, props, stack)))


@pytest.mark.parametrize(("rule", "kind", "props"), REFUSED)
def test_it_is_refused_in_one_sentence(rule: Rule, kind: str, props: dict[str, Any]) -> None:
    (sentence,) = found(rule, kind, props)
    assert "\n" not in sentence


@pytest.mark.parametrize(("rule", "kind", "props"), TAKEN)
def test_it_is_taken(rule: Rule, kind: str, props: dict[str, Any]) -> None:
    assert found(rule, kind, props) == []


def test_only_a_stack_for_production_must_have_tls() -> None:
    assert found(rules.tls_in_production, LISTENER, listener("LoadBalancer"), stack="dev") == []


@pytest.mark.parametrize(
    "builder", [{}, {"kind": "docker"}, {"sharedGib": 10}], ids=["own", "docker", "shared"]
)
def test_what_the_program_makes_breaks_none(tmp_path: Path, builder: dict[str, Any]) -> None:
    settings = {**program.config(tmp_path / "kubeconfig"), "builder": builder}
    with served() as mirror, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        recording = program.run({**settings, "releaseMirror": mirror}, program.SECRETS)
    violations = [
        (one.name, sentence)
        for one in recording.resources
        for rule in RULES
        if rule is not rules.exact_images  # the releases of these tests are no real ones
        for sentence in found(rule, one.type, one.plain(), stack="dev")
    ]
    assert violations == []
