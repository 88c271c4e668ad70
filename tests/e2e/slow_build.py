"""A push whose build takes long enough for something to happen meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cli.push import Push
from toolkit.polling import wait_for

DOCKERFILE = Path("frontend", "Dockerfile")
SECONDS_OF_BUILD = 12
TASK = "build-and-push-frontend"
SECONDS = 90.0


def slow(tree: Path, seconds: int = SECONDS_OF_BUILD) -> None:
    text = (tree / DOCKERFILE).read_text()
    # What it prints differs, so that no build of it is cached.
    sleep = f"RUN echo {tree.name}\nRUN sleep {seconds}\n"
    (tree / DOCKERFILE).write_text(text.replace("USER", f"{sleep}USER", 1))


def quick(tree: Path) -> None:
    lines = (tree / DOCKERFILE).read_text().splitlines(keepends=True)
    quick_lines = [line for line in lines if not line.startswith(("RUN sleep ", "RUN echo "))]
    (tree / DOCKERFILE).write_text("".join(quick_lines))


@contextmanager
def building(push: Push, seconds: int = SECONDS_OF_BUILD) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The commit, its run's name, and the TaskRun that is just building. Afterwards the tree is as it was."""
    try:
        commit = push.commit(lambda tree: slow(tree, seconds))
        run = str(push.find_run(commit, push.delivery(commit))["metadata"]["name"])
        yield commit, run, wait_for("the build to run", lambda: _running(push, run), SECONDS)
    finally:
        push.delivery(push.commit(quick))


def _running(push: Push, run: str) -> dict[str, Any] | str:
    for task_run in push.cluster.task_runs(run):
        if task_run["metadata"]["labels"].get("tekton.dev/pipelineTask") == TASK:
            status = task_run.get("status") or {}
            going = any("running" in step for step in status.get("steps") or ())
            return task_run if going else f"its status is {status.get('conditions')}"
    return "there is no such task yet"
