"""The Pipeline: clone the pushed commit, then build each image; and tell the forge, if there is a token."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from pipelines.tasks import BUILD_IMAGE, COMMIT_STATUS, DOCKER_SOCKET, GIT_CLONE, Object, Task

NAME = "github-trigger-pipeline"
CLONE = "clone"
SOURCE = "pipeline-pvc"
SSH, BASIC_AUTH, REGISTRY_AUTH = "git-credentials", "git-basic-auth", "registry-auth"
STATUS_TOKEN = "status-token"
STATUS_TIMEOUT = "2m0s"  # with the image's download; the script itself gives up after a minute
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
    changed_images_only: bool = False
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
                "value": f"{_result(build, task, 'IMAGE_URL')}@{_result(build, task, 'IMAGE_DIGEST')}",
            }
            for build in builds
        ],
        "tasks": [
            _clone(source, builds),
            *(
                {
                    **_build(build, task),
                    "runAfter": [_task(builds[index - parallel]) if index >= parallel else CLONE],
                    **(_if_changed(build) if source.changed_images_only else {}),
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
                            for task_name in (CLONE, *map(_task, builds))
                        ),
                    )
                ]
            }
            if report
            else {}
        ),
    }


def _clone(source: GitSource, builds: Sequence[Build]) -> Object:
    return GIT_CLONE.pipeline_task(
        CLONE,
        {
            "url": "$(params.git_url)",
            "revision": "$(params.revision)",
            "submodules": _word(source.submodules),
            "lfs": _word(source.lfs),
            **({"loginUrls": " ".join(source.login_urls)} if source.login_urls else {}),
            **_comparison(source, builds),
        },
        {"output": SOURCE, "ssh-directory": SSH, "basic-auth": BASIC_AUTH},
    )


def _comparison(source: GitSource, builds: Sequence[Build]) -> dict[str, str]:
    if not source.changed_images_only:
        return {}
    return {"before": "$(params.before)", "folders": " ".join(build.context for build in builds)}


def _if_changed(build: Build) -> Object:
    changed = GIT_CLONE.result(CLONE, "changed")
    return {"when": [{"input": build.context, "operator": "in", "values": [changed]}]}


def _status(name: str, report: Report, outcome: str, tasks: str) -> Object:
    params = {
        "api": report.api,
        "repository": report.repository,
        "revision": "$(params.revision)",
        "context": report.context,
        "run": "$(context.pipelineRun.name)",
        "namespace": "$(context.pipelineRun.namespace)",
        "link": report.link,
        "outcome": outcome,
        "tasks": tasks,
    }
    return {
        **COMMIT_STATUS.pipeline_task(name, params, {"token": STATUS_TOKEN}),
        # Whatever becomes of it, the build is what it is.
        "onError": "continue",
        "timeout": STATUS_TIMEOUT,
    }


def _build(build: Build, task: str) -> Object:
    build_task, params = _BUILD_TASKS[task]
    return {
        **build_task.pipeline_task(
            _task(build),
            {
                **params(build),
                "tag": GIT_CLONE.result(CLONE, "commit_short"),
                "tags": " ".join(["$(params.branch_tag)", *build.tags]),
                "revision": GIT_CLONE.result(CLONE, "commit"),
                "source": "$(params.git_url)",
                "context": build.context,
            },
            {"source": SOURCE, "registry-auth": REGISTRY_AUTH},
        ),
        **({"retries": build.retries} if build.retries else {}),
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


_BUILD_TASKS: Mapping[str, tuple[Task, Callable[[Build], dict[str, str]]]] = {
    BUILD_IMAGE.name: (BUILD_IMAGE, _for_buildkit),
    DOCKER_SOCKET.name: (DOCKER_SOCKET, _for_docker),
}


def _task(build: Build) -> str:
    return f"build-and-push-{build.name}"


def _result(build: Build, task: str, name: str) -> str:
    build_task, _ = _BUILD_TASKS[task]
    return build_task.result(_task(build), name)


def _word(value: bool) -> str:
    return "true" if value else "false"
