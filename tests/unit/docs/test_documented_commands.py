"""Every command of README.md and docs/ is typed by a test, as it stands there.

What is typed and what it prints is in tests/docs/; these tests need no cluster.
"""

import re
from pathlib import Path

import pytest

from tests.docs.pages import Piece, pages, pieces
from tests.docs.scripts import SCRIPTS
from tests.docs.session import replaced
from tests.docs.tables import ELSEWHERE, EXEMPT, SETTINGS
from tests.support.program import ROOT

PAGES = pages(ROOT)
HOST = re.compile(r"([a-z0-9-]+\.)+[a-z]{2,}")
PLACEHOLDER = re.compile(r"\b[A-Z]{2,}\b(?!=)")


def commands(page: str, *kinds: str) -> list[Piece]:
    return [piece for piece in pieces(ROOT, page) if piece.kind in kinds]


def exempt(piece: Piece) -> bool:
    return (piece.page, piece.text) in [(entry.page, entry.command) for entry in EXEMPT]


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_tells_to_type_is_typed_in_its_session(page: str) -> None:
    steps = SCRIPTS[page].steps if page in SCRIPTS else {}
    missing = [
        str(piece)
        for piece in commands(page, "block", "table")
        if piece.text not in steps and not exempt(piece)
    ]
    assert not missing, f"nobody has tried them; tests/docs/ has a script for each page: {missing}"


def test_a_command_that_the_text_names_is_one_that_some_session_types() -> None:
    all_commands = [command for script in SCRIPTS.values() for command in script.steps]
    all_commands += [entry.command for entry in ELSEWHERE]
    for page in PAGES:
        for piece in commands(page, "text"):
            # A name alone may stand for the command with arguments, and a word in capitals for any.
            parts = r"\S+".join(re.escape(part) for part in PLACEHOLDER.split(piece.text))
            pattern = re.compile(rf"{parts}(?=\s|$)")
            assert exempt(piece) or any(map(pattern.match, all_commands)), f"{piece}: nobody has tried it"


@pytest.mark.parametrize("page", SCRIPTS)
def test_a_script_has_nothing_that_its_page_has_not(page: str) -> None:
    instructions = {piece.text for piece in commands(page, "block", "table")}
    mentions = {piece.text for piece in commands(page, "text")}
    for command, step in SCRIPTS[page].steps.items():
        assert command in instructions | mentions, f"{page} does not say `{command}` any more"
        assert command in instructions or step.in_text, (
            f"{page} names `{command}` in passing, so the script must say that it is run"
        )
    blocks = commands(page, "settings")
    assert len(blocks) == len(SCRIPTS[page].settings), f"each block of settings of {page} goes into a file"


def test_no_command_of_make_or_pulumi_is_exempt_and_every_exemption_names_who_refused() -> None:
    for entry in EXEMPT:
        assert not re.match(r"(make|pulumi)\b", entry.command), f"{entry.command} can be run everywhere"
        assert any(
            (entry.page, entry.command) == (piece.page, piece.text) for piece in commands(entry.page, "block")
        )
    for host in [entry.host for entry in (*EXEMPT, *SETTINGS)]:
        assert HOST.fullmatch(host), f"{host!r} is no host that could have refused anything"


def test_what_another_test_types_is_in_that_test() -> None:
    for entry in ELSEWHERE:
        text = (ROOT / entry.file).read_text(encoding="utf-8")
        assert entry.command in text, f"{entry.file} does not run `{entry.command}`"


@pytest.mark.parametrize(
    ("page_text", "command"),
    [
        ("make webhook REPO=OWNER/NAME STACK=dev", "make webhook REPO=example/shop STACK=dev"),
        ("pulumi config set registryUsername NAME", "pulumi config set registryUsername shop"),
        ("make lock UPGRADE=NAME=VERSION", "make lock UPGRADE=NAME=VERSION"),
        ("export TOKEN=...", "export TOKEN=..."),
    ],
)
def test_only_what_stands_for_something_of_the_readers_is_replaced(page_text: str, command: str) -> None:
    assert replaced(page_text, {}) == command


def test_a_page_is_read_as_a_person_reads_it(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(
        "Say `make\nup` and `make` and `Pulumi.yaml`.\n\n"
        "```\nmake push    # to see it\nexport A=1 \\\n  B=2\n```\n\n"
        "```text\nno command\n```\n\n"
        "| `make drift` | as `pulumi refresh` |\n|---|---|\n\n"
        "1. Write:\n\n   ```yaml\n   a: 1\n   b: [2]\n   ```\n"
    )
    result = [(piece.kind, piece.line, piece.text) for piece in pieces(tmp_path, "page.md")]
    assert result == [
        ("text", 1, "make up"),
        ("block", 5, "make push"),
        ("block", 6, "export A=1 B=2"),
        ("table", 14, "make drift"),
        ("text", 14, "pulumi refresh"),
        ("settings", 20, "a: 1\nb: [2]\n"),
    ]
