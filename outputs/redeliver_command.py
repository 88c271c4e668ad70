"""`make redeliver`: pushes that the forge has delivered and that no run is of are delivered again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from outputs import forges, stack_outputs
from outputs.delivery import Delivery, refusal
from outputs.runs import Run, Runs
from sandbox.paths import Paths
from sandbox.waiting import wait_for

# No setting lets a run go earlier: what is older may have been built, and its run deleted.
DAY = timedelta(days=1)
SECONDS = 60.0
NO_RUN = f"and no run came in {SECONDS:.0f} s: `make webhook` gives the forge the secret"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is to be done with a delivery: nothing, because of `why`; or it is `missing`."""

    delivery: Delivery
    why: str = ""

    @property
    def missing(self) -> bool:
        return not self.why


def run(stack: str, repository: str, paths: Paths) -> int:
    """Says what became of each delivery of the last day; 0 when none is missing any more. Raises Mistake."""
    outputs = stack_outputs.read(stack, paths)
    runs = Runs.of(outputs, stack)
    lost = 0
    with forges.opened(stack, repository, outputs, paths) as forge:
        recent = [one for one in forge.deliveries() if datetime.now(UTC) - one.at < DAY]
        for verdict in verdicts(recent, runs.all(), outputs["repositories"]):
            why = verdict.why
            if verdict.missing:
                forge.redeliver(verdict.delivery)
                made = _awaited(runs, verdict.delivery)
                lost += made is None
                why = "delivered again, " + (f"run {made}" if made else NO_RUN)
            print(f"{verdict.delivery}: {why}")
    print("no push is missing" if not lost else f"{lost} of them still have no run")
    return 1 if lost else 0


def verdicts(
    deliveries: Sequence[Delivery], runs: Sequence[Run], built: Mapping[str, Sequence[str]]
) -> list[Verdict]:
    """What is to be done with each, the oldest first. `deliveries` and `runs`: the newest first."""
    found: list[Verdict] = []
    newest: dict[tuple[str, str], Delivery] = {}
    for one in deliveries:
        if not (why := refusal(one, built)):
            line = (one.repository, one.branch)
            why = _left_alone(one, newest.setdefault(line, one), runs)
        found.append(Verdict(delivery=one, why=why))
    return found[::-1]


def _left_alone(one: Delivery, newest: Delivery, runs: Sequence[Run]) -> str:
    """Why it is not delivered again; empty when it is to be."""
    if same := [run for run in runs if run.builds(one)]:
        return f"has run {same[0].name}"
    if newest is not one:
        # Built after it, this one would give its images the branch's tag again.
        return f"overtaken by {newest.commit[:12]}"
    kept = [run.created for run in runs if run.repository == one.repository]
    if kept and one.at < min(kept):
        return "older than every run that is kept: it may have been built"
    return ""


def _awaited(runs: Runs, delivery: Delivery) -> str | None:
    def made() -> list[Run] | str:
        return [one for one in runs.all() if one.builds(delivery)] or "none yet"

    try:
        return str(wait_for("a run", made, SECONDS, interval=1.0)[0].name)
    except TimeoutError:
        return None
