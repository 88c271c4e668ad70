"""SVG charts in docs/charts/: the figures of docs/benchmarks.md, readable in light and in dark."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench.charts import FOLDER, PAGE, charts, figures, write
from bench.report import Row, page

SVG = "{http://www.w3.org/2000/svg}"
TEXT = PAGE.read_text(encoding="utf-8")
FILES = sorted((PAGE.parent / FOLDER).glob("*.svg"))


def test_the_committed_charts_are_those_of_the_page() -> None:
    committed = {file.name: file.read_text(encoding="utf-8") for file in FILES}
    assert committed == charts(figures(TEXT)), "`python -m bench.charts` draws them anew"


def test_every_row_of_the_table_is_read() -> None:
    assert len(figures(TEXT)) == len(re.findall(r"^\|.* s \(\d+\) \|.*$", TEXT, re.MULTILINE))


def test_every_figure_of_the_page_is_in_a_chart_with_its_subject() -> None:
    texts = [node.text for file in FILES for node in ElementTree.parse(file).iter(f"{SVG}text")]
    for row in figures(TEXT):
        assert {row.subject, f"{row.seconds} s", row.baseline, f"{row.baseline_seconds} s"} <= set(texts)


def test_the_page_shows_every_chart() -> None:
    assert re.findall(r"!\[.+\]\(charts/(.+)\)", TEXT) == ["pushes.svg", "deploys.svg"]
    assert {file.name for file in FILES} == {"pushes.svg", "deploys.svg"}


def test_the_page_is_written_as_the_next_measurement_would_write_it() -> None:
    row = Row(subject="a", seconds=[1.0], baseline="b", baseline_seconds=[2.0])

    def frame(text: str) -> list[str]:
        return [line for line in text.splitlines() if not re.match(r"- |\|.* s \(\d+\) \|", line)]

    assert frame(TEXT) == frame(page([row], {"cores": "2"}))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_chart_fits_its_image_and_follows_the_theme(file: Path) -> None:
    root = ElementTree.parse(file).getroot()
    for bar in root.iter(f"{SVG}rect"):
        assert int(bar.attrib["x"]) + int(bar.attrib["width"]) <= int(root.attrib["width"])
        assert int(bar.attrib["y"]) + int(bar.attrib["height"]) <= int(root.attrib["height"])
    assert "prefers-color-scheme:dark" in file.read_text(encoding="utf-8")


def test_a_bar_is_as_long_as_its_share_of_the_longest(tmp_path: Path) -> None:
    source = tmp_path / "benchmarks.md"
    rows = [Row(subject="deploy", seconds=[1.0], baseline="other", baseline_seconds=[4.0])]
    source.write_text(page(rows, {}), encoding="utf-8")
    write(source)
    bars = ElementTree.parse(tmp_path / FOLDER / "deploys.svg").getroot().iter(f"{SVG}rect")
    ours, other = (int(bar.attrib["width"]) for bar in bars)
    assert other == 4 * ours


def test_a_row_without_a_chart_is_an_error() -> None:
    rows = [Row(subject="lunch", seconds=[1.0], baseline="other", baseline_seconds=[4.0])]
    with pytest.raises(ValueError, match="lunch"):
        charts(figures(page(rows, {})))
