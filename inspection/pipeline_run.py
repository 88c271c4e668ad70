"""A PipelineRun as it goes: its steps, what failed in it, and the images it made.

Pure functions over the objects as the API server gives them (tekton.dev/v1).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

TASK_LABEL = "tekton.dev/pipelineTask"
RUN_LABEL = "tekton.dev/pipelineRun"
OOM = "OOMKilled"  # by the kernel; where it ends all of the container, its log has no last word
BUILD = "build-and-push-"  # how the tasks that build an image are called

Object = Mapping[str, Any]


@dataclass(frozen=True)
class Failure:
    """Reason and place of a run's failure.

    `pod` and `container` name the failed step's log; they are None when no step ran.
    """

    location: str
    reason: str
    pod: str | None = None
    container: str | None = None


@dataclass(frozen=True)
class Image:
    """An image that a task pushed; `reference` names it by digest."""

    task: str
    url: str
    digest: str

    @property
    def reference(self) -> str:
        return f"{self.url}@{self.digest}"


def outcome(run: Object) -> bool | None:
    """True when a PipelineRun or TaskRun succeeded, False when it failed; None while it runs."""
    return {"True": True, "False": False}.get(_succeeded(run).get("status", "Unknown"))


def states(task_runs: Sequence[Object]) -> dict[str, str]:
    """State of tasks and steps, by start: `{"clone": "running", "clone / fetch": "done in 2 s"}`."""
    steps: dict[str, str] = {}
    for task_run in sorted(task_runs, key=lambda run: run["metadata"]["creationTimestamp"]):
        task = _task(task_run)
        status = task_run.get("status") or {}
        match outcome(task_run):
            case None:
                steps[task] = "waiting for its pod" if not _running(status) else "running"
            case True:
                steps[task] = f"succeeded {_duration(status.get('startTime'), status.get('completionTime'))}"
            case False:
                steps[task] = f"failed: {_succeeded(task_run).get('message', 'no reason given')}"
        for step in status.get("steps") or ():
            if over := step.get("terminated"):
                ending = "done" if over["exitCode"] == 0 else f"failed with exit code {over['exitCode']}"
                length = _duration(over.get("startedAt"), over.get("finishedAt"))
                steps[f"{task} / {step['name']}"] = f"{ending} {length}"
            elif "running" in step:
                steps[f"{task} / {step['name']}"] = "running"
    return steps


def failure(pipeline_run: Object, task_runs: Sequence[Object]) -> Failure:
    """The first failed step of a failed run; else the first failed task; else the run itself."""
    failed = sorted(
        (run for run in task_runs if outcome(run) is False),
        key=lambda run: run["status"].get("completionTime", ""),
    )
    for task_run in failed:
        status = task_run["status"]
        for step in status.get("steps") or ():
            over = step.get("terminated") or {}
            if over.get("exitCode"):
                why = over.get("reason") or "no reason given"
                # Tekton ends steps itself, as when an image cannot be pulled or the time is over; it says so.
                if why.startswith("TaskRun"):
                    why = _succeeded(task_run).get("message") or why
                if why == OOM and _task(task_run).startswith(BUILD):
                    why += ": the build took more memory than builder.memoryGib allows"
                return Failure(
                    location=f"{_task(task_run)} / {step['name']}",
                    reason=f"exit code {over['exitCode']}: {why}",
                    pod=status.get("podName"),
                    container=step.get("container", f"step-{step['name']}"),
                )
    broken = failed[0] if failed else pipeline_run
    location = _task(broken) if failed else broken["metadata"]["name"]
    condition = _succeeded(broken)
    return Failure(
        location=location, reason=condition.get("message") or condition.get("reason") or "no reason given"
    )


def images(task_runs: Sequence[Object]) -> list[Image]:
    """Every image that a task reports by its results IMAGE_URL and IMAGE_DIGEST, by task name."""
    return sorted(_images(task_runs), key=lambda image: image.task)


def _images(task_runs: Sequence[Object]) -> Iterator[Image]:
    for task_run in task_runs:
        status = task_run.get("status") or {}
        results = {result["name"]: result["value"] for result in status.get("results") or ()}
        if results.get("IMAGE_URL") and results.get("IMAGE_DIGEST"):
            yield Image(_task(task_run), results["IMAGE_URL"].strip(), results["IMAGE_DIGEST"].strip())


def _task(task_run: Object) -> str:
    metadata = task_run["metadata"]
    return str((metadata.get("labels") or {}).get(TASK_LABEL, metadata["name"]))


def _succeeded(run: Object) -> Object:
    conditions = (run.get("status") or {}).get("conditions") or ()
    return next((condition for condition in conditions if condition["type"] == "Succeeded"), {})


def _running(status: Object) -> bool:
    return any("running" in step or "terminated" in step for step in status.get("steps") or ())


def _duration(start: str | None, end: str | None) -> str:
    if not start or not end:
        return "at once"
    return f"in {(datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds():.0f} s"
