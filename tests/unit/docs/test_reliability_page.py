"""docs/reliability.md names tests that exist, and says where there is none."""

import re

import pytest

from tests.support.program import ROOT

PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in row.strip("|").split("|")]
    for row in re.findall(r"^\|.*\|$", PAGE, re.MULTILINE)
    if not row.startswith(("| event |", "|---"))
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_each_row_names_its_test_or_says_that_there_is_none(row: list[str]) -> None:
    event, effect, test = row
    assert event
    assert effect
    files = re.findall(r"`(tests/[\w./]+)`", test)
    assert files or "*" in test, "a claim without a test says so"
    for file in files:
        assert (ROOT / file).is_file(), f"{file} is not there"
