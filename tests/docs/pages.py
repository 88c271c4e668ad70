"""What the pages of the project tell people to type, in the order in which it stands there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FENCE = re.compile(r"^\s*```\s*(\w*)\s*$")
SPAN = re.compile(r"`([^`]+)`")
COMMENT = re.compile(r"\s+#\s.*$")
SHELL = {"", "sh", "bash", "console"}
"""Languages of a fenced block whose lines are typed."""
PROGRAMS = ("make", "pulumi", "export", "kubectl", "tkn")
"""What a span of code in the text begins with when it is a command."""
Kind = Literal["block", "table", "text", "settings"]


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A command, or a block of settings."""

    page: str
    line: int
    kind: Kind
    """`block`: a line of a fenced block. `table`: the first cell of a row. Both are typed where they stand.
    `text`: named in passing, so that it only has to be a command that works. `settings`: a block of YAML.
    """
    text: str
    """Without the comment behind it."""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.text}"


def pages(root: Path) -> list[str]:
    """README.md, and every page of docs/ in English; tests/unit/docs/test_translations.py has the others."""
    files = [file for file in sorted((root / "docs").glob("*.md")) if not file.name.endswith(".zh-CN.md")]
    return ["README.md", *(f"docs/{file.name}" for file in files)]


def pieces(root: Path, page: str) -> list[Piece]:
    """Everything of one page that is typed, in its order. Raises ValueError for a fence that has no end."""
    return list(_pieces(page, (root / page).read_text(encoding="utf-8").splitlines()))


def _pieces(page: str, lines: list[str]) -> Iterator[Piece]:
    number = 0
    while number < len(lines):
        line = lines[number]
        if fence := FENCE.match(line):
            end = next((at for at in range(number + 1, len(lines)) if FENCE.match(lines[at])), None)
            if end is None:
                raise ValueError(f"{page}:{number + 1}: the block has no end")
            yield from _block(page, number + 2, fence.group(1), lines[number + 1 : end])
            number = end + 1
        elif line.lstrip().startswith("|"):
            yield from _row(page, number + 1, line)
            number += 1
        else:
            # A span may go on in the next line: a paragraph is read as a whole.
            following = lines[number:]
            length = next((at for at, line in enumerate(following) if _ends(line)), len(following)) or 1
            text = "\n".join(following[:length])
            for span in SPAN.finditer(text):
                yield from _span(page, number + 1 + text.count("\n", 0, span.start()), "text", span.group(1))
            number += length


def _ends(line: str) -> bool:
    return not line.strip() or bool(FENCE.match(line)) or line.lstrip().startswith("|")


def _block(page: str, first: int, language: str, lines: list[str]) -> Iterator[Piece]:
    if language == "yaml":
        indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
        text = "".join(f"{line[indent:]}\n" for line in lines)
        yield Piece(page=page, line=first, kind="settings", text=text)
    if language not in SHELL:
        return
    command, began = "", first
    for number, line in enumerate(lines, first):
        began = began if command else number
        command += line.strip()
        if command.endswith("\\"):
            command = command[:-1]
        elif command:
            yield Piece(page=page, line=began, kind="block", text=COMMENT.sub("", command))
            command = ""


def _row(page: str, number: int, line: str) -> Iterator[Piece]:
    for index, cell in enumerate(re.split(r"(?<!\\)\|", line.strip().strip("|"))):
        for span in SPAN.finditer(cell):
            yield from _span(page, number, "text" if index else "table", span.group(1))


def _span(page: str, number: int, kind: Kind, text: str) -> Iterator[Piece]:
    command = " ".join(text.split())
    if command.partition(" ")[0] in PROGRAMS and " " in command:
        yield Piece(page=page, line=number, kind=kind, text=command)
