"""What is read out of Tekton's objects."""

from typing import Any

from inspection.pipeline_run import Image, failure, images, outcome, states


def task_run(
    task: str,
    *,
    succeeded: str = "Unknown",
    message: str = "",
    steps: list[dict[str, Any]] | None = None,
    results: dict[str, str] | None = None,
    created: str = "2026-01-01T00:00:00Z",
) -> dict[str, Any]:
    return {
        "metadata": {
            "name": f"run-{task}",
            "creationTimestamp": created,
            "labels": {"tekton.dev/pipelineTask": task},
        },
        "status": {
            "podName": f"run-{task}-pod",
            "startTime": "2026-01-01T00:00:00Z",
            "completionTime": "2026-01-01T00:00:09Z",
            "conditions": [{"type": "Succeeded", "status": succeeded, "message": message}],
            "steps": steps or [],
            "results": [{"name": name, "value": value} for name, value in (results or {}).items()],
        },
    }


def step(name: str, exit_code: int) -> dict[str, Any]:
    return {
        "name": name,
        "container": f"step-{name}",
        "terminated": {
            "exitCode": exit_code,
            "reason": "Completed" if exit_code == 0 else "Error",
            "startedAt": "2026-01-01T00:00:01Z",
            "finishedAt": "2026-01-01T00:00:03Z",
        },
    }


def test_a_run_without_a_status_is_neither_failed_nor_done():
    assert outcome({"metadata": {"name": "new"}}) is None, "a run just created has no status at all"


def test_steps_are_told_in_the_order_their_tasks_started():
    later = task_run("frontend", created="2026-01-01T00:01:00Z", steps=[{"name": "build", "running": {}}])
    first = task_run("clone", succeeded="True", steps=[step("fetch", 0)])
    assert list(states([later, first]).items()) == [
        ("clone", "succeeded in 9 s"),
        ("clone / fetch", "done in 2 s"),
        ("frontend", "running"),
        ("frontend / build", "running"),
    ], "the screen shows these lines as they change"


def test_a_task_whose_pod_has_not_started_says_so():
    waiting = task_run("clone", steps=[{"name": "fetch", "waiting": {"reason": "PodInitializing"}}])
    assert states([waiting]) == {"clone": "waiting for its pod"}, "nothing runs yet"


def test_a_failure_is_the_step_that_failed_with_its_log():
    broken = task_run("backend", succeeded="False", message="m", steps=[step("fetch", 0), step("build", 2)])
    found = failure({"metadata": {"name": "run"}}, [task_run("clone", succeeded="True"), broken])
    assert (found.location, found.pod, found.container) == (
        "backend / build",
        "run-backend-pod",
        "step-build",
    )
    assert "2" in found.reason, "the exit code belongs to the reason"


def test_a_step_that_tekton_ended_gives_tektons_reason():
    ended = step("build", 1)
    ended["terminated"]["reason"] = "TaskRunImagePullFailed"
    broken = task_run("backend", succeeded="False", message='failed to pull the image "x"', steps=[ended])
    found = failure({"metadata": {"name": "run"}}, [broken])
    assert found.reason == 'exit code 1: failed to pull the image "x"', "the step itself never said a word"


def test_a_build_whose_container_the_kernel_ended_names_the_setting():
    ended = step("build-and-push", 137)
    ended["terminated"]["reason"] = "OOMKilled"
    reasons = {}
    for task in ("build-and-push-backend", "clone"):
        broken = task_run(task, succeeded="False", steps=[ended])
        reasons[task] = failure({"metadata": {"name": "run"}}, [broken]).reason
    assert "builder.memoryGib" in reasons["build-and-push-backend"], "its log has no last word"
    assert "builder" not in reasons["clone"], "no setting is for that one"


def test_a_task_that_failed_before_any_step_gives_its_own_message():
    broken = task_run("backend", succeeded="False", message='failed to pull image "x"')
    found = failure({"metadata": {"name": "run"}}, [broken])
    assert (found.location, found.reason, found.pod) == ("backend", 'failed to pull image "x"', None)


def test_a_run_that_was_refused_gives_its_own_message():
    run = {
        "metadata": {"name": "run"},
        "status": {"conditions": [{"type": "Succeeded", "status": "False", "message": "no such Pipeline"}]},
    }
    assert failure(run, []).reason == "no such Pipeline", "without any task the run itself has the reason"


def test_images_are_the_tasks_with_url_and_digest():
    made = task_run("frontend", results={"IMAGE_URL": "r/frontend:1\n", "IMAGE_DIGEST": "sha256:1"})
    other = task_run("clone", results={"commit": "c", "IMAGE_URL": "", "changed": ["a", "b"]})
    found = images([made, other])
    assert found == [Image("frontend", "r/frontend:1", "sha256:1")], "a result may end with a newline"
    assert found[0].reference == "r/frontend:1@sha256:1", "by digest, so that a later push cannot change it"
