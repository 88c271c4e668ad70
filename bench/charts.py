"""`python -m bench.charts`: SVG charts of the figures in docs/benchmarks.md, into docs/charts/.

The page is the record: the charts are made from its table, without a new measurement.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
FOLDER = "charts"
PROJECT = "ours"
WIDTH, LABEL, RIGHT = 720, 330, 70  # pixels: the image, the names on the left, the figures on the right
BAR, GAP, GROUP, TOP = 16, 4, 20, 30
# Both colours have a contrast of at least 3 on white and on GitHub's dark background; text follows the theme.
STYLE = (
    "text{font:13px -apple-system,'Segoe UI',Helvetica,Arial,sans-serif;fill:#1f2328}"
    ".title{font-weight:600}.ours{fill:#1a7f37}.other{fill:#8b949e}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.ours{fill:#3fb950}}"
)
CHARTS: Mapping[str, tuple[str, str]] = {
    "pushes": ("Push to image and to PipelineRun, seconds", r"push|pushes"),
    "deploys": ("Deployment and preview, seconds", r"preview|deploy|destroy"),
}
"""Title and subjects of each chart, by file name. A subject belongs to the first that matches."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A row of the page's table, in seconds."""

    subject: str
    seconds: str
    baseline: str
    baseline_seconds: str


def figures(page: str) -> list[Figure]:
    """Rows of the first table of the page."""
    pattern = r"^\| (.+?) \| ([\d.]+) s \(\d+\) \| (.+?) \| ([\d.]+) s \(\d+\) \|"
    return [
        Figure(subject=subject, seconds=seconds, baseline=baseline, baseline_seconds=baseline_seconds)
        for subject, seconds, baseline, baseline_seconds in re.findall(pattern, page, re.MULTILINE)
    ]


def charts(rows: Sequence[Figure]) -> dict[str, str]:
    """Text of each SVG, by file name. Raises ValueError for a row that no chart has."""
    groups: dict[str, list[Figure]] = {name: [] for name in CHARTS}
    for row in rows:
        names = [
            name for name, (_, subjects) in CHARTS.items() if re.search(rf"\b({subjects})\b", row.subject)
        ]
        if not names:
            raise ValueError(f"no chart is for {row.subject!r}")
        groups[names[0]].append(row)
    return {f"{name}.svg": _svg(CHARTS[name][0], rows) for name, rows in groups.items() if rows}


def _svg(title: str, rows: Sequence[Figure]) -> str:
    longest = max(float(text) for row in rows for text in (row.seconds, row.baseline_seconds))
    lines, y = [f'<text class="title" x="0" y="16">{escape(title)}</text>'], TOP
    for row in rows:
        lines.append(f'<text x="0" y="{y + 14}">{escape(row.subject)}</text>')
        y += GROUP
        for kind, name, text in (
            ("ours", PROJECT, row.seconds),
            ("other", row.baseline, row.baseline_seconds),
        ):
            length = max(2, round((WIDTH - LABEL - RIGHT) * float(text) / longest))
            lines += [
                f'<text x="{LABEL - 8}" y="{y + 13}" text-anchor="end">{escape(name)}</text>',
                f'<rect class="{kind}" x="{LABEL}" y="{y}" width="{length}" height="{BAR}" rx="2"/>',
                f'<text x="{LABEL + length + 6}" y="{y + 13}">{text} s</text>',
            ]
            y += BAR + GAP
        y += GROUP // 2
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" viewBox="0 0 {WIDTH} {y}" '
        f'role="img" aria-label="{escape(title)}">'
    )
    return "\n".join([head, f"<style>{STYLE}</style>", *lines, "</svg>", ""])


def write(page: Path) -> None:
    """The charts of a page, into the folder beside it."""
    folder = page.parent / FOLDER
    folder.mkdir(exist_ok=True)
    for name, text in charts(figures(page.read_text(encoding="utf-8"))).items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(PAGE)
    sys.exit(0)
