"""A page in Chinese says what its English page says: headings, commands, settings and links are the same."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.support.program import ROOT

SUFFIX = ".zh-CN.md"
PAGES = sorted([*ROOT.glob(f"*{SUFFIX}"), *(ROOT / "docs").glob(f"*{SUFFIX}")])
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


def english(page: Path) -> str:
    return page.with_name(page.name.replace(SUFFIX, ".md")).read_text(encoding="utf-8")


def without_blocks(text: str) -> str:
    return FENCE.sub("", text)


def blocks(text: str) -> list[list[str]]:
    """The lines of each block without comments; of a diagram, only its arrows: labels are translated."""
    return [
        re.findall(r"-->", body)
        if language == "mermaid"
        else [re.sub(r"\s+#\s.*$", "", line) for line in body.splitlines()]
        for language, body in FENCE.findall(text)
    ]


def spans(text: str) -> Counter[str]:
    return Counter(" ".join(span.split()) for span in re.findall(r"`([^`]+)`", without_blocks(text)))


def links(text: str) -> Counter[str]:
    """Targets, those in either language as one."""
    return Counter(target.replace(SUFFIX, ".md") for target in re.findall(r"\]\(([^)]+)\)", text))


def shape(text: str) -> list[str]:
    """What stands in which order: the level of each heading, list items, and the cells of each row."""
    lines = without_blocks(text).splitlines()
    marks = [re.match(r"#+ |- |\d+\. |\|", line) for line in lines]
    return [
        f"{mark.group().strip()}{line.count('|') or ''}"
        for mark, line in zip(marks, lines, strict=True)
        if mark
    ]


def test_the_pages_that_newcomers_read_first_are_in_chinese() -> None:
    names = ("README", "getting-started", "tencent-cloud", "coming-from-the-tutorial")
    assert {page.name for page in PAGES} >= {f"{name}{SUFFIX}" for name in names}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_headings_lists_and_tables_are_the_same(page: Path) -> None:
    assert shape(page.read_text(encoding="utf-8")) == shape(english(page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_blocks_of_commands_are_the_same(page: Path) -> None:
    assert blocks(page.read_text(encoding="utf-8")) == blocks(english(page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_settings_and_names_in_the_text_are_the_same(page: Path) -> None:
    assert spans(page.read_text(encoding="utf-8")) == spans(english(page))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_are_the_same_and_each_page_leads_to_the_other(page: Path) -> None:
    text, original = page.read_text(encoding="utf-8"), english(page)
    own = page.name.replace(SUFFIX, ".md")
    assert links(text) == links(original)
    assert f"[English]({own})" in text.splitlines()[:4]
    assert f"[简体中文]({page.name})" in original.splitlines()[:4]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_link_within_a_page_has_a_target_under_its_english_name(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = set(re.findall(r'<a id="([\w-]+)"></a>', text))
    assert set(re.findall(r"\]\(#([\w-]+)\)", text)) <= targets
