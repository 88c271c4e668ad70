"""The Pipeline: clone the pushed commit, then build each image; and tell the forge, if there is a token."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from pipelines.tasks import Object, build_image, commit_status, docker_socket, git_clone

NAME = "github-trigger-pipeline"
SOURCE = "pipeline-pvc"
SSH, BASIC_AUTH, REGISTRY_AUTH = "git-credentials", "git-basic-auth", "registry-auth"
STATUS_TOKEN = "status-token"
CACHE = "buildcache"  # the tag beside an image with the layers of its last build


@dataclass(frozen=True, kw_only=True)
class Build:
    """One image of the repository."""

    name: str
    server: str
    """The registry's host."""
    namespace: str
    """The path between the host and the image's name; may be empty."""
    context: str
    dockerfile: str
    tags: Sequence[str] = ()
    """More tags than the commit's and the branch's."""
    cached: bool = True
    """True: its layers are kept in the registry for the next build."""
    retries: int = 0


@dataclass(frozen=True, kw_only=True)
class GitSource:
    """The repository, and what is fetched of it."""

    url: str
    submodules: bool = True
    login_urls: Sequence[str] = ()
    """URLs that the login may open, in addition to `url`."""
    lfs: bool = False
    only_changed: bool = False
    """True: a push builds only the images whose folders it changes."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """Target of a commit's status. The forge shows it as `context`."""

    api: str
    repository: str
    """OWNER/NAME."""
    context: str
    link: str
    """Address of the page on PipelineRuns, ending before a run's name; empty: there is none."""


def named(base: str, full_name: str) -> str:
    """The name of a repository's own object: `base-owner-name`, with a digest where that is not unique."""
    plain = re.fullmatch(r"[a-z0-9]+/[a-z0-9][a-z0-9-]*", full_name) and len(full_name) <= 30
    slug = re.sub(r"[^a-z0-9]+", "-", full_name)[:30].strip("-")
    return f"{base}-{slug}" if plain else f"{base}-{slug}-{sha256(full_name.encode()).hexdigest()[:6]}"


def spec(
    source: GitSource,
    builds: Sequence[Build],
    *,
    task: str,
    parallel: int,
    report: Report | None = None,
) -> Object:
    """PipelineSpec (tekton.dev/v1).

    `task` builds an image, and at most `parallel` of them run at once; without a `report`, nobody is told.
    The URL, the images and the credentials are the settings'; the revision is all that a payload decides.
    """
    return {
        "description": "Builds the images of one commit and pushes them.",
        "params": [
            {"name": "revision", "type": "string", "description": "The commit to build."},
            {"name": "branch_tag", "type": "string", "default": "", "description": "Its branch, as a tag."},
            {
                "name": "git_url",
                "type": "string",
                "default": source.url,
                "description": "The repository to clone.",
            },
            {"name": "before", "type": "string", "default": "", "description": "The commit before it."},
        ],
        "workspaces": [
            {"name": SOURCE, "description": "A volume for the checkout, one per run."},
            {"name": SSH, "optional": True, "description": "Key for clones over SSH."},
            {"name": BASIC_AUTH, "optional": True, "description": "User and password for clones over HTTP."},
            {"name": REGISTRY_AUTH, "optional": True, "description": "Credentials for the registry."},
            *([{"name": STATUS_TOKEN, "description": "What may write commit statuses."}] if report else []),
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
                "params": _params(
                    url="$(params.git_url)",
                    revision="$(params.revision)",
                    submodules=_word(source.submodules),
                    lfs=_word(source.lfs),
                    **({"loginUrls": " ".join(source.login_urls)} if source.login_urls else {}),
                    **_comparison(source, builds),
                ),
                "workspaces": _workspaces(
                    **{"output": SOURCE, "ssh-directory": SSH, "basic-auth": BASIC_AUTH}
                ),
            },
            *(
                {
                    **_build(build, task),
                    "runAfter": [_task(builds[index - parallel]) if index >= parallel else "clone"],
                    **(_if_changed(build) if source.only_changed else {}),
                }
                for index, build in enumerate(builds)
            ),
            *([_status("report-pending", report, "pending", "")] if report else []),
        ],
        **(
            {
                "finally": [
                    _status(
                        "report-result",
                        report,
                        "$(tasks.status)",
                        " ".join(
                            f"{task_name}=$(tasks.{task_name}.reason)"
                            for task_name in ("clone", *map(_task, builds))
                        ),
                    )
                ]
            }
            if report
            else {}
        ),
    }


def _comparison(source: GitSource, builds: Sequence[Build]) -> dict[str, str]:
    if not source.only_changed:
        return {}
    return {"before": "$(params.before)", "folders": " ".join(build.context for build in builds)}


def _if_changed(build: Build) -> Object:
    return {
        "when": [{"input": build.context, "operator": "in", "values": ["$(tasks.clone.results.changed[*])"]}]
    }


def _status(name: str, report: Report, outcome: str, tasks: str) -> Object:
    return {
        "name": name,
        "taskRef": {"kind": "Task", "name": commit_status.NAME},
        # Whatever becomes of it, the build is what it is.
        "onError": "continue",
        "timeout": commit_status.TIMEOUT,
        "params": _params(
            api=report.api,
            repository=report.repository,
            revision="$(params.revision)",
            context=report.context,
            run="$(context.pipelineRun.name)",
            namespace="$(context.pipelineRun.namespace)",
            link=report.link,
            outcome=outcome,
            tasks=tasks,
        ),
        "workspaces": _workspaces(**{commit_status.TOKEN: STATUS_TOKEN}),
    }


def _build(build: Build, task: str) -> Object:
    return {
        "name": _task(build),
        "taskRef": {"kind": "Task", "name": task},
        **({"retries": build.retries} if build.retries else {}),
        "params": _params(
            **_PARAMS[task](build),
            tag="$(tasks.clone.results.commit_short)",
            tags=" ".join(["$(params.branch_tag)", *build.tags]),
            revision="$(tasks.clone.results.commit)",
            source="$(params.git_url)",
            context=build.context,
        ),
        "workspaces": _workspaces(**{"source": SOURCE, "registry-auth": REGISTRY_AUTH}),
    }


def _for_buildkit(build: Build) -> dict[str, str]:
    repository = "/".join(part for part in (build.server, build.namespace, build.name) if part)
    return {
        "image": repository,
        "dockerfile": build.dockerfile,
        "cache": CACHE if build.cached else "",
    }


def _for_docker(build: Build) -> dict[str, str]:
    return {
        "image": build.name,
        "registry_url": build.server,
        "registry_mirror": build.namespace,
        "subdirectory": "",
        "dockerfile_path": build.dockerfile,
    }


_PARAMS: Mapping[str, Callable[[Build], dict[str, str]]] = {
    build_image.NAME: _for_buildkit,
    docker_socket.NAME: _for_docker,
}


def _task(build: Build) -> str:
    return f"build-and-push-{build.name}"


def _result(build: Build, name: str) -> str:
    return f"$(tasks.{_task(build)}.results.{name})"


def _word(value: bool) -> str:
    return "true" if value else "false"


def _params(**values: str) -> list[Object]:
    return [{"name": name, "value": value} for name, value in values.items()]


def _workspaces(**names: str) -> list[Object]:
    return [{"name": name, "workspace": workspace} for name, workspace in names.items()]
