"""The proxy in front of the Dashboard: what it is told, what it must have, and who reaches what."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.network.connections import PODS
from tests.support.program import config
from tests.support.recorded import SECRET_MARK, Recording
from tests.unit.components.dashboard.test_dashboard import GITHUB, OIDC, deploy
from tests.unit.components.network.test_network_policy import peer, policy, tcp

BASIC = {"kind": "basic"}
NONE = {"kind": "none"}
COMMON = {
    "--http-address=0.0.0.0:4180",
    "--upstream=http://tekton-dashboard.tekton-pipelines.svc:9097",
    "--redirect-url=http://tekton.k8s.local/oauth2/callback",
    "--cookie-secure=false",
    "--cookie-samesite=lax",
    "--pass-user-headers=true",
    "--pass-basic-auth=false",
}
NO_PROVIDER = {
    "--provider=github",
    "--client-id=none",
    "--client-secret-file=/dev/null",
    "--login-url=/oauth2/sign_in",
    "--redeem-url=http://127.0.0.1:1/",
    "--validate-url=http://127.0.0.1:1/",
    "--pass-authorization-header=true",
}
OPTIONS: list[tuple[dict[str, Any], set[str]]] = [
    (
        BASIC,
        {
            *NO_PROVIDER,
            "--htpasswd-file=/etc/dashboard-login/htpasswd",
            "--custom-templates-dir=/etc/dashboard-sign-in",
        },
    ),
    (
        GITHUB,
        {
            "--provider=github",
            "--client-id=an-id",
            "--skip-provider-button=true",
            "--pass-authorization-header=true",
            "--github-org=example",
            "--email-domain=*",
        },
    ),
    (
        OIDC,
        {
            "--provider=oidc",
            "--client-id=an-id",
            "--skip-provider-button=true",
            "--oidc-issuer-url=https://login.example.com",
            "--email-domain=example.com",
        },
    ),
    (NONE, {*NO_PROVIDER, "--email-domain=*", "--skip-auth-route=^/"}),
]


def recording(tmp_path: Path, auth: dict[str, Any], *, ingress: str = "traefik", **more: Any) -> Recording:
    return deploy(config(tmp_path / "kubeconfig"), tmp_path, {"auth": auth, **more}, ingress=ingress)


def pod(stack: Recording) -> Any:
    return stack.one("Deployment", "dashboard-oauth2-proxy", "dashboard").plain()["spec"]["template"]


@pytest.mark.parametrize(("auth", "options"), OPTIONS)
def test_it_is_told_this_and_nothing_else(tmp_path: Path, auth: dict[str, Any], options: set[str]) -> None:
    (container,) = pod(recording(tmp_path, auth))["spec"]["containers"]
    assert set(container["args"]) == {*COMMON, *options}, (
        "an option less is a wall less, and one more may be a way round: a skipped route, a trusted address"
    )
    assert len(container["args"]) == len(set(container["args"]))


@pytest.mark.parametrize("auth", [BASIC, GITHUB, OIDC])
def test_nobody_is_let_through_for_a_path_an_address_or_a_token(tmp_path: Path, auth: dict[str, Any]) -> None:
    arguments = " ".join(pod(recording(tmp_path, auth))["spec"]["containers"][0]["args"])
    for word in ("skip-auth", "skip-jwt", "trusted-ip", "reverse-proxy", "ping-user-agent", "insecure"):
        assert word not in arguments


def test_a_cookie_of_https_is_never_sent_otherwise(tmp_path: Path) -> None:
    tls = {"secretName": "a", "clusterIssuer": "b"}
    (container,) = pod(recording(tmp_path, BASIC, host="tekton.example.com", tls=tls))["spec"]["containers"]
    assert "--cookie-secure=true" in container["args"]
    assert "--redirect-url=https://tekton.example.com/oauth2/callback" in container["args"]


def test_it_holds_a_hash_of_the_password_and_a_key_of_its_sessions(tmp_path: Path) -> None:
    stack = recording(tmp_path, BASIC)
    secret = stack.one("Secret", "dashboard-login", "dashboard")
    assert SECRET_MARK in secret.inputs["stringData"]
    assert secret.plain()["stringData"] == {
        "htpasswd": "admin:generated-hash",
        "cookie-secret": "generated-password",
    }
    assert stack.exports["dashboard_password"].secret


@pytest.mark.parametrize("auth", [BASIC, GITHUB])
def test_no_secret_is_on_its_command_line(tmp_path: Path, auth: dict[str, Any]) -> None:
    text = json.dumps(pod(recording(tmp_path, auth)))
    for secret in ("client-se-cret", "generated-password", "generated-hash"):
        assert secret not in text, "whoever may list pods would read it"


@pytest.mark.parametrize(
    ("auth", "variables"),
    [
        (BASIC, {"OAUTH2_PROXY_COOKIE_SECRET": "cookie-secret"}),
        (
            GITHUB,
            {
                "OAUTH2_PROXY_COOKIE_SECRET": "cookie-secret",
                "OAUTH2_PROXY_CLIENT_SECRET": "client-secret",
            },
        ),
    ],
)
def test_without_its_secret_no_pod_of_it_starts(
    tmp_path: Path, auth: dict[str, Any], variables: dict[str, str]
) -> None:
    spec = pod(recording(tmp_path, auth))["spec"]
    (container,) = spec["containers"]
    references = {one["name"]: one["valueFrom"]["secretKeyRef"] for one in container["env"]}
    assert references == {name: {"name": "dashboard-login", "key": key} for name, key in variables.items()}, (
        "an optional reference would start it without a login"
    )
    if auth is BASIC:
        volumes = {one["name"]: one for one in spec["volumes"]}
        assert volumes["login"]["secret"] == {
            "secretName": "dashboard-login",
            "items": [{"key": "htpasswd", "path": "htpasswd"}],
        }
        mounts = {one["name"]: one for one in container["volumeMounts"]}
        assert mounts["login"] == {"name": "login", "mountPath": "/etc/dashboard-login", "readOnly": True}
        assert mounts["page"] == {"name": "page", "mountPath": "/etc/dashboard-sign-in", "readOnly": True}


def test_another_password_ends_the_sessions_of_the_one_before(tmp_path: Path) -> None:
    stack = recording(tmp_path, BASIC)
    (cookie,) = [one for one in stack.all("RandomPassword") if one.name == "dashboard-cookie"]
    assert cookie.plain()["keepers"] == {"htpasswd": "admin:generated-hash"}
    assert SECRET_MARK in json.dumps(cookie.inputs["keepers"]), "a hash is guessed at where it is read"


def test_other_secrets_are_other_pods(tmp_path: Path) -> None:
    annotations = [
        pod(recording(tmp_path, {"kind": "basic", "username": name}))["metadata"]["annotations"]
        for name in ("admin", "root")
    ]
    assert annotations[0] != annotations[1], "a pod reads its Secret when it starts"


@pytest.mark.parametrize("auth", [BASIC, GITHUB, NONE])
def test_it_fits_a_restricted_namespace_and_has_no_token(tmp_path: Path, auth: dict[str, Any]) -> None:
    stack = recording(tmp_path, auth)
    labels = stack.one("Namespace", "dashboard").plain()["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    spec = pod(stack)["spec"]
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["containers"][0]["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    }


def test_without_a_controller_there_is_no_login(tmp_path: Path) -> None:
    stack = recording(tmp_path, BASIC, ingress="none")
    names = [one.plain()["metadata"]["name"] for one in stack.resources if one.kubernetes]
    assert "dashboard-oauth2-proxy" not in names
    assert "dashboard" not in [one.plain()["metadata"]["name"] for one in stack.all("Namespace")]


@pytest.mark.parametrize(("auth", "elsewhere"), [(BASIC, False), (NONE, False), (GITHUB, True), (OIDC, True)])
def test_it_answers_the_controller_and_calls_the_dashboard_alone_or_a_provider_too(
    tmp_path: Path, auth: dict[str, Any], elsewhere: bool
) -> None:
    stack = recording(tmp_path, auth)
    spec = policy(stack, "login")
    assert spec["ingress"] == [{"from": [peer("traefik")], "ports": tcp(4180)}]
    board, names = spec["egress"]
    assert board == {"to": [peer("dashboard")], "ports": tcp(9097)}
    assert {port["port"] for port in names["ports"]} == {53, 5353}
    (internet,) = policy(stack, "login-elsewhere")["egress"]
    assert internet["ports"] == tcp(443)
    labels = pod(stack)["metadata"]["labels"]
    assert PODS["login"].labels.items() <= labels.items()
    assert (PODS["login-elsewhere"].labels.items() <= labels.items()) == elsewhere, (
        "a login of which nobody elsewhere knows calls nobody there"
    )


def test_the_route_comes_when_somebody_asks_who_is_there(tmp_path: Path) -> None:
    stack = recording(tmp_path, BASIC)
    ingress = stack.one("Ingress", "dashboard", "ingress")
    for kind, name in (("Secret", "dashboard-login"), ("Deployment", "dashboard-oauth2-proxy")):
        assert stack.one(kind, name, "dashboard").urn in stack.before(ingress)


def test_what_it_is_made_of_goes_with_its_namespace(tmp_path: Path) -> None:
    stack = recording(tmp_path, BASIC)
    home = stack.one("Namespace", "dashboard").urn
    kinds = ("Secret", "ConfigMap", "Deployment", "Service")
    inside = [
        one
        for kind in kinds
        for one in stack.all(kind)
        if one.plain()["metadata"].get("namespace") == "dashboard"
    ]
    assert len(inside) == len(kinds)
    assert {one.deleted_with for one in inside} == {home}
