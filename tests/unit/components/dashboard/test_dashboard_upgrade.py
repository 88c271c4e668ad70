"""A stack whose Dashboard had its login in the controller's annotations: what stays, and in which order."""

from pathlib import Path
from typing import Any

import pytest

from components.claims import claims
from tests.support.program import SECRETS, config
from tests.support.recorded import Recording, Registered
from tests.unit.components.dashboard.test_dashboard import CLIENT, GITHUB, deploy
from tests.unit.settings.loading import load

# As the engine names them, by the types of their parents; the component is the stack's own child.
BOARD = ("tekton-builds:dashboard:Dashboard", "dashboard")
PROXY = ("tekton-builds:dashboard:OAuth2Proxy", "dashboard")
ROUTE = ("tekton-builds:route:Route", "dashboard")
RANDOM = "random:index/randomPassword:RandomPassword"
NETWORKING = "kubernetes:networking.k8s.io/v1"


def lineage(stack: Recording, one: Registered) -> list[tuple[str, str]]:
    """Type and name of it and of its parents, the outermost first: what its URN is made of."""
    by_urn = {other.urn: other for other in stack.resources}
    parent = by_urn.get(one.parent)
    return [*(lineage(stack, parent) if parent else []), (one.type, one.name)]


def upgraded(tmp_path: Path, dashboard: dict[str, Any]) -> Recording:
    return deploy(config(tmp_path / "kubeconfig"), tmp_path, dashboard)


def test_user_password_and_address_stay(tmp_path: Path) -> None:
    stack = upgraded(tmp_path, {})
    (password,) = [one for one in stack.resources if one.name == "dashboard-password"]
    assert lineage(stack, password) == [BOARD, (RANDOM, "dashboard-password")], (
        "another URN would be another password"
    )
    assert password.plain() == {"length": 32, "special": False}, "another input would be another password"
    secret = stack.one("Secret", "dashboard-login", "dashboard").plain()["stringData"]
    assert secret["htpasswd"].startswith("admin:")
    assert stack.exports["dashboard_url"].value == "http://tekton.k8s.local"
    assert stack.exports["dashboard_password"].value == "generated-password"


def test_sessions_of_a_login_elsewhere_stay(tmp_path: Path) -> None:
    stack = upgraded(tmp_path, {"auth": GITHUB})
    (cookie,) = [one for one in stack.resources if one.name == "dashboard-cookie"]
    assert lineage(stack, cookie) == [BOARD, PROXY, (RANDOM, "dashboard-cookie")]
    assert cookie.plain() == {"length": 32, "special": False}, "another key would end every session"


def test_the_route_stays_what_it_is_to_the_stack(tmp_path: Path) -> None:
    stack = upgraded(tmp_path, {})
    ingress = stack.one("Ingress", "dashboard", "ingress")
    assert lineage(stack, ingress) == [BOARD, ROUTE, (f"{NETWORKING}:Ingress", "dashboard")], (
        "the one before goes when this one is there"
    )


def test_tektons_namespace_keeps_nothing_of_the_login(tmp_path: Path) -> None:
    stack = upgraded(tmp_path, {})
    kinds = {
        one.type.rpartition(":")[2]
        for one in stack.resources
        if one.kubernetes
        and not one.released
        and "dashboard" in one.name
        and one.plain()["metadata"].get("namespace") == "tekton-pipelines"
    }
    assert kinds == {"NetworkPolicy"}


@pytest.mark.parametrize(
    ("settings", "claimed"),
    [
        ({}, True),
        ({"ingress": {"kind": "none"}}, False),
        ({"dashboard": {"enabled": False}}, False),
        ({"dashboard": {"auth": GITHUB}}, True),
    ],
)
def test_a_namespace_of_that_name_that_is_somebody_elses_is_refused(
    tmp_path: Path, settings: dict[str, Any], claimed: bool
) -> None:
    secrets = {**SECRETS, **(CLIENT if "auth" in settings.get("dashboard", {}) else {})}
    stack = load({**config(tmp_path / "kubeconfig"), **settings}, secrets)
    assert (("Namespace", "dashboard") in claims(stack, {})) == claimed
