"""ingress-nginx's release, cut to its own namespace."""

import copy
from pathlib import Path

import pytest

from components.ingress.nginx import NginxError, confined
from components.kube.priority import INFRASTRUCTURE
from tests.support.manifests import ingress_nginx
from tests.support.program import config
from tests.support.rights import rights
from tests.unit.components.ingress.test_ingress import HERE, RETIRED, deploy
from tests.unit.policy.test_policy_releases import UPSTREAM, objects


def test_nginx_reads_no_namespace_but_its_own() -> None:
    before = ingress_nginx()
    given = copy.deepcopy(before)
    confined_objects = confined(given)
    assert given == before, "the manifest itself stays as it was fetched"
    by_kind = {one["kind"]: one for one in confined_objects}
    assert by_kind["ClusterRole"]["rules"] == [
        {
            "apiGroups": ["networking.k8s.io"],
            "resources": ["ingressclasses"],
            "verbs": ["get", "list", "watch"],
        },
        {"apiGroups": [""], "resources": ["nodes"], "verbs": ["get"]},
    ], "as released, it lists every Secret of the cluster"
    (container,) = by_kind["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert container["args"][-1] == "--watch-namespace=$(POD_NAMESPACE)", (
        "without it the informers ask for the whole cluster, and wait for ever"
    )
    assert by_kind["Role"] == next(one for one in before if one["kind"] == "Role")


def test_what_is_deployed_is_confined_and_has_what_a_release_lacks(tmp_path: Path) -> None:
    recording = deploy(config(tmp_path / "kubeconfig"), tmp_path, RETIRED)
    role = recording.one("ClusterRole", HERE).plain()
    assert {resource for rule in role["rules"] for resource in rule["resources"]} == {
        "ingressclasses",
        "nodes",
    }
    pod = recording.one("Deployment", "ingress-nginx-controller").plain()["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert "--watch-namespace=$(POD_NAMESPACE)" in container["args"]
    assert pod["priorityClassName"] == INFRASTRUCTURE
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}


READ = "get list watch"
RIGHTS = {
    # Upstream's Role, as it is.
    "ingress-nginx/ingress-nginx in ingress-nginx": {
        "namespaces": "get",
        "configmaps": READ,
        "pods": READ,
        "secrets": READ,
        "endpoints": READ,
        "services": READ,
        "networking.k8s.io/ingresses": READ,
        "networking.k8s.io/ingresses/status": "update",
        "networking.k8s.io/ingressclasses": READ,
        "coordination.k8s.io/leases = ingress-nginx-leader": "get update",
        "coordination.k8s.io/leases": "create",
        "events": "create patch",
        "discovery.k8s.io/endpointslices": "list watch get",
    },
    # As released, it lists every Secret of the cluster.
    "ingress-nginx/ingress-nginx everywhere": {"networking.k8s.io/ingressclasses": READ, "nodes": "get"},
    # Of the Jobs that make the certificate of its admission.
    "ingress-nginx/ingress-nginx-admission in ingress-nginx": {"secrets": "get create"},
    "ingress-nginx/ingress-nginx-admission everywhere": {
        "admissionregistration.k8s.io/validatingwebhookconfigurations": "get update"
    },
}


def test_the_release_that_dev_installs_may_do_this_and_nothing_else() -> None:
    release = list(objects(UPSTREAM / "ingress-nginx-v1.15.1.yaml"))
    (deployment,) = [one for one in release if one["kind"] == "Deployment"]
    deployment["spec"]["template"]["spec"]["containers"][0]["args"] = ["/nginx-ingress-controller"]
    assert rights(confined(release)) == RIGHTS


@pytest.mark.parametrize("needed", ["configmaps", "secrets", "services", "ingresses", "endpointslices"])
@pytest.mark.parametrize(
    "less", [{"verbs": ["get"]}, {"resourceNames": ["a"]}], ids=["no list", "one of them"]
)
def test_nothing_less_is_enough_for_what_it_reads(needed: str, less: dict[str, list[str]]) -> None:
    given = ingress_nginx()
    (role,) = [one for one in given if one["kind"] == "Role"]
    split = []
    for rule in role["rules"]:
        resources = [one for one in rule["resources"] if one != needed]
        split += [{**rule, "resources": resources}] if resources else []
        split += [{**rule, "resources": [needed], **less}] if needed in rule["resources"] else []
    role["rules"] = split
    with pytest.raises(NginxError, match=f"does not list and watch {needed}, without which"):
        confined(given)


def test_two_of_what_must_be_one_are_refused() -> None:
    given = ingress_nginx()
    with pytest.raises(NginxError, match="2 Roles ingress-nginx"):
        confined([*given, *[one for one in given if one["kind"] == "Role"]])


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("Role", "0 Roles ingress-nginx"),
        ("ClusterRole", "0 ClusterRoles ingress-nginx"),
        ("Deployment", "0 Deployments ingress-nginx-controller"),
    ],
)
def test_a_manifest_that_cannot_be_confined_is_refused(kind: str, words: str) -> None:
    with pytest.raises(NginxError, match=words):
        confined([one for one in ingress_nginx() if one["kind"] != kind])


def test_a_role_that_is_not_enough_for_one_namespace_is_refused() -> None:
    objects = ingress_nginx()
    (role,) = [one for one in objects if one["kind"] == "Role"]
    role["rules"] = role["rules"][1:]
    with pytest.raises(NginxError, match="does not list and watch configmaps, secrets, services"):
        confined(objects)


def test_a_controller_that_takes_no_arguments_is_refused() -> None:
    objects = ingress_nginx()
    (deployment,) = [one for one in objects if one["kind"] == "Deployment"]
    deployment["spec"]["template"]["spec"]["containers"][0]["args"] = ["/other"]
    with pytest.raises(NginxError, match="no container with the argument /nginx-ingress-controller"):
        confined(objects)


def test_nginx_is_told_of_the_webhooks_limits(tmp_path: Path) -> None:
    given = config(tmp_path / "kubeconfig")
    recording = deploy(given, tmp_path, {**RETIRED, "sourceRanges": ["192.30.252.0/22", "2a0a:a440::/29"]})
    annotations = recording.one("Ingress", "ingress-resource", HERE).plain()["metadata"]["annotations"]
    prefix = "nginx.ingress.kubernetes.io/"
    assert {key.removeprefix(prefix): value for key, value in annotations.items() if prefix in key} == {
        "proxy-body-size": "26m",
        "limit-rps": "50",
        "limit-burst-multiplier": "2",
        "limit-connections": "100",
        "whitelist-source-range": "192.30.252.0/22,2a0a:a440::/29",
    }
