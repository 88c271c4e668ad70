"""`make explain`: where a delivery, or the push of a commit, has ended."""

import argparse
import re
from collections.abc import Callable

from cli import stack_outputs
from cli.deliveries import forges
from cli.deliveries.delivery import Delivery, refusal
from cli.options import add_repository, add_stack
from cli.runs import PipelineRunClient, Run
from toolkit.errors import UserError
from toolkit.paths import Paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_stack(parser)
    add_repository(parser)
    parser.add_argument("--delivery", default="", metavar="ID")
    parser.add_argument("--commit", default="", metavar="SHA")


def main(options: argparse.Namespace, paths: Paths) -> int:
    return run(options.stack, options.delivery, options.commit, options.repository, paths)


def run(stack: str, delivery: str, commit: str, repository: str, paths: Paths) -> int:
    """Says it; 0 when it has ended as it should, 1 when it is lost. Raises UserError."""
    is_subject = _filter(delivery, commit)
    outputs = stack_outputs.read(stack, paths)
    runs = PipelineRunClient.of(outputs, stack)
    pipeline_runs = runs.all()
    matches = [match for match in pipeline_runs if is_subject(match.delivery, match.commit)]
    for match in matches:
        print(f"push      {match.commit} to {match.branch} of {match.repository}, delivery {match.delivery}")
        print("\n".join(runs.describe(match)))
    if matches:
        return 0
    with forges.open_forge(stack, repository, outputs, paths) as forge:
        for entry in forge.deliveries():
            if is_subject(entry.identity, entry.commit):
                return _describe(entry, outputs["repositories"], pipeline_runs, runs)
    subject = f"delivery {delivery}" if delivery else f"push of {commit}"
    print(f"the forge remembers no {subject}, and no run is of it")
    return 1


def _filter(delivery: str, commit: str) -> Callable[[str, str], bool]:
    """A predicate on a delivery's id and a commit: true for the subject of the question."""
    if bool(delivery) == bool(commit):
        raise UserError("give one of the two: DELIVERY=ID or COMMIT=SHA")
    if commit and not re.fullmatch(r"[0-9a-f]{7,64}", commit):
        raise UserError(f"COMMIT is {commit!r}, but must be 7 or more hexadecimal digits of a commit's name")
    if delivery and not re.fullmatch(r"[0-9A-Za-z-]{1,63}", delivery):
        raise UserError(f"DELIVERY is {delivery!r}, but must be the id that the forge shows, as a UUID")
    if delivery:
        return lambda identity, _: identity == delivery
    return lambda _, name: name.startswith(commit)


def _describe(
    delivery: Delivery, branches: dict[str, list[str]], pipeline_runs: list[Run], runs: PipelineRunClient
) -> int:
    print(f"delivery  {delivery}, at {delivery.at:%Y-%m-%d %H:%M:%S} UTC")
    if not delivery.is_accepted:
        reaction = f"answered {delivery.status}" if delivery.status else "did not answer"
        print(f"answer    the listener {reaction}: {delivery.reason[:200]}")
    reason = refusal(delivery, branches)
    if reason:
        print(f"no run    {reason}")
        return 0
    builds = [run for run in pipeline_runs if run.builds(delivery)]
    if builds:
        print("\n".join(runs.describe(builds[0])))
        return 0
    lost = (
        "it was taken, and then lost, or its run is no longer kept"
        if delivery.is_accepted
        else "it was never taken"
    )
    unknown = "" if delivery.signed else "; GitHub does not show whether it is signed with the stack's secret"
    print(f"no run    {lost}{unknown}: `make redeliver` sends it again")
    return 1
