"""docs/versions.md, held against the files that have the pins: nothing is pinned without a word of why."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from releases.release import LOCK, read_lock
from sandbox.images.tekton import CURRENT
from sandbox.toolchain import versions
from settings import Images
from tests.support.program import ROOT

PAGE = ROOT / "docs" / "versions.md"
WHY = "why this version"
Row = Mapping[str, str]


def tables(text: str) -> Iterator[dict[str, Row]]:
    """Each table's rows by their first cell; a row is its other cells by their column's heading."""
    block: list[list[str]] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            block.append([cell.strip() for cell in line.strip().strip("|").split("|")])
        elif block:
            heading, _, *rows = block
            yield {row[0]: dict(zip(heading[1:], row[1:], strict=True)) for row in rows}
            block = []


RELEASES, MADE, IMAGES, PYTHON, PROGRAMS, ACTIONS = tables(PAGE.read_text(encoding="utf-8"))


def pinned(table: Mapping[str, Row], column: str = "version") -> dict[str, str]:
    return {name: row[column] for name, row in table.items()}


def requirements(*files: str) -> dict[str, str]:
    """Packages and versions; every line of the files but comments and `-r` must be such a pair."""
    lines = [line for file in files for line in (ROOT / file).read_text(encoding="utf-8").splitlines()]
    return dict(line.split("==") for line in lines if line and not line.startswith(("#", "-r ")))


def tag(image: str) -> str:
    return image.partition("@")[0].rpartition(":")[2]


def test_every_release_of_the_lock_is_on_the_page() -> None:
    lock = read_lock(LOCK)
    assert pinned(RELEASES) == {release.name: release.version for release in lock}


def test_the_page_names_every_release_whose_digest_nobody_has_read() -> None:
    unread = {release.name for release in read_lock(LOCK) if not release.sha256}
    assert {name for name, row in RELEASES.items() if row["sha256"] == "missing"} == unread


def test_what_the_sandbox_makes_is_on_the_page_and_of_the_locks_series() -> None:
    assert pinned(MADE) == {release.name: release.version for release in CURRENT}
    lock = {release.name: release.version for release in read_lock(LOCK)}
    for release in CURRENT:
        assert release.version.rpartition(".")[0] == lock[release.part].rpartition(".")[0], (
            "what is tried on the sandbox's cluster would be another series than what a stack installs"
        )


def test_every_image_that_a_stack_may_run_is_on_the_page() -> None:
    images = Images().model_dump(by_alias=True)
    assert pinned(IMAGES, "tag") == {name: tag(image) for name, image in images.items()}


def test_the_page_names_every_image_whose_digest_nobody_has_read() -> None:
    images = Images().model_dump(by_alias=True)
    unread = {name for name, image in images.items() if "@sha256:" not in image}
    assert {name for name, row in IMAGES.items() if row["digest"] == "missing"} == unread


def test_every_package_that_somebody_chose_is_on_the_page_and_in_the_constraints() -> None:
    given = requirements("requirements.txt", "requirements-dev.txt")
    policy = requirements("policy/requirements.txt")
    assert pinned(PYTHON) == {**given, "pulumi-policy": policy["pulumi-policy"]}

    def same(name: str) -> str:
        return re.sub(r"[-_.]+", "-", name).lower()

    constraints = {same(name): version for name, version in requirements("constraints.txt").items()}
    assert {name: constraints[same(name)] for name in given} == given
    for name in ("pulumi", "PyYAML"):
        assert policy[name] == given[name], (
            f"{name} is one version in the program and another in its policies"
        )


def test_every_program_of_the_sandbox_is_on_the_page() -> None:
    constants = {name: value for name, value in vars(versions).items() if name.isupper()}
    assert pinned(PROGRAMS) == constants


def test_every_action_is_on_the_page() -> None:
    used = re.compile(r"uses: ([\w/-]+)@[0-9a-f]{40}  # (v[\d.]+)$", re.MULTILINE)
    files = sorted((ROOT / ".github" / "workflows").glob("*.yaml"))
    texts = [file.read_text(encoding="utf-8") for file in files]
    assert sum(text.count("uses: ") for text in texts) == sum(len(used.findall(text)) for text in texts)
    assert set(pinned(ACTIONS).items()) == {pair for text in texts for pair in used.findall(text)}


@pytest.mark.parametrize("table", [RELEASES, MADE, IMAGES, PYTHON, PROGRAMS, ACTIONS])
def test_a_pin_that_is_behind_says_why(table: Mapping[str, Row]) -> None:
    for name, row in table.items():
        version = row.get("version") or row["tag"]
        if version != row["newest known"] or "missing" in (row.get("digest"), ""):
            assert row[WHY], f"{name} is at {version}, {row['newest known']} is known, and nothing says why"


def test_a_pin_that_is_not_on_the_page_is_found(tmp_path: Path) -> None:
    """What the tests above compare is read off the page as it stands."""
    page = tmp_path / "page.md"
    page.write_text("# A\n\n| image | tag | why |\n|---|---|---|\n| a | 1 | |\n| b | 2 | old |\n\ntext\n")
    (table,) = tables(page.read_text())
    assert table == {"a": {"tag": "1", "why": ""}, "b": {"tag": "2", "why": "old"}}


def test_the_lock_of_the_sandbox_has_no_release_that_the_project_has_not() -> None:
    sandbox = yaml.safe_load((ROOT / "sandbox" / "releases.yaml").read_text(encoding="utf-8"))
    assert sandbox.keys() <= {release.name for release in read_lock(LOCK)}
