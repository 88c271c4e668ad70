"""ingress-nginx's release, cut to its own namespace."""

import copy
from pathlib import Path

import pytest

from components.ingress_nginx import NginxError, confined
from tests.program import config
from tests.unit.test_ingress import HERE, RETIRED, deploy, manifest


def test_nginx_reads_no_namespace_but_its_own() -> None:
    before = manifest()
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
        confined([one for one in manifest() if one["kind"] != kind])


def test_a_role_that_is_not_enough_for_one_namespace_is_refused() -> None:
    objects = manifest()
    (role,) = [one for one in objects if one["kind"] == "Role"]
    role["rules"] = role["rules"][1:]
    with pytest.raises(NginxError, match="does not list and watch configmaps, secrets, services"):
        confined(objects)


def test_a_controller_that_takes_no_arguments_is_refused() -> None:
    objects = manifest()
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
