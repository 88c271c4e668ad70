"""The Pipeline: clone the pushed commit, then build each image, all at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from components.tasks import Object, build_image, git_clone

NAME = "github-trigger-pipeline"
SOURCE = "pipeline-pvc"
SSH, BASIC_AUTH, REGISTRY_AUTH = "git-credentials", "git-basic-auth", "registry-auth"


@dataclass(frozen=True, kw_only=True)
class Build:
    """One image of the repository."""

    name: str
    repository: str
    """Where it goes, without a tag."""
    context: str
    dockerfile: str


def spec(url: str, builds: Sequence[Build], insecure_registry: str) -> Object:
    """PipelineSpec (tekton.dev/v1). `insecure_registry` is HOST:PORT, or empty.

    The URL, the images and the credentials are the settings'; the revision is all that a payload decides.
    """
    return {
        "description": "Builds the images of one commit and pushes them.",
        "params": [
            {"name": "revision", "type": "string", "description": "The commit to build."},
            {"name": "git_url", "type": "string", "default": url, "description": "The repository to clone."},
        ],
        "workspaces": [
            {"name": SOURCE, "description": "A volume for the checkout, one per run."},
            {"name": SSH, "optional": True, "description": "Key for clones over SSH."},
            {"name": BASIC_AUTH, "optional": True, "description": "User and password for clones over HTTP."},
            {"name": REGISTRY_AUTH, "optional": True, "description": "Credentials for the registry."},
        ],
        "results": [
            {
                "name": f"{build.name}-image",
                "description": f"The image {build.name}, by tag and digest.",
                "value": f"{_result(build, 'IMAGE_URL')}@{_result(build, 'IMAGE_DIGEST')}",
            }
            for build in builds
        ],
        "tasks": [
            {
                "name": "clone",
                "taskRef": {"kind": "Task", "name": git_clone.NAME},
                "params": _params(url="$(params.git_url)", revision="$(params.revision)"),
                "workspaces": _workspaces(
                    **{"output": SOURCE, "ssh-directory": SSH, "basic-auth": BASIC_AUTH}
                ),
            },
            *(_build(build, insecure_registry) for build in builds),
        ],
    }


def _build(build: Build, insecure_registry: str) -> Object:
    return {
        "name": _task(build),
        "taskRef": {"kind": "Task", "name": build_image.NAME},
        "runAfter": ["clone"],
        "params": _params(
            image=build.repository,
            tag="$(tasks.clone.results.commit_short)",
            context=build.context,
            dockerfile=build.dockerfile,
            insecureRegistry=insecure_registry,
        ),
        "workspaces": _workspaces(**{"source": SOURCE, "registry-auth": REGISTRY_AUTH}),
    }


def _task(build: Build) -> str:
    return f"build-and-push-{build.name}"


def _result(build: Build, name: str) -> str:
    return f"$(tasks.{_task(build)}.results.{name})"


def _params(**values: str) -> list[Object]:
    return [{"name": name, "value": value} for name, value in values.items()]


def _workspaces(**names: str) -> list[Object]:
    return [{"name": name, "workspace": workspace} for name, workspace in names.items()]
