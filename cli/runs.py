"""The PipelineRuns of a stack, and which push each of them builds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import urllib3
import yaml
from kubernetes import client, config

from cli import stack_outputs
from cli.deliveries.delivery import Delivery
from inspection.pipeline_run import failure, images, outcome, states
from inspection.runs import Cluster
from toolkit.errors import UserError

PREFIX = "tekton-builds/"  # the prefix of the labels and annotations that pipelines/template.py gives
PENDING = "PipelineRunPending"


@dataclass(frozen=True, kw_only=True)
class Run:
    """One PipelineRun."""

    object: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.object["metadata"]["name"])

    @property
    def created(self) -> datetime:
        return datetime.fromisoformat(self.object["metadata"]["creationTimestamp"])

    @property
    def delivery(self) -> str:
        """The forge's id of the delivery that started it; `none` where it had none."""
        return str(self.object["metadata"].get("labels", {}).get(f"{PREFIX}delivery", ""))

    def _annotation(self, key: str) -> str:
        return str(self.object["metadata"].get("annotations", {}).get(f"{PREFIX}{key}", ""))

    @property
    def repository(self) -> str:
        return self._annotation("repository")

    @property
    def commit(self) -> str:
        return self._annotation("revision")

    @property
    def branch(self) -> str:
        return self._annotation("branch")

    def builds(self, delivery: Delivery) -> bool:
        """True when it is of this delivery, or of the same push by another."""
        push = (self.repository, self.branch, self.commit)
        return self.delivery == delivery.identity or push == (
            delivery.repository,
            delivery.branch,
            delivery.commit,
        )


class PipelineRunClient:
    """Asks the stack's cluster. Raises UserError when it does not answer."""

    def __init__(self, kubeconfig: str, namespace: str) -> None:
        self.namespace = namespace
        try:
            api = config.new_client_from_config_dict(yaml.safe_load(kubeconfig))
        except (config.ConfigException, yaml.YAMLError):  # the latter's message may quote a secret
            raise UserError("the stack's output kubeconfig is none; `make up` makes it anew") from None
        self._cluster = Cluster(api, namespace)

    @classmethod
    def of(cls, outputs: dict[str, Any], stack: str) -> Self:
        """The client for the stack that has these outputs."""
        return cls(*(stack_outputs.require(outputs, name, stack) for name in ("kubeconfig", "namespace")))

    def all(self) -> list[Run]:
        """Every run, the newest first."""
        try:
            runs = [Run(object=item) for item in self._cluster.pipeline_runs()]
        except client.ApiException as error:
            raise UserError(f"the cluster refuses its PipelineRuns: {error.reason}") from None
        except urllib3.exceptions.HTTPError as error:
            raise UserError(f"the stack's cluster cannot be reached: {type(error).__name__}") from None
        return sorted(runs, key=lambda run: run.created, reverse=True)

    def describe(self, run: Run) -> list[str]:
        """The progress of the run, a sentence a line."""
        task_runs = self._cluster.task_runs(run.name)
        lines = [f"run       {run.name}: {_state(run, task_runs)}"]
        lines += [f"image     {image.reference}" for image in images(task_runs)]
        return [*lines, f"logs      tkn pipelinerun logs --namespace {self.namespace} {run.name}"]


def _state(run: Run, task_runs: Sequence[Mapping[str, Any]]) -> str:
    ended = outcome(run.object)
    if ended:
        return "succeeded"
    spec, conditions = run.object["spec"], run.object.get("status", {}).get("conditions") or [{}]
    if ended is None and spec.get("status") == PENDING:
        return "waits for its turn, as `runs.concurrencyLimit` allows no more at once"
    if ended is None:
        steps = [f"{step} is {state}" for step, state in states(task_runs).items() if " / " not in step]
        return f"goes on; {', '.join(steps) or 'no task has begun'}"
    if conditions[0].get("reason") == "Cancelled":
        return "cancelled, as a newer push to its branch does"
    problem = failure(run.object, task_runs)
    return f"failed at {problem.location}: {problem.reason}"
