"""The Dashboard: from its release, read-only, and reached by way of its login alone."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.manifests import served
from tests.support.program import SECRETS, config, run
from tests.support.recorded import Recording
from tests.unit.settings.loading import load, refusal

Given = dict[str, Any]
GITHUB = {"kind": "oauth2-proxy", "clientId": "an-id", "githubOrg": "example"}
OIDC = {
    "kind": "oauth2-proxy",
    "provider": "oidc",
    "clientId": "an-id",
    "issuer": "https://login.example.com",
    "emailDomains": ["example.com"],
}
CLIENT = {"dashboardClientSecret": "client-se-cret"}


@pytest.fixture
def given(tmp_path: Path) -> Given:
    return config(tmp_path / "kubeconfig")


def deploy(given: Given, tmp_path: Path, dashboard: Given, *, ingress: str = "traefik") -> Recording:
    with served() as mirror, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        settings = {**given, "dashboard": dashboard, "ingress": {"kind": ingress}, "releaseMirror": mirror}
        return run(settings, {**SECRETS, **CLIENT})


def route(recording: Recording) -> Any:
    return recording.one("Ingress", "dashboard", "ingress").plain()


@pytest.mark.parametrize(
    ("read_only", "argument"), [(True, "--read-only=true"), (False, "--read-only=false")]
)
def test_the_release_is_the_one_that_only_shows_unless_set_otherwise(
    given: Given, tmp_path: Path, read_only: bool, argument: str
) -> None:
    recording = deploy(given, tmp_path, {} if read_only else {"readOnly": False})
    deployment = recording.one("Deployment", "tekton-dashboard").plain()
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert container["args"] == [argument]


def test_it_is_reached_under_the_tutorials_names(given: Given, tmp_path: Path) -> None:
    recording = deploy(given, tmp_path, {})
    (rule,) = route(recording)["spec"]["rules"]
    assert rule["host"] == "tekton.k8s.local"
    (path,) = rule["http"]["paths"]
    assert (path["path"], path["pathType"]) == ("/", "Prefix")
    assert recording.exports["dashboard_url"].value == "http://tekton.k8s.local"


@pytest.mark.parametrize("auth", [{"kind": "basic"}, GITHUB, OIDC, {"kind": "none"}])
def test_the_one_route_leads_to_the_login_and_no_annotation_decides(
    given: Given, tmp_path: Path, auth: Given
) -> None:
    recording = deploy(given, tmp_path, {"auth": auth})
    (path,) = route(recording)["spec"]["rules"][0]["http"]["paths"]
    assert path["backend"]["service"] == {"name": "dashboard-backend", "port": {"number": 4180}}
    service = recording.one("Service", "dashboard-backend", "ingress").plain()["spec"]
    assert service["externalName"] == "dashboard-oauth2-proxy.dashboard.svc"
    assert "auth" not in str(route(recording)["metadata"]["annotations"])
    namespaces = [one.plain()["metadata"]["namespace"] for one in recording.all("Ingress") if one.kubernetes]
    assert set(namespaces) == {"ingress"}, "whoever serves a route elsewhere may read the Secrets there"


def test_a_password_without_a_certificate_is_warned_of(given: Given, tmp_path: Path) -> None:
    words = "passwords and cookies of its login travel in the clear"
    assert any(words in line for line in deploy(given, tmp_path, {}).logged)
    tls = deploy(given, tmp_path, {"host": "tekton.example.com", "tls": {"secretName": "a"}})
    assert not any(words in line for line in tls.logged)
    assert tls.exports["dashboard_url"].value == "https://tekton.example.com"
    ports = [port["port"] for port in tls.one("Service", "traefik").plain()["spec"]["ports"]]
    assert ports == [80, 443]


def test_no_login_is_said_aloud(given: Given, tmp_path: Path) -> None:
    recording = deploy(given, tmp_path, {"auth": {"kind": "none"}, "readOnly": False})
    assert any("sees every run, and starts and deletes them" in line for line in recording.logged)
    assert "dashboard_password" not in recording.exports


def test_without_an_ingress_a_port_is_forwarded(given: Given, tmp_path: Path) -> None:
    recording = deploy(given, tmp_path, {}, ingress="none")
    (line,) = [line for line in recording.logged if "port-forward" in line]
    assert "kubectl -n tekton-pipelines port-forward service/tekton-dashboard 9097" in line
    assert recording.exports["dashboard_url"].value == "http://localhost:9097"
    assert "dashboard_password" not in recording.exports, "nobody asks for one"


def test_off_means_that_nothing_of_it_is_there(given: Given, tmp_path: Path) -> None:
    recording = deploy(given, tmp_path, {"enabled": False})
    whole = json.dumps([[one.type, one.plain()] for one in recording.resources])
    assert "dashboard" not in whole.lower()
    assert "dashboard_url" not in recording.exports


@pytest.mark.parametrize(
    ("dashboard", "words"),
    [
        (
            {"auth": {"kind": "ldap"}},
            "dashboard.auth.kind is 'ldap', but must be 'basic' or 'oauth2-proxy' or",
        ),
        ({"auth": {"kind": "oauth2-proxy", "githubOrg": "a"}}, "dashboard.auth.clientId is missing"),
        ({"auth": {"kind": "oauth2-proxy", "clientId": "a"}}, "must have githubOrg or emailDomains"),
        ({"auth": {**OIDC, "issuer": ""}}, "must have an issuer with provider oidc"),
        ({"auth": {**OIDC, "emailDomains": []}}, "needs at least one entry"),
        ({"auth": {**OIDC, "githubOrg": "a"}}, "must have no githubOrg with provider oidc"),
        ({"auth": {**GITHUB, "issuer": "https://a"}}, "must have no issuer with provider github"),
        ({"auth": {"kind": "basic", "username": "a:b"}}, "must be 1 to 64 letters, digits and . _ -"),
        ({"host": ""}, "dashboard is {'host': ''}, but must have a host"),
        ({"readonly": True}, "dashboard.readonly is no setting"),
    ],
)
def test_a_mistake_is_one_sentence(given: Given, dashboard: Given, words: str) -> None:
    (sentence,) = refusal({**given, "dashboard": dashboard}, {**SECRETS, **CLIENT})
    assert words in sentence


def test_a_missing_client_secret_is_told_with_its_command(given: Given) -> None:
    (sentence,) = refusal({**given, "dashboard": {"auth": GITHUB}})
    assert "pulumi config set --secret dashboardClientSecret" in sentence
    assert load({**given, "dashboard": {"auth": GITHUB}}, {**SECRETS, **CLIENT}).dashboard.enabled
