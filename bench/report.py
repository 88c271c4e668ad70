"""The figures of both sides as a table with ratios, and as a chart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

BAR = 40  # characters of the longest bar


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
            "`make bench` measures both sides in one run, on the sandbox of one machine, and writes this",
            "page. Seconds are medians of the rounds in brackets. A ratio says how many times as long the",
            "other side takes: above 1, ours is the faster. What a row measures stands in `bench/`.",
            "",
            *(f"- {name}: {value}" for name, value in machine.items()),
            "",
            "| | ours | the other side | | ratio | |",
            "|---|---|---|---|---|---|",
            *(_line(row) for row in rows),
            "",
            "```text",
            *chart(rows),
            "```",
            "",
        ]
    )


def _line(row: Row) -> str:
    figures = [f"{median(rounds):.2f} s ({len(rounds)})" for rounds in (row.seconds, row.baseline_seconds)]
    return f"| {row.subject} | {figures[0]} | {row.baseline} | {figures[1]} | {row.ratio:.2f} | {row.note} |"


def chart(rows: Sequence[Row]) -> list[str]:
    """Two bars a row, each as long as its share of the longer one."""
    lines: list[str] = []
    for row in rows:
        medians = {"ours": median(row.seconds), row.baseline: median(row.baseline_seconds)}
        width = max(len(name) for name in medians)
        lines.append(row.subject)
        for name, seconds in medians.items():
            bar = "█" * max(1, round(BAR * seconds / max(medians.values())))
            lines.append(f"  {name:<{width}} {bar} {seconds:.2f} s")
    return lines
