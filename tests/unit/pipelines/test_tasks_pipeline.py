"""The Pipeline and the Tasks it names fit together, and carry the tutorial's names."""

import re
from dataclasses import replace
from typing import Any

import pytest

from pipelines import pipeline
from pipelines.pipeline import Build, GitSource, Report
from pipelines.tasks import BUILD_IMAGE, COMMIT_STATUS, DOCKER_SOCKET, GIT_CLONE, build_image
from tests.support.steps import BOUNDS

URL = "https://git.example.com/team/shop.git"
SOURCE = GitSource(url=URL)
REPORT = Report(api="https://api.example.com", repository="team/shop", context="tekton-builds/dev", link="")
BUILDS = [
    Build(name=name, server="ghcr.io", namespace="shop", context=name, dockerfile=dockerfile)
    for name, dockerfile in (("frontend", "Dockerfile"), ("backend", "a/Dockerfile"))
]
ORIGIN = {
    "tags": "$(params.branch_tag)",
    "revision": "$(tasks.clone.results.commit)",
    "source": "$(params.git_url)",
}
TASKS = {
    GIT_CLONE.name: GIT_CLONE.spec(image="git:1"),
    BUILD_IMAGE.name: build_image.spec("buildkit:1", BOUNDS),
    DOCKER_SOCKET.name: DOCKER_SOCKET.spec(
        client="docker:1-cli", daemon="docker:1-dind", flags="", **BOUNDS.values
    ),
    COMMIT_STATUS.name: COMMIT_STATUS.spec(image="curl:1"),
}


@pytest.fixture(params=[BUILD_IMAGE.name, DOCKER_SOCKET.name])
def spec(request: pytest.FixtureRequest) -> dict[str, Any]:
    return pipeline.spec(
        replace(SOURCE, changed_images_only=True),
        BUILDS,
        task=request.param,
        parallel=4,
        report=REPORT,
    )


def values(params: list[dict[str, Any]]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in params}


def test_one_clone_and_then_one_build_per_image_at_once(spec: dict[str, Any]) -> None:
    order = {task["name"]: task.get("runAfter", []) for task in spec["tasks"]}
    assert order == {
        "clone": [],
        "build-and-push-frontend": ["clone"],
        "build-and-push-backend": ["clone"],
        "report-pending": [],
    }, "the builds wait for the clone, and not for one another"


def test_the_pushed_revision_is_what_is_cloned(spec: dict[str, Any]) -> None:
    assert values(spec["tasks"][0]["params"]) == {
        "url": "$(params.git_url)",
        "revision": "$(params.revision)",
        "submodules": "true",
        "lfs": "false",
        "before": "$(params.before)",
        "folders": "frontend backend",
    }
    (revision,) = [one for one in spec["params"] if one["name"] == "revision"]
    assert "default" not in revision, "without a revision, the tip of the default branch would be built"


def test_the_clone_url_is_the_settings(spec: dict[str, Any]) -> None:
    (url,) = [one for one in spec["params"] if one["name"] == "git_url"]
    assert url["default"] == URL


@pytest.mark.parametrize(("namespace", "whole"), [("", "ghcr.io/app"), ("a/b", "ghcr.io/a/b/app")])
def test_an_image_goes_to_server_namespace_and_name(namespace: str, whole: str) -> None:
    build = Build(name="app", server="ghcr.io", namespace=namespace, context=".", dockerfile="Dockerfile")
    made = pipeline.spec(SOURCE, [build], task=BUILD_IMAGE.name, parallel=4)
    assert values(made["tasks"][1]["params"])["image"] == whole


def test_docker_is_told_the_same_in_the_tutorials_words() -> None:
    spec = pipeline.spec(SOURCE, BUILDS, task=DOCKER_SOCKET.name, parallel=4)
    assert values(spec["tasks"][2]["params"]) == {
        "image": "backend",
        "registry_url": "ghcr.io",
        "registry_mirror": "shop",
        "subdirectory": "",
        "dockerfile_path": "a/Dockerfile",
        "tag": "$(tasks.clone.results.commit_short)",
        "context": "backend",
        **ORIGIN,
    }


def test_an_image_is_tagged_with_commit_and_branch_and_what_the_settings_add() -> None:
    builds = [replace(one, tags=("latest", "stable")) for one in BUILDS]
    spec = pipeline.spec(SOURCE, builds, task=BUILD_IMAGE.name, parallel=4)
    assert values(spec["tasks"][2]["params"]) == {
        **ORIGIN,
        "tags": "$(params.branch_tag) latest stable",
        "cache": "buildcache",
        "image": "ghcr.io/shop/backend",
        "tag": "$(tasks.clone.results.commit_short)",
        "context": "backend",
        "dockerfile": "a/Dockerfile",
    }


def test_a_report_is_never_in_the_way_of_a_build(spec: dict[str, Any]) -> None:
    reports = [one for one in (*spec["tasks"], *spec["finally"]) if one["name"].startswith("report-")]
    assert [one["name"] for one in reports] == ["report-pending", "report-result"]
    for one in reports:
        assert one["onError"] == "continue", "a forge that cannot be told is no reason for a build to fail"
        assert one["timeout"] == pipeline.STATUS_TIMEOUT, "nor for it to wait for ever"
    assert not any("report-pending" in str(one.get("runAfter")) for one in spec["tasks"])


def test_the_report_of_the_end_knows_how_every_task_ended(spec: dict[str, Any]) -> None:
    (report,) = spec["finally"]
    told = values(report["params"])
    assert told["outcome"] == "$(tasks.status)"
    assert told["tasks"].split() == [
        f"{one}=$(tasks.{one}.reason)"
        for one in ("clone", "build-and-push-frontend", "build-and-push-backend")
    ]
    assert told["revision"] == "$(params.revision)", "the clone's result is not there when it fails"


def test_without_a_token_nobody_is_told() -> None:
    spec = pipeline.spec(SOURCE, BUILDS, task=BUILD_IMAGE.name, parallel=4)
    assert "finally" not in spec
    assert "report-pending" not in [one["name"] for one in spec["tasks"]]
    assert pipeline.STATUS_TOKEN not in [one["name"] for one in spec["workspaces"]]


def test_an_image_is_left_alone_only_where_that_is_set() -> None:
    always = pipeline.spec(SOURCE, BUILDS, task=BUILD_IMAGE.name, parallel=4)
    assert not any("when" in one for one in always["tasks"])
    sometimes = pipeline.spec(
        replace(SOURCE, changed_images_only=True), BUILDS, task=BUILD_IMAGE.name, parallel=4
    )
    assert [one.get("when") for one in sometimes["tasks"]] == [
        None,
        *(
            [{"input": name, "operator": "in", "values": ["$(tasks.clone.results.changed[*])"]}]
            for name in ("frontend", "backend")
        ),
    ]


def test_the_run_names_every_image_by_digest(spec: dict[str, Any]) -> None:
    assert {one["name"]: one["value"] for one in spec["results"]} == {
        f"{name}-image": f"$(tasks.build-and-push-{name}.results.IMAGE_URL)"
        f"@$(tasks.build-and-push-{name}.results.IMAGE_DIGEST)"
        for name in ("frontend", "backend")
    }


def test_every_parameter_and_workspace_of_a_task_is_one_that_the_task_has(spec: dict[str, Any]) -> None:
    names = {one["name"] for one in spec["workspaces"]}
    for task in (*spec["tasks"], *spec["finally"]):
        target = TASKS[task["taskRef"]["name"]]
        params = {one["name"] for one in target["params"]}
        needed = {one["name"] for one in target["params"] if "default" not in one}
        assert needed <= set(values(task["params"])) <= params, f"{task['name']}: parameters do not fit"
        workspaces = {one["name"]: one for one in target["workspaces"]}
        for one in task["workspaces"]:
            assert one["workspace"] in names, f"{task['name']} uses a workspace the Pipeline does not have"
            optional = next(w.get("optional") for w in spec["workspaces"] if w["name"] == one["workspace"])
            assert not optional or workspaces[one["name"]].get("optional"), (
                f"{task['name']}: {one['name']} is needed, but the Pipeline's may be missing"
            )


def test_every_result_that_is_read_is_one_that_a_task_has(spec: dict[str, Any]) -> None:
    results = {
        task["name"]: {one["name"] for one in TASKS[task["taskRef"]["name"]]["results"]}
        for task in spec["tasks"]
        if "results" in TASKS[task["taskRef"]["name"]]
    }
    for task, result in re.findall(r"\$\(tasks\.([\w-]+)\.results\.(\w+)\)", str(spec)):
        assert result in results[task], f"{task} has no result {result}"


def test_each_credential_reaches_only_the_task_that_needs_it(spec: dict[str, Any]) -> None:
    for task in (*spec["tasks"], *spec["finally"]):
        used = {one["workspace"] for one in task["workspaces"]}
        if task["taskRef"]["name"] == COMMIT_STATUS.name:
            assert used == {pipeline.STATUS_TOKEN}, "a report needs its token, and no source"
            continue
        assert pipeline.STATUS_TOKEN not in used, "the token is the reports' alone"
        if task["name"] == "clone":
            assert pipeline.REGISTRY_AUTH not in used, "the clone must not see the registry's password"
        else:
            assert not used & {pipeline.SSH, pipeline.BASIC_AUTH}, "a build must not see git's credentials"


def test_every_variable_that_a_script_reads_is_given_to_it() -> None:
    for name, spec in TASKS.items():
        (step,) = spec["steps"]
        given = {one["name"] for one in step["env"]}
        read = set(re.findall(r"\$\{?((?:PARAM|WORKSPACE|RESULT)_[A-Z_]+)", step["script"]))
        assert read <= given, f"{name}: with set -u the script ends at {read - given}"
