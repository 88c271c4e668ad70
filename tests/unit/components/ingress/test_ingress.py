"""The way in: ingress-nginx, Traefik, or the listener's own load balancer."""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from components.ingress.nginx import NginxError, split_load_balancer_service
from releases import source as releases
from settings import Settings
from tests.support.manifests import ingress_nginx, served
from tests.support.program import SECRETS, config, run
from tests.support.recorded import Recording
from tests.unit.settings.loading import refusal

HERE = "ingress-nginx"
RETIRED = {"kind": "nginx", "acceptRetired": True}
Given = dict[str, Any]


@pytest.fixture
def given(tmp_path: Path) -> Given:
    return config(tmp_path / "kubeconfig")


def deploy(given: Given, tmp_path: Path, ingress: Given, secrets: Mapping[str, str] = SECRETS) -> Recording:
    with served() as mirror, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        load = releases.load

        def with_nginx(source: releases.ReleaseSource, wanted: list[str]) -> dict[str, Any]:
            rest = load(source, [name for name in wanted if name != "ingress-nginx"])
            return {**rest, **({"ingress-nginx": ingress_nginx()} if "ingress-nginx" in wanted else {})}

        patch.setattr("releases.source.load", with_nginx)
        return run({**given, "ingress": ingress, "releaseMirror": mirror}, secrets)


def test_traefik_is_what_is_deployed_when_nothing_is_said(given: Given, tmp_path: Path) -> None:
    recording = deploy(given, tmp_path, {})
    assert recording.all("Traefik")
    assert not recording.all("Nginx")


def test_whoever_installs_nginx_is_told_that_it_is_retired(given: Given, tmp_path: Path) -> None:
    recording = deploy(given, tmp_path, RETIRED)
    assert recording.all("Nginx")
    assert [line for line in recording.logged if "retired" in line]


def test_traefiks_ingress_object_leads_nobody_past_the_limits(given: Given, tmp_path: Path) -> None:
    route = deploy(given, tmp_path, {"kind": "traefik"}).one("Ingress", "ingress-resource", "ingress").plain()
    allowed = route["metadata"]["annotations"]["nginx.ingress.kubernetes.io/allowlist-source-range"]
    assert allowed == "255.255.255.255/32"


@pytest.mark.parametrize(("kind", "service"), [("traefik", "traefik"), ("none", "exposed-ingress")])
def test_who_may_call_is_judged_by_the_callers_own_address(
    given: Given, tmp_path: Path, kind: str, service: str
) -> None:
    ranges = ["192.30.252.0/22"]
    spec = (
        deploy(given, tmp_path, {"kind": kind, "sourceRanges": ranges})
        .one("Service", service)
        .plain()["spec"]
    )
    assert spec["externalTrafficPolicy"] == "Local", "else the nodes put theirs in its place"
    if kind == "none":
        assert spec["loadBalancerSourceRanges"] == ranges
    else:
        assert "loadBalancerSourceRanges" not in spec, "people reach the Dashboard by the same balancer"
    open_to_all = deploy(given, tmp_path, {"kind": kind}).one("Service", service).plain()["spec"]
    assert not {"externalTrafficPolicy", "loadBalancerSourceRanges"} & open_to_all.keys()


def test_the_jobs_stay_when_they_are_done() -> None:
    before = ingress_nginx()
    given = copy.deepcopy(before)
    _, rest = split_load_balancer_service(given)
    jobs = [one for one in rest if one["kind"] == "Job"]
    assert len(jobs) == 2
    for job in jobs:
        assert "ttlSecondsAfterFinished" not in job["spec"], "it would be gone, and made again by every `up`"
    assert given == before, "the manifest itself stays as it was fetched"
    assert len(rest) + 1 == len(before), "nothing is lost"


def test_a_manifest_without_the_controllers_service_is_refused() -> None:
    with pytest.raises(NginxError, match="0 Services ingress-nginx-controller"):
        split_load_balancer_service([one for one in ingress_nginx() if one["kind"] != "Service"])


def test_no_route_comes_before_the_webhook_that_admits_it(given: Given, tmp_path: Path) -> None:
    recording = deploy(given, tmp_path, RETIRED)
    route = recording.one("Ingress", "ingress-resource", HERE)
    for kind, name in (
        ("Job", "ingress-nginx-admission-patch"),
        ("Deployment", "ingress-nginx-controller"),
    ):
        running = recording.one(kind, name)
        assert running.urn in route.dependencies, "its Jobs make the certificate that admits an Ingress"
    first = [one for one in recording.resources if one.name.startswith("ingress-controller:")]
    (patch,) = [one for one in first if one.name.endswith("ingress-nginx-admission-patch")]
    others = {one.urn for one in first if not one.type.endswith((":Job", ":Deployment"))}
    assert others <= set(patch.dependencies), "it puts the certificate into a configuration that is there"
    assert route.plain()["spec"]["ingressClassName"] == "nginx"


@pytest.mark.parametrize(
    ("kind", "service"),
    [("nginx", "ingress-nginx-controller"), ("traefik", "traefik"), ("none", "exposed-ingress")],
)
def test_every_kind_has_one_load_balancer_and_tells_the_cloud_what_to_make(
    given: Given, tmp_path: Path, kind: str, service: str
) -> None:
    annotations = {"service.kubernetes.io/qcloud-loadbalancer-internet-max-bandwidth-out": "10"}
    ingress = {"kind": kind, "acceptRetired": True, "loadBalancer": {"annotations": annotations}}
    recording = deploy(given, tmp_path, ingress)
    balancers = [
        one.plain()["metadata"]
        for one in recording.all("Service")
        if one.plain()["spec"].get("type") == "LoadBalancer"
    ]
    assert [meta["name"] for meta in balancers] == [service]
    assert annotations.items() <= balancers[0]["annotations"].items()
    assert recording.exports["load_balancer_ip"].value == "192.0.2.7"
    assert recording.exports["hooks_url"].value == "http://192.0.2.7/hooks"


@pytest.mark.parametrize("kind", ["nginx", "traefik", "none"])
def test_every_kind_says_what_the_settings_want_said_of_its_cluster(
    given: Given, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    annotation = {"service.cloud.tencent.com/pass-to-target": "true"}
    monkeypatch.setattr(Settings, "load_balancer_annotations", annotation)
    recording = deploy(given, tmp_path, {"kind": kind, "acceptRetired": True})
    (balancer,) = (
        one.plain() for one in recording.all("Service") if one.plain()["spec"].get("type") == "LoadBalancer"
    )
    assert annotation.items() <= balancer["metadata"]["annotations"].items()


def test_none_leads_to_the_listeners_pods_when_they_are_there(given: Given, tmp_path: Path) -> None:
    recording = deploy(given, tmp_path, {"kind": "none"})
    service = recording.one("Service", "exposed-ingress")
    assert service.plain()["spec"]["selector"] == {"eventlistener": "github-listener"}
    assert service.plain()["spec"]["ports"][0]["targetPort"] == 8080
    assert recording.one("EventListener", "github-listener").urn in recording.before(service)
    made = {one.type for one in recording.resources}
    assert "kubernetes:networking.k8s.io/v1:Ingress" not in made, "there is nobody to serve it"


@pytest.mark.parametrize("issuer", ["", "letsencrypt"])
def test_a_certificate_makes_the_url_https(given: Given, tmp_path: Path, issuer: str) -> None:
    tls = {"secretName": "hooks-tls", **({"clusterIssuer": issuer} if issuer else {})}
    recording = deploy(given, tmp_path, {"kind": "traefik", "host": "ci.example.com", "tls": tls})
    assert recording.exports["hooks_url"].value == "https://ci.example.com/hooks"
    route = recording.one("Ingress", "ingress-resource", "ingress").plain()
    assert route["spec"]["tls"] == [{"hosts": ["ci.example.com"], "secretName": "hooks-tls"}]
    ports = [port["port"] for port in recording.one("Service", "traefik").plain()["spec"]["ports"]]
    assert ports == [80, 443], "https:// is spoken on port 443"
    annotations = route["metadata"].get("annotations", {})
    assert annotations.get("cert-manager.io/cluster-issuer", "") == issuer


@pytest.mark.parametrize(
    ("ingress", "words"),
    [
        ({"kind": "haproxy"}, "ingress.kind is 'haproxy', but must be 'traefik', 'nginx' or 'none'"),
        ({"tls": {"secretName": "a"}}, "must have a host when it has tls"),
        ({"host": "a.example.com", "tls": {}}, "ingress.tls.secretName is missing"),
        (
            {"kind": "none", "host": "a.example.com", "tls": {"secretName": "a"}},
            "must have kind nginx or traefik when it has tls",
        ),
        (
            {"loadBalancer": {"annotations": {"a": 1}}},
            "ingress.loadBalancer.annotations.a is 1, but must be text",
        ),
        (
            {"sourceRanges": ["192.30.252.1/22"]},
            "ingress.sourceRanges[0] is '192.30.252.1/22', but must be a range by its first address",
        ),
        ({"host": "https://a"}, "ingress.host is 'https://a', but must be a host name in lower case"),
    ],
)
def test_a_mistake_is_one_sentence(given: Given, ingress: Given, words: str) -> None:
    (sentence,) = refusal({**given, "ingress": ingress})
    assert words in sentence


def test_without_a_certificate_there_is_no_port_for_one(given: Given, tmp_path: Path) -> None:
    recording = deploy(given, tmp_path, {"kind": "traefik"})
    ports = [port["port"] for port in recording.one("Service", "traefik").plain()["spec"]["ports"]]
    assert ports == [80], "whoever came there would meet a certificate that nobody signed"


def test_a_preview_without_nginxs_manifest_knows_no_url(given: Given, tmp_path: Path) -> None:
    with served() as mirror, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        recording = run({**given, "ingress": RETIRED, "releaseMirror": mirror}, SECRETS, preview=True)
    assert recording.all("Nginx")
    assert any("ingress-nginx" in line and "not shown" in line for line in recording.logged)
    assert recording.exports["load_balancer_ip"].value is None, "an empty address would be taken for one"
