"""`make push`: an empty commit goes through the forge and is followed to the pulled images."""

import sqlite3
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inspection.pipeline_run import Image, failure, images, outcome, states
from inspection.runs import Cluster
from sandbox.forge.database import Delivery
from sandbox.forge.forge import BRANCH, Forge
from toolkit.crane import Crane, CraneError
from toolkit.git import Git
from toolkit.polling import wait_for
from toolkit.stopwatch import Stopwatch

DELIVERY_SECONDS = 20  # Gitea gives an attempt 5 s, and makes one only
RUN_SECONDS = 30
BUILD_SECONDS = 900
LOG_LINES = 30


class PushError(Exception):
    """The push did not become two images; one sentence says where it stopped and why."""


@dataclass(frozen=True, kw_only=True)
class Push:
    """One push and its followers. `listener`: the URL that the webhook delivers to, named in messages."""

    forge: Forge
    cluster: Cluster
    crane: Crane
    listener: str
    screen: Stopwatch

    def run(self, change: Callable[[Path], None] | None = None) -> list[Image]:
        """Pushes a commit (`change` edits the work tree; without it the commit is empty) and follows it.

        Returns the images of exactly this commit, each pulled back and checked. Raises PushError.
        """
        commit = self.commit(change)
        self.screen.line(f"pushed    {commit} to {BRANCH} of {self.forge.clone_url}")
        delivery = self.delivery(commit)
        self.screen.line(f"event     {delivery.identity}: {self.listener} answered {delivery.status}")
        run = self.find_run(commit, delivery)
        name = run["metadata"]["name"]
        self.screen.line(f"run       PipelineRun {name}")
        references = self.follow(name)
        if not references:
            raise PushError(f"PipelineRun {name} succeeded, but none of its tasks reports an image")
        for image in references:
            self.screen.show_status(f"pulling {image.reference}")
            try:
                self.crane.pull(image.reference)
            except CraneError as error:
                raise PushError(f"the image of {image.task} cannot be pulled: {error}") from None
            self.screen.line(f"image     {image.reference}: pulled, every digest is right")
        return references

    def commit(self, change: Callable[[Path], None] | None = None, branch: str = BRANCH) -> str:
        """Pushes one commit on top of the forge's BRANCH to `branch`; its full SHA."""
        with tempfile.TemporaryDirectory(prefix="push-") as folder:
            git = Git(Path(folder), self.forge.git_credentials, self.forge.account.username)
            self.screen.show_status("pushing")
            git("clone", "--quiet", "--depth", "1", "--branch", BRANCH, self.forge.clone_url, ".")
            if change:
                change(Path(folder))
                git("add", "--all")
            git("commit", "--quiet", "--allow-empty", "--message", "Build this")
            commit = git("rev-parse", "HEAD")
            git("push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
        return commit

    def delivery(self, commit: str) -> Delivery:
        """The webhook's delivery of the push of `commit`; PushError when the listener did not take it."""

        def find_delivery() -> Delivery | str:
            try:
                delivery = self.forge.database.delivery(commit)
            except sqlite3.Error as error:
                return f"the forge's database: {error}"
            if delivery is None:
                return "the forge made no delivery: it has no active webhook for pushes"
            return delivery if delivery.is_complete else f"delivery {delivery.identity} has no answer yet"

        self.screen.show_status(f"waiting for {self.listener} to take the event")
        try:
            delivery: Delivery = wait_for("the delivery of the push", find_delivery, seconds=DELIVERY_SECONDS)
        except TimeoutError as error:
            raise PushError(str(error)) from None
        if not delivery.succeeded:
            reaction = f"answered {delivery.status}" if delivery.status else "did not answer"
            raise PushError(
                f"{self.listener} {reaction} to delivery {delivery.identity}: "
                f"{delivery.answer.strip() or 'no word'}"
            )
        return delivery

    def find_run(self, commit: str, delivery: Delivery) -> dict[str, Any]:
        """The PipelineRun made for this delivery; PushError with the listener's own words if none comes."""
        event = delivery.event
        if event is None:
            raise PushError(
                f"{self.listener} answered {delivery.status} without an event id: it is no Tekton listener"
            )
        self.screen.show_status("waiting for the PipelineRun")
        try:
            runs: list[dict[str, Any]] = wait_for(
                "a PipelineRun of the push",
                lambda: self.cluster.pipeline_runs(event.identity),
                seconds=RUN_SECONDS,
            )
        except TimeoutError:
            messages = "; ".join(self.cluster.listener_messages(event.identity, event.namespace)[-3:])
            raise PushError(
                f"no PipelineRun within {RUN_SECONDS} s of event {event.identity}: the listener "
                + (f"says: {messages}" if messages else "logged nothing, so an interceptor refused the event")
            ) from None
        run = runs[0]
        if commit not in [parameter.get("value") for parameter in run["spec"].get("params") or ()]:
            raise PushError(
                f"PipelineRun {run['metadata']['name']} does not build {commit}: no parameter has it"
            )
        return run

    def follow(self, name: str) -> list[Image]:
        """Shows the run's tasks and steps as they start and end; its images. Raises PushError when it fails.

        It looks again and again instead of watching: two requests every half second cost nothing here, and no
        dropped connection can lose a step.
        """
        last_states: dict[str, str] = {}

        def final_state() -> tuple[dict[str, Any], list[dict[str, Any]]] | str:
            run = self.cluster.pipeline_run(name)
            if run is None:
                raise PushError(f"PipelineRun {name} was deleted while it ran")
            task_runs = self.cluster.task_runs(name)
            current = states(task_runs)
            for label, state in current.items():
                # Its end may be reported twice, with another time.
                if last_states.get(label, "").partition(" in ")[0] != state.partition(" in ")[0]:
                    self.screen.line(f"          {label}: {state}")
            last_states.update(current)
            active = [
                label for label, state in current.items() if state in {"running", "waiting for its pod"}
            ]
            self.screen.show_status(", ".join(active) or "waiting for the first task")
            return (run, task_runs) if outcome(run) is not None else ", ".join(active) or "nothing runs"

        try:
            run, task_runs = wait_for(f"PipelineRun {name}", final_state, seconds=BUILD_SECONDS, interval=0.5)
        except TimeoutError as error:
            raise PushError(str(error)) from None
        if not outcome(run):
            problem = failure(run, task_runs)
            if problem.pod and problem.container:
                for line in self.cluster.log(problem.pod, problem.container, LOG_LINES):
                    self.screen.line(f"          | {line}")
            raise PushError(f"PipelineRun {name} failed at {problem.location}: {problem.reason}")
        return images(task_runs)
