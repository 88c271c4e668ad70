"""Many repositories: each has a Pipeline of its own, and one listener for all."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines import pipeline
from pipelines.pipeline import Build, GitSource
from pipelines.tasks import BUILD_IMAGE
from sandbox.forge.ssh_key import SshKey
from tests.support.manifests import served
from tests.support.program import SECRETS, config, run
from tests.support.recorded import Recording
from tests.unit.settings.loading import load, refusal

Given = dict[str, Any]
IMAGES = [{"name": name, "context": name} for name in ("api", "web", "jobs", "docs")]


@pytest.fixture
def given(tmp_path: Path) -> Given:
    return config(tmp_path / "kubeconfig")


def repository(number: int, **other: Any) -> Given:
    return {
        "url": f"https://git.example.com/team/app-{number}.git",
        "namespace": f"app-{number}",
        "images": IMAGES,
        **other,
    }


def deploy(given: Given, tmp_path: Path, repositories: list[Given], **secrets: str) -> Recording:
    with served() as mirror, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        return run({**given, "repositories": repositories, "releaseMirror": mirror}, {**SECRETS, **secrets})


def names(recording: Recording, kind: str) -> list[str]:
    return [one.plain()["metadata"]["name"] for one in recording.all(kind)]


def table(recording: Recording, number: int = 0) -> dict[str, dict[str, str]]:
    """What the listener looks up for a push, by repository and ref."""
    one = recording.one("EventListener", "github-listener").plain()["spec"]["triggers"][number]
    (overlay,) = [each["value"] for each in one["interceptors"][1]["params"] if each["name"] == "overlays"]
    expression = overlay[0]["expression"]
    found: dict[str, dict[str, str]] = json.loads(expression[: expression.index("}[") + 1])
    return found


def test_fifty_repositories_of_four_images_have_what_they_need(given: Given, tmp_path: Path) -> None:
    recording = deploy(given, tmp_path, [repository(number) for number in range(50)])
    assert len(set(names(recording, "Pipeline"))) == 50
    found = table(recording)
    assert set(found) == {f"team/app-{number} refs/heads/main" for number in range(50)}
    assert {one["pipeline"] for one in found.values()} == set(names(recording, "Pipeline"))


def test_fifty_repositories_that_are_cloned_alike_are_one_question_to_the_interceptors(
    given: Given, tmp_path: Path
) -> None:
    """One for each, all at once, is more than they answer in time, and such a push is lost."""
    recording = deploy(given, tmp_path, [repository(number) for number in range(50)])
    (one,) = recording.one("EventListener", "github-listener").plain()["spec"]["triggers"]
    assert one["template"]["ref"] == "github-template"
    assert names(recording, "TriggerTemplate") == ["github-template"]


def test_more_branches_than_tekton_reads_in_one_expression_are_several_triggers(
    given: Given, tmp_path: Path
) -> None:
    branches = [f"release/{'x' * 60}-{number}" for number in range(20)]
    recording = deploy(given, tmp_path, [repository(number, branches=branches) for number in range(30)])
    triggers = recording.one("EventListener", "github-listener").plain()["spec"]["triggers"]
    assert len({one["name"] for one in triggers}) == len(triggers)
    assert {one["template"]["ref"] for one in triggers} == set(names(recording, "TriggerTemplate"))
    tables = [table(recording, number) for number in range(len(triggers))]
    assert sum(len(one) for one in tables) == 30 * 20
    longest = max(len(json.dumps(one)) for one in tables)
    assert longest < 100_000, f"cel-go refuses an expression of {longest} characters, and every push with it"


def test_the_first_keeps_the_tutorials_names_and_the_others_say_whose_they_are(
    given: Given, tmp_path: Path
) -> None:
    recording = deploy(given, tmp_path, [repository(0), repository(1)])
    assert names(recording, "Pipeline") == [
        "github-trigger-pipeline",
        "github-trigger-pipeline-team-app-1",
    ]


def test_a_push_starts_the_pipeline_of_its_own_repository(given: Given, tmp_path: Path) -> None:
    recording = deploy(given, tmp_path, [repository(0), repository(1)])
    assert table(recording)["team/app-1 refs/heads/main"]["pipeline"] == "github-trigger-pipeline-team-app-1"
    spec = recording.one("Pipeline", "github-trigger-pipeline-team-app-1").plain()["spec"]
    (url,) = [one["default"] for one in spec["params"] if one["name"] == "git_url"]
    assert url == "https://git.example.com/team/app-1.git"


def test_images_go_below_the_repositorys_own_path(given: Given, tmp_path: Path) -> None:
    recording = deploy(given, tmp_path, [repository(0), repository(1)])
    spec = recording.one("Pipeline", "github-trigger-pipeline-team-app-1").plain()["spec"]
    images = [
        param["value"] for task in spec["tasks"] for param in task["params"] if param["name"] == "image"
    ]
    assert images[0] == "registry.example.com:5000/apps/app-1/api"


def test_a_clone_is_given_what_opens_its_own_server_alone(given: Given, tmp_path: Path) -> None:
    recording = deploy(
        given,
        tmp_path,
        [repository(0), repository(1, url="git@github.com:team/app-1.git")],
        gitSshKey=SshKey.generate().private,
    )
    bound = []
    for name in ("github-template", "github-template-team-app-1"):
        (run_,) = recording.one("TriggerTemplate", name).plain()["spec"]["resourcetemplates"]
        bound.append({one["name"] for one in run_["spec"]["workspaces"]} - {"pipeline-pvc"})
    assert bound == [{"git-basic-auth", "registry-auth"}, {"git-credentials", "registry-auth"}]


@pytest.mark.parametrize(
    ("full_name", "name"),
    [
        ("team/shop", "base-team-shop"),
        ("team/my-shop", "base-team-my-shop"),
        ("my-team/shop", "base-my-team-shop-"),
        ("team/shop.js", "base-team-shop-js-"),
        ("group/team/shop", "base-group-team-shop-"),
        ("team/" + "long" * 20, "base-team-longlonglong"),
    ],
)
def test_names_are_readable_where_they_can_be_and_unique_always(full_name: str, name: str) -> None:
    made = pipeline.named("base", full_name)
    assert made.startswith(name)
    assert len(made) <= len("base-") + 37
    if not name.endswith("-") and len(name) < 22:
        assert made == name


def test_two_repositories_never_share_a_name() -> None:
    pairs = ("my-team/shop", "my/team-shop", "my/team/shop", "my/team.shop", "my_team/shop")
    assert len({pipeline.named("base", one) for one in pairs}) == len(pairs)


@pytest.mark.parametrize(
    ("parallel", "after"), [(1, ["clone", "a", "b", "c"]), (2, ["clone", "clone", "a", "b"])]
)
def test_no_more_images_of_a_commit_are_built_at_once_than_is_said(parallel: int, after: list[str]) -> None:
    builds = [
        Build(name=name, server="s", namespace="", context=".", dockerfile="Dockerfile") for name in "abcd"
    ]
    spec = pipeline.spec(
        GitSource(url="https://git.example.com/a/b.git"), builds, task=BUILD_IMAGE.name, parallel=parallel
    )
    found = [task["runAfter"][0].removeprefix("build-and-push-") for task in spec["tasks"][1:]]
    assert found == after, "each waits for the one that had its place"


@pytest.mark.parametrize(
    ("repositories", "words"),
    [
        ([repository(0), repository(0)], "must have every repository once, and team/app-0 stands there"),
        (
            [repository(0, namespace=""), repository(1, namespace="")],
            "team/app-0 and team/app-1 both have api: give one of the repositories a `namespace`",
        ),
        (
            [repository(0), repository(1, url="https://other.example.com/team/app-1.git")],
            "gitUsername is one server's, but the repositories are on git.example.com and other.example.com",
        ),
    ],
)
def test_what_could_not_be_told_apart_is_one_sentence(
    given: Given, repositories: list[Given], words: str
) -> None:
    (sentence,) = refusal({**given, "repositories": repositories})
    assert words in sentence


def test_the_number_of_builds_at_once_has_bounds(given: Given) -> None:
    (sentence,) = refusal({**given, "builder": {"parallel": 0}})
    assert sentence == "builder.parallel is 0, but must be at least 1"
    assert load({**given, "builder": {"parallel": 32}}).builder.parallel == 32


def test_the_listener_outlives_a_node(given: Given, tmp_path: Path) -> None:
    recording = deploy(given, tmp_path, [repository(0)])
    listener = recording.one("EventListener", "github-listener").plain()["spec"]
    assert listener["resources"]["kubernetesResource"]["replicas"] == 2
    budget = recording.one("PodDisruptionBudget", "github-listener", "builds-webhook").plain()["spec"]
    assert budget == {
        "maxUnavailable": 1,
        "selector": {"matchLabels": {"eventlistener": "github-listener"}},
        "unhealthyPodEvictionPolicy": "AlwaysAllow",
    }
