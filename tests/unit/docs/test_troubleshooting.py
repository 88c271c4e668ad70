"""docs/troubleshooting.md quotes messages that the program and its commands still say."""

import ast
import re

import pytest

from tests.support.program import ROOT

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
FOLDERS = ("cli", "components", "inspection", "pipelines", "releases", "sandbox", "settings")
# The first cell of a row; a symptom without a message has no code in front.
QUOTED = re.findall(r"^\| `([^`]+)`", PAGE, re.MULTILINE)


def texts() -> str:
    """Every text of the sources, with a line's end between two."""
    files = [file for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*.py"))]
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
    found = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return "\n".join(
        [*found, *(file.read_text(encoding="utf-8") for file in ROOT.joinpath("pipelines").rglob("*.sh"))]
    )


@pytest.fixture(scope="module")
def said() -> str:
    return texts()


@pytest.mark.parametrize("message", QUOTED)
def test_a_message_of_the_page_is_one_of_the_program(said: str, message: str) -> None:
    assert message in said, "the program says it otherwise now"


def test_each_row_has_a_symptom_a_cause_and_a_way_on() -> None:
    for row in re.findall(r"^\|.*\|$", PAGE, re.MULTILINE):
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert [bool(cell) for cell in cells] == [True] * 3, row
