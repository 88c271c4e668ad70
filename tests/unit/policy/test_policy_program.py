"""What the program makes breaks no policy but where its settings ask for it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from policy.rules import RULES, Resource
from tests.support import program
from tests.support.manifests import served
from tests.support.recorded import Recording

TLS = {"secretName": "hooks-tls", "clusterIssuer": "letsencrypt"}
ENCRYPTED = {"kind": "traefik", "host": "hooks.example.com", "tls": TLS}
DASHBOARD = {"host": "dashboard.example.com", "tls": TLS}
PROXY = {**DASHBOARD, "auth": {"kind": "oauth2-proxy", "clientId": "a", "githubOrg": "b"}}


def run(folder: Path, settings: Mapping[str, Any], secrets: Mapping[str, str] | None = None) -> Recording:
    with served() as mirror, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        given = {**program.config(folder / "kubeconfig"), **settings, "releaseMirror": mirror}
        return program.run(given, {**program.SECRETS, **(secrets or {})}, preview=True)


def violations(recording: Recording, stack: str) -> list[tuple[str, str]]:
    return [
        (item.name, sentence)
        for item in recording.resources
        for rule in RULES
        for sentence in rule(Resource(item.type, item.plain(), stack))
    ]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"builder": {"kind": "docker"}},
        {"builder": {"buildkitdVolumeGib": 10}},
        {"runs": {"concurrencyLimit": 2}},
        {"ingress": {"kind": "none"}},
        {"dashboard": {"auth": {"kind": "none"}}},
    ],
)
def test_no_resource_of_it_breaks_a_policy(tmp_path: Path, settings: dict[str, Any]) -> None:
    assert violations(run(tmp_path, settings), "dev") == []


@pytest.mark.parametrize("dashboard", [DASHBOARD, PROXY])
def test_in_production_with_tls_neither(tmp_path: Path, dashboard: dict[str, Any]) -> None:
    settings = {"ingress": ENCRYPTED, "dashboard": dashboard}
    recording = run(tmp_path, settings, {"dashboardClientSecret": "a"} if dashboard is PROXY else None)
    assert recording.all("Ingress"), "there is something to judge"
    assert violations(recording, "eu-production") == []


def test_the_cluster_that_the_program_makes_breaks_none(tmp_path: Path) -> None:
    """`make preview STACK=dev`: its nodes take ICMP from everywhere, which opens no port."""
    stack = yaml.safe_load((program.ROOT / "Pulumi.dev.yaml").read_text(encoding="utf-8"))
    settings = {key.partition(":")[2]: value for key, value in stack["config"].items()}
    recording = run(tmp_path, {**settings, "ingress": {"kind": "traefik"}})
    assert recording.all("GroupRuleSet"), "there is something to judge"
    assert violations(recording, "dev") == []


def test_an_api_server_for_the_world_is_refused(tmp_path: Path) -> None:
    stack = yaml.safe_load((program.ROOT / "Pulumi.dev.yaml").read_text(encoding="utf-8"))
    settings = {key.partition(":")[2]: value for key, value in stack["config"].items()}
    settings["cluster"]["apiCidrs"] = ["0.0.0.0/1", "128.0.0.0/1"]
    recording = run(tmp_path, {**settings, "ingress": {"kind": "traefik"}})
    ((name, _),) = violations(recording, "dev")
    assert name == "cluster-network-api-rules"


def test_a_listener_on_plain_http_is_refused_in_production(tmp_path: Path) -> None:
    recording = run(tmp_path, {"ingress": {"kind": "none"}})
    ((name, sentence),) = violations(recording, "prod")
    assert name == "ingress"
    assert "ingress.kind" in sentence


def test_every_policy_is_documented_in_the_order_of_the_pack() -> None:
    text = (program.ROOT / "docs" / "environments.md").read_text(encoding="utf-8")
    table = text.partition("| policy |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE) == [
        rule.__name__.replace("_", "-") for rule in RULES
    ]
