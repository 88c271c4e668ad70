"""`make redeliver`: pushes that the forge has delivered and that no run is of are delivered again."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cli import stack_outputs
from cli.deliveries import forges
from cli.deliveries.delivery import Delivery, refusal
from cli.options import add_repository, add_stack
from cli.runs import PipelineRunClient, Run
from toolkit.paths import Paths
from toolkit.polling import wait_for

# No setting lets a run go earlier: what is older may have been built, and its run deleted.
DAY = timedelta(days=1)
SECONDS = 60.0
NO_RUN = f"and no run came in {SECONDS:.0f} s: `make webhook` gives the forge the secret"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The decision on a delivery: it is `missing`, or nothing is done for the reason `reason`."""

    delivery: Delivery
    reason: str = ""

    @property
    def missing(self) -> bool:
        return not self.reason


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_stack(parser)
    add_repository(parser)


def main(options: argparse.Namespace, paths: Paths) -> int:
    return run(options.stack, options.repository, paths)


def run(stack: str, repository: str, paths: Paths) -> int:
    """Prints the fate of each delivery of the last day; 0 when none is missing any more. Raises UserError."""
    outputs = stack_outputs.read(stack, paths)
    runs = PipelineRunClient.of(outputs, stack)
    lost = 0
    with forges.open_forge(stack, repository, outputs, paths) as forge:
        recent = [entry for entry in forge.deliveries() if datetime.now(UTC) - entry.at < DAY]
        for verdict in verdicts(recent, runs.all(), outputs["repositories"]):
            reason = verdict.reason
            if verdict.missing:
                forge.redeliver(verdict.delivery)
                name = _wait_for_run(runs, verdict.delivery)
                lost += name is None
                reason = "delivered again, " + (f"run {name}" if name else NO_RUN)
            print(f"{verdict.delivery}: {reason}")
    print("no push is missing" if not lost else f"{lost} of them still have no run")
    return 1 if lost else 0


def verdicts(
    deliveries: Sequence[Delivery], runs: Sequence[Run], branches: Mapping[str, Sequence[str]]
) -> list[Verdict]:
    """The decision on each delivery, the oldest first. `deliveries` and `runs`: the newest first."""
    results: list[Verdict] = []
    newest: dict[tuple[str, str], Delivery] = {}
    for delivery in deliveries:
        if not (reason := refusal(delivery, branches)):
            branch_key = (delivery.repository, delivery.branch)
            reason = _left_alone(delivery, newest.setdefault(branch_key, delivery), runs)
        results.append(Verdict(delivery=delivery, reason=reason))
    return results[::-1]


def _left_alone(delivery: Delivery, newest: Delivery, runs: Sequence[Run]) -> str:
    """The reason why it is not delivered again; empty when it is to be."""
    if builds := [run for run in runs if run.builds(delivery)]:
        return f"has run {builds[0].name}"
    if newest is not delivery:
        # Built after it, this one would give its images the branch's tag again.
        return f"overtaken by {newest.commit[:12]}"
    times = [run.created for run in runs if run.repository == delivery.repository]
    if times and delivery.at < min(times):
        return "older than every run that is kept: it may have been built"
    return ""


def _wait_for_run(runs: PipelineRunClient, delivery: Delivery) -> str | None:
    def matching_runs() -> list[Run] | str:
        return [run for run in runs.all() if run.builds(delivery)] or "none yet"

    try:
        return str(wait_for("a run", matching_runs, SECONDS, interval=1.0)[0].name)
    except TimeoutError:
        return None
