"""The Pipeline and the Tasks it names fit together, and carry the tutorial's names."""

import re
from dataclasses import replace
from typing import Any

import pytest

from components.tasks import build_image, docker_socket, git_clone, pipeline
from components.tasks.pipeline import Build

URL = "https://git.example.com/team/shop.git"
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
    git_clone.NAME: git_clone.spec("git:1"),
    build_image.NAME: build_image.spec("buildkit:1"),
    docker_socket.NAME: docker_socket.spec("docker:1-cli", "docker:1-dind"),
}


@pytest.fixture(params=[build_image.NAME, docker_socket.NAME])
def spec(request: pytest.FixtureRequest) -> dict[str, Any]:
    return pipeline.spec(URL, BUILDS, "10.0.0.2:5000", request.param, 4)


def values(params: list[dict[str, Any]]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in params}


def test_one_clone_and_then_one_build_per_image_at_once(spec: dict[str, Any]) -> None:
    order = {task["name"]: task.get("runAfter", []) for task in spec["tasks"]}
    assert order == {
        "clone": [],
        "build-and-push-frontend": ["clone"],
        "build-and-push-backend": ["clone"],
    }, "the builds wait for the clone, and not for one another"


def test_the_pushed_revision_is_what_is_cloned(spec: dict[str, Any]) -> None:
    assert values(spec["tasks"][0]["params"]) == {
        "url": "$(params.git_url)",
        "revision": "$(params.revision)",
    }
    (revision,) = [one for one in spec["params"] if one["name"] == "revision"]
    assert "default" not in revision, "without a revision, the tip of the default branch would be built"


def test_the_clone_url_is_the_settings(spec: dict[str, Any]) -> None:
    (url,) = [one for one in spec["params"] if one["name"] == "git_url"]
    assert url["default"] == URL


@pytest.mark.parametrize(("namespace", "whole"), [("", "ghcr.io/app"), ("a/b", "ghcr.io/a/b/app")])
def test_an_image_goes_to_server_namespace_and_name(namespace: str, whole: str) -> None:
    build = Build(name="app", server="ghcr.io", namespace=namespace, context=".", dockerfile="Dockerfile")
    made = pipeline.spec(URL, [build], "", build_image.NAME, 4)
    assert values(made["tasks"][1]["params"])["image"] == whole


def test_docker_is_told_the_same_in_the_tutorials_words() -> None:
    spec = pipeline.spec(URL, BUILDS, "10.0.0.2:5000", docker_socket.NAME, 4)
    assert values(spec["tasks"][2]["params"]) == {
        "image": "backend",
        "registry_url": "ghcr.io",
        "registry_mirror": "shop",
        "subdirectory": "",
        "dockerfile_path": "a/Dockerfile",
        "tag": "$(tasks.clone.results.commit_short)",
        "context": "backend",
        "insecureRegistry": "10.0.0.2:5000",
        **ORIGIN,
    }


def test_an_image_is_tagged_with_commit_and_branch_and_what_the_settings_add() -> None:
    builds = [replace(one, tags=("latest", "stable")) for one in BUILDS]
    spec = pipeline.spec(URL, builds, "10.0.0.2:5000", build_image.NAME, 4)
    assert values(spec["tasks"][2]["params"]) == {
        **ORIGIN,
        "tags": "$(params.branch_tag) latest stable",
        "cache": "buildcache",
        "image": "ghcr.io/shop/backend",
        "tag": "$(tasks.clone.results.commit_short)",
        "context": "backend",
        "dockerfile": "a/Dockerfile",
        "insecureRegistry": "10.0.0.2:5000",
    }


def test_the_run_names_every_image_by_digest(spec: dict[str, Any]) -> None:
    assert {one["name"]: one["value"] for one in spec["results"]} == {
        f"{name}-image": f"$(tasks.build-and-push-{name}.results.IMAGE_URL)"
        f"@$(tasks.build-and-push-{name}.results.IMAGE_DIGEST)"
        for name in ("frontend", "backend")
    }


def test_every_parameter_and_workspace_of_a_task_is_one_that_the_task_has(spec: dict[str, Any]) -> None:
    names = {one["name"] for one in spec["workspaces"]}
    for task in spec["tasks"]:
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
    }
    for task, result in re.findall(r"\$\(tasks\.([\w-]+)\.results\.(\w+)\)", str(spec)):
        assert result in results[task], f"{task} has no result {result}"


def test_each_credential_reaches_only_the_task_that_needs_it(spec: dict[str, Any]) -> None:
    for task in spec["tasks"]:
        used = {one["workspace"] for one in task["workspaces"]}
        if task["name"] == "clone":
            assert pipeline.REGISTRY_AUTH not in used, "the clone must not see the registry's password"
        else:
            assert not used & {pipeline.SSH, pipeline.BASIC_AUTH}, "a build must not see git's credentials"


def test_the_clone_keeps_the_tutorials_parameters_defaults_and_results() -> None:
    spec = TASKS["git-clone"]
    defaults = {one["name"]: one.get("default") for one in spec["params"]}
    assert defaults == {
        "url": None,
        "revision": "",
        "refspec": "",
        "submodules": "true",
        "depth": "1",
        "sslVerify": "true",
        "crtFileName": "ca-bundle.crt",
        "subdirectory": "",
        "sparseCheckoutDirectories": "",
        "deleteExisting": "true",
        "httpProxy": "",
        "httpsProxy": "",
        "noProxy": "",
        "verbose": "true",
        "gitInitImage": "git:1",
        "userHome": "/home/nonroot",
    }
    assert [one["name"] for one in spec["results"]] == ["commit", "commit_short", "url"]
    assert {one["name"]: one.get("optional", False) for one in spec["workspaces"]} == {
        "output": False,
        "ssh-directory": True,
        "basic-auth": True,
        "ssl-ca-directory": True,
    }


def test_docker_keeps_the_tutorials_parameters_and_defaults() -> None:
    spec = TASKS["docker-socket"]
    defaults = {one["name"]: one.get("default") for one in spec["params"]}
    assert defaults == {
        "image": None,
        "tag": None,
        "registry_url": None,
        "subdirectory": None,
        "registry_mirror": "",
        "dockerfile_path": "Dockerfile",
        "context": ".",
        # Ours: a registry without TLS, more tags than one, and labels.
        "insecureRegistry": "",
        "tags": "",
        "revision": "",
        "source": "",
    }
    assert [one["name"] for one in spec["workspaces"] if not one.get("optional")] == ["source"]
    assert (spec["steps"][0]["name"], spec["sidecars"][0]["name"]) == ("docker-build", "server")
    assert {one["name"] for one in spec["volumes"]} == {"dind-socket", "dind-storage"}


def test_every_variable_that_a_script_reads_is_given_to_it() -> None:
    for name, spec in TASKS.items():
        (step,) = spec["steps"]
        given = {one["name"] for one in step["env"]}
        read = set(re.findall(r"\$\{?((?:PARAM|WORKSPACE|RESULT)_[A-Z_]+)", step["script"]))
        assert read <= given, f"{name}: with set -u the script ends at {read - given}"
