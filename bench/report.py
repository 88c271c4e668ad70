"""The figures of both sides as a table with ratios; bench/charts.py draws them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

ALTERNATIVES = {
    "a bare EventListener": "an EventListener with GitHub's interceptor and no other filter, "
    "without an ingress controller; on both sides the runs are created and do not start",
    "the tutorial's Pipeline": "one EventListener, one Pipeline, and the Task `docker-socket` "
    "with its privileged daemon, in the sandbox's images",
    "kubectl apply and waits": "the same objects: Kubernetes' kinds, a wait, Tekton's kinds, another wait",
    "kubectl delete": "deletes the same objects",
    "of 10, of 50": "a preview of this program with 10 or 50 repositories",
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One thing that was measured. `seconds` and `baseline_seconds`: a figure a round."""

    subject: str
    seconds: Sequence[float]
    baseline: str
    """Name of the other side."""
    baseline_seconds: Sequence[float]
    note: str = ""

    @property
    def ratio(self) -> float:
        """Duration of the baseline as a multiple of ours: above 1, ours is faster."""
        return median(self.baseline_seconds) / median(self.seconds)

    def __str__(self) -> str:
        figures = f"{median(self.seconds):.2f} s, {self.baseline} {median(self.baseline_seconds):.2f} s"
        return f"{self.subject}: {figures}, {self.ratio:.2f} times" + (f"; {self.note}" if self.note else "")


def page(rows: Sequence[Row], machine: Mapping[str, str]) -> str:
    """docs/benchmarks.md."""
    return "\n".join(
        [
            "# Benchmarks",
            "",
            "`make bench` measures this program and its alternatives in one run, on the sandbox of one",
            "machine, and writes this page. Each figure is the median of the rounds in brackets. A ratio",
            "above 1 means that this program is faster. `bench/` has the code of each measurement, and",
            "`bench/charts.py` draws the charts from the table.",
            "",
            "![Push to image and to PipelineRun](charts/pushes.svg)",
            "",
            "![Deployment and preview](charts/deploys.svg)",
            "",
            "| measurement | this program | alternative | | ratio | note |",
            "|---|---|---|---|---|---|",
            *(_line(row) for row in rows),
            "",
            "## Alternatives",
            "",
            "| alternative | what it is |",
            "|---|---|",
            *(f"| {name} | {text} |" for name, text in ALTERNATIVES.items()),
            "",
            "## Machine",
            "",
            *(f"- {name}: {value}" for name, value in machine.items()),
            "",
        ]
    )


def _line(row: Row) -> str:
    figures = [f"{median(rounds):.2f} s ({len(rounds)})" for rounds in (row.seconds, row.baseline_seconds)]
    return f"| {row.subject} | {figures[0]} | {row.baseline} | {figures[1]} | {row.ratio:.2f} | {row.note} |"
