"""What `make golden` prints, when it fails, and which differences are meant."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.golden.__main__ import CHECKOUT
from tests.golden.differences import ABSENT, Comparison, Difference
from tests.golden.report import ExpectedDifference, ExpectedError, read_expectations, report

COLOR = Difference("urn:pulumi:one::tekton-builds::tiny:index:Thing::door", "inputs.color", "red", "blue")
WARNING = Difference("logged", "", "warning: the door is red", ABSENT)


def comparison(*differences: Difference) -> Comparison:
    return Comparison(differences=differences, moves={})


def test_without_a_difference_it_succeeds(capsys: pytest.CaptureFixture[str]) -> None:
    assert report({"one": comparison()}, []) == 0
    assert "0 differences" in capsys.readouterr().out


def test_a_difference_of_two_stacks_is_printed_once_with_both(capsys: pytest.CaptureFixture[str]) -> None:
    other = Difference(COLOR.subject.replace(":one:", ":two:"), *(COLOR.path, COLOR.base, COLOR.head))
    assert report({"one": comparison(COLOR, WARNING), "two": comparison(other)}, []) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["logged", "  (whole)   in one", "    - warning: the door is red"]
    assert lines[4:8] == [
        "urn:pulumi:STACK::tekton-builds::tiny:index:Thing::door",
        "  inputs.color   in one, two",
        "    - red",
        "    + blue",
    ]


def test_what_is_meant_is_counted_and_does_not_fail(capsys: pytest.CaptureFixture[str]) -> None:
    known = [ExpectedDifference(subject="*::door", path="inputs.*", why="the door is blue now")]
    assert report({"one": comparison(COLOR)}, known) == 0
    assert "0 differences, 1 more that are expected" in capsys.readouterr().out
    assert report({"one": comparison(COLOR, WARNING)}, known) == 1, "the warning is not meant"


def test_what_is_meant_and_not_there_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert report({"one": comparison()}, [ExpectedDifference(text="*blue*", why="the door is blue now")]) == 1
    assert "expected, and not there: * * *blue* (the door is blue now)" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["- {subject: x}", "- {why: x, urn: y}", "why: x", "- [", "- 5"])
def test_a_file_of_expected_differences_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "expected.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ExpectedError, match=r"EXPECTED is .*, but must be a YAML list of path, subject"):
        read_expectations(file)


def test_a_file_of_expected_differences_is_read(tmp_path: Path) -> None:
    file = tmp_path / "expected.yaml"
    file.write_text("- {path: 'inputs.*', why: blue}\n", encoding="utf-8")
    assert read_expectations(file) == [ExpectedDifference(path="inputs.*", why="blue")]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--base", "no-such-commit"], "BASE is 'no-such-commit', but must be a commit"),
        (["--base", ""], "BASE is '', but must be a commit"),
        (["--base", "HEAD", "--releases", "absent"], "RELEASES has absent, but must name folders"),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(arguments: list[str], words: str) -> None:
    run = [sys.executable, "-m", "tests.golden", *arguments]
    ended = subprocess.run(run, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert ended.returncode == 2, ended.stderr
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr
