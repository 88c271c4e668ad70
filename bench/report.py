"""The figures of both sides as a table with ratios, and as a chart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

BAR = 40  # characters of the longest bar


@dataclass(frozen=True, kw_only=True)
class Row:
    """One thing that was measured. `ours` and `theirs`: seconds, a figure a round."""

    what: str
    ours: Sequence[float]
    against: str
    """What the other side is."""
    theirs: Sequence[float]
    note: str = ""

    @property
    def ratio(self) -> float:
        """How many times as long the other side takes: above 1, ours is faster."""
        return median(self.theirs) / median(self.ours)

    def __str__(self) -> str:
        figures = f"{median(self.ours):.2f} s, {self.against} {median(self.theirs):.2f} s"
        return f"{self.what}: {figures}, {self.ratio:.2f} times" + (f"; {self.note}" if self.note else "")


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
    figures = [f"{median(one):.2f} s ({len(one)})" for one in (row.ours, row.theirs)]
    return f"| {row.what} | {figures[0]} | {row.against} | {figures[1]} | {row.ratio:.2f} | {row.note} |"


def chart(rows: Sequence[Row]) -> list[str]:
    """Two bars a row, each as long as its share of the longer one."""
    lines: list[str] = []
    for row in rows:
        both = {"ours": median(row.ours), row.against: median(row.theirs)}
        width = max(len(name) for name in both)
        lines.append(row.what)
        for name, seconds in both.items():
            bar = "█" * max(1, round(BAR * seconds / max(both.values())))
            lines.append(f"  {name:<{width}} {bar} {seconds:.2f} s")
    return lines
