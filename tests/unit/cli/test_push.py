"""Where a push can stop, and what is said then."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from cli import push as push_module
from cli.push import Push, PushError
from sandbox.forge.database import Delivery
from toolkit.crane import CraneError

COMMIT = "a" * 40
TAKEN = Delivery(
    identity="uuid",
    is_complete=True,
    succeeded=True,
    status=202,
    answer='{"eventID": "e-1", "namespace": "hooks"}',
)


class Screen:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def line(self, text: str) -> None:
        self.lines.append(text)

    def show_status(self, text: str) -> None:
        pass


class Cluster:
    """One PipelineRun that is over at the first look."""

    def __init__(self) -> None:
        self.parameters = [{"name": "revision", "value": COMMIT}]
        self.run: dict[str, Any] | None = {
            "metadata": {"name": "github-run-1"},
            "spec": {"params": self.parameters},
            "status": {"conditions": [{"type": "Succeeded", "status": "True"}]},
        }
        self.tasks: list[dict[str, Any]] = [self.image("frontend"), self.image("backend")]
        self.events: list[str | None] = []

    @staticmethod
    def image(task: str) -> dict[str, Any]:
        return {
            "metadata": {
                "name": task,
                "creationTimestamp": "2026-01-01T00:00:00Z",
                "labels": {"tekton.dev/pipelineTask": task},
            },
            "status": {
                "conditions": [{"type": "Succeeded", "status": "True"}],
                "results": [
                    {"name": "IMAGE_URL", "value": f"registry/{task}:1"},
                    {"name": "IMAGE_DIGEST", "value": "sha256:1"},
                ],
            },
        }

    def pipeline_runs(self, event: str) -> list[dict[str, Any]]:
        self.events.append(event)
        return [self.run] if self.run else []

    def pipeline_run(self, name: str) -> dict[str, Any] | None:
        return self.run

    def task_runs(self, name: str) -> list[dict[str, Any]]:
        return self.tasks

    def log(self, pod: str, container: str, lines: int) -> list[str]:
        return [f"the last words of {pod}/{container}"]

    def listener_messages(self, event: str, namespace: str) -> list[str]:
        return [f"cannot create for {event} in {namespace}"]


@pytest.fixture
def push(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(Push, "commit", lambda self, change=None, branch="main": COMMIT)
    monkeypatch.setattr(push_module, "RUN_SECONDS", 0)
    monkeypatch.setattr(push_module, "DELIVERY_SECONDS", 0)
    forge: Any = SimpleNamespace(
        clone_url="http://forge/developer/example.git",
        database=SimpleNamespace(delivery=lambda commit: TAKEN if commit == COMMIT else None),
    )
    cluster: Any = Cluster()
    crane: Any = SimpleNamespace(pull=lambda reference: None)
    screen: Any = Screen()
    return Push(forge=forge, cluster=cluster, crane=crane, listener="http://lb/hooks", screen=screen)


def test_a_push_ends_with_both_images_by_digest(push):
    found = [image.reference for image in push.run()]
    assert found == ["registry/backend:1@sha256:1", "registry/frontend:1@sha256:1"]
    assert push.cluster.events == ["e-1"], "only the run of this very event may be followed"
    shown = "\n".join(push.screen.lines)
    for word in (COMMIT, "uuid", "github-run-1", *found):
        assert word in shown, "a person must be able to follow it"


def test_a_forge_that_makes_no_delivery_is_told(push):
    push.forge.database.delivery = lambda commit: None
    with pytest.raises(PushError, match="no active webhook"):
        push.run()


@pytest.mark.parametrize(
    ("delivery", "said"),
    [
        (replace(TAKEN, succeeded=False, status=0, answer="connection refused"), "did not answer.*refused"),
        (replace(TAKEN, succeeded=False, status=404, answer="404 page not found"), "answered 404.*not found"),
        (replace(TAKEN, is_complete=False), "has no answer yet"),
        (replace(TAKEN, answer="hello"), "no Tekton listener"),
    ],
    ids=["nobody listens", "another path", "too slow", "somebody else"],
)
def test_a_delivery_that_is_not_taken_says_why(push, delivery, said):
    push.forge.database.delivery = lambda commit: delivery
    with pytest.raises(PushError, match=said):
        push.run()


def test_without_a_run_the_listeners_words_are_told(push):
    push.cluster.run = None
    with pytest.raises(PushError, match=r"no PipelineRun within.*cannot create for e-1 in hooks"):
        push.run()


def test_a_listener_that_logged_nothing_had_an_interceptor_refuse(push):
    push.cluster.run = None
    push.cluster.listener_messages = lambda event, namespace: []
    with pytest.raises(PushError, match="an interceptor refused"):
        push.run()


def test_a_run_of_another_commit_is_no_success(push):
    push.cluster.parameters[0]["value"] = "b" * 40
    with pytest.raises(PushError, match=f"does not build {COMMIT}"):
        push.run()


def test_a_failed_step_shows_its_log_and_its_exit_code(push):
    push.cluster.run["status"]["conditions"][0]["status"] = "False"
    task = push.cluster.tasks[0]
    task["status"] |= {
        "podName": "pod",
        "conditions": [{"type": "Succeeded", "status": "False", "message": "m"}],
        "steps": [
            {"name": "build", "container": "step-build", "terminated": {"exitCode": 3, "reason": "Error"}}
        ],
    }
    with pytest.raises(PushError, match="github-run-1 failed at frontend / build: exit code 3"):
        push.run()
    assert "the last words of pod/step-build" in push.screen.lines[-1], "the reason stands in the log"


def test_a_run_without_images_is_no_success(push):
    push.cluster.tasks = []
    with pytest.raises(PushError, match="none of its tasks reports an image"):
        push.run()


def test_an_image_that_cannot_be_pulled_is_no_success(push):
    def refuse(reference: str) -> None:
        raise CraneError("MANIFEST_UNKNOWN")

    push.crane.pull = refuse
    with pytest.raises(PushError, match="backend cannot be pulled: MANIFEST_UNKNOWN"):
        push.run()


def test_a_run_that_is_deleted_meanwhile_is_told(push):
    push.cluster.pipeline_run = lambda name: None
    with pytest.raises(PushError, match="was deleted while it ran"):
        push.run()
