"""Who is told of a build, and who gets the token for it."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.manifests import served
from tests.support.program import SECRETS, config, run
from tests.support.recorded import Recording
from tests.unit.settings.loading import refusal

API = "https://git.example.com/api/v1"


@pytest.fixture
def given(tmp_path: Path) -> dict[str, Any]:
    found = config(tmp_path / "kubeconfig")
    first = {**found["repositories"][0], "url": "https://git.example.com/team/shop.git"}
    other = {**first, "url": "https://elsewhere.example.com/team/web.git", "namespace": "web"}
    for key in ("gitUsername", "gitPassword"):
        found.pop(key, None)
    return {**found, "repositories": [first, other], "commitStatus": {"api": API}}


def deploy(given: dict[str, Any], tmp_path: Path, **secrets: str) -> Recording:
    known = {key: value for key, value in SECRETS.items() if key != "gitPassword"}
    with served() as mirror, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        return run({**given, "releaseMirror": mirror}, {**known, **secrets})


def bound(recording: Recording, template: str) -> set[str]:
    (made,) = recording.one("TriggerTemplate", template).plain()["spec"]["resourcetemplates"]
    return {one["name"] for one in made["spec"]["workspaces"]}


def test_the_token_is_bound_for_repositories_of_that_forge_alone(
    given: dict[str, Any], tmp_path: Path
) -> None:
    recording = deploy(given, tmp_path, statusToken="a-token")
    assert recording.one("Secret", "status-token", "builds").plain()["stringData"] == {"token": "a-token"}
    assert "status-token" in bound(recording, "github-template")
    assert "status-token" not in bound(recording, "github-template-team-web"), "another forge's"
    ours = recording.one("Pipeline", "github-trigger-pipeline").plain()["spec"]
    (report,) = ours["finally"]
    told = {one["name"]: one["value"] for one in report["params"]}
    assert (told["api"], told["repository"]) == (API, "team/shop")
    assert told["context"].startswith("tekton-builds/"), "two stacks may build one repository"
    assert "finally" not in recording.one("Pipeline", "github-trigger-pipeline-team-web").plain()["spec"]


def test_the_link_is_the_dashboards_page(given: dict[str, Any], tmp_path: Path) -> None:
    given["dashboard"] = {"host": "tekton.example.com", "tls": {"secretName": "dashboard-tls"}}
    recording = deploy(given, tmp_path, statusToken="a-token")
    (report,) = recording.one("Pipeline", "github-trigger-pipeline").plain()["spec"]["finally"]
    (link,) = [one["value"] for one in report["params"] if one["name"] == "link"]
    assert link == "https://tekton.example.com/#/namespaces/builds/pipelineruns/"


def test_without_a_token_there_is_neither_task_nor_secret(given: dict[str, Any], tmp_path: Path) -> None:
    recording = deploy(given, tmp_path)
    assert "commit-status" not in [one.plain()["metadata"]["name"] for one in recording.all("Task")]
    assert "status-token" not in [one.plain()["metadata"]["name"] for one in recording.all("Secret")]


def test_a_token_for_a_forge_where_nothing_is_built_is_a_mistake(given: dict[str, Any]) -> None:
    given["commitStatus"] = {"api": "https://api.github.com"}
    (sentence,) = refusal(given, {"statusToken": "a-token", "registryPassword": "a"})
    assert sentence == (
        "commitStatus.api is https://api.github.com, and none of the repositories is there: give the API of "
        "their forge, or `pulumi config rm statusToken`"
    )


def test_no_base_of_an_api_is_told_what_one_is(given: dict[str, Any]) -> None:
    given["commitStatus"] = {"api": "git.example.com"}
    (sentence,) = refusal(given, {"registryPassword": "a"})
    assert "commitStatus.api is 'git.example.com', but must be the base of an API" in sentence
