"""Which folders a push has changed: the clone compares two commits and needs nothing between them."""

import json
from pathlib import Path

import pytest

from tests.support.steps import Outcome, Step
from tests.unit.pipelines.tasks.git_clone.clone_step import commit, git


def changed(done: Outcome) -> list[str]:
    assert done.code == 0, done.err
    found: list[str] = json.loads(done.results["changed"])
    return found


@pytest.fixture
def before(remote: Path) -> str:
    """The commit before two more, of which each changes one folder."""
    for folder in ("frontend", "backend", "docs"):
        commit(remote, f"{folder}/file", "as it was")
    found = git(remote, "rev-parse", "HEAD")
    commit(remote, "frontend/file", "another")
    commit(remote, "docs/file", "another")
    return found


def clone(step: Step, remote: Path, before: str, folders: str = "frontend backend .") -> Outcome:
    tip = git(remote, "rev-parse", "HEAD")
    return step.run(url=f"file://{remote}", revision=tip, before=before, folders=folders)


def test_a_folder_counts_as_changed_when_any_commit_of_the_push_has_changed_it(
    step: Step, remote: Path, before: str
) -> None:
    done = clone(step, remote, before)
    assert changed(done) == ["frontend", "."], "the last commit alone has changed docs"
    kept = step.workspace("output")
    assert git(kept, "rev-list", "--count", "HEAD") == "1", "what lies between is not fetched"


def test_a_push_that_moves_back_is_compared_like_any_other(step: Step, remote: Path, before: str) -> None:
    tip = git(remote, "rev-parse", "HEAD")
    git(remote, "reset", "-q", "--hard", before)
    assert changed(clone(step, remote, tip)) == ["frontend", "."]


@pytest.mark.parametrize("unknown", ["", "0" * 40, "5" * 40])
def test_without_a_commit_to_compare_with_every_folder_counts(
    step: Step, remote: Path, before: str, unknown: str
) -> None:
    assert changed(clone(step, remote, unknown)) == ["frontend", "backend", "."], (
        "a new branch, or a forced push whose past is gone, must not leave an image unbuilt"
    )


def test_nothing_has_changed_in_a_commit_that_is_empty(step: Step, remote: Path, before: str) -> None:
    tip = git(remote, "rev-parse", "HEAD")
    git(remote, "commit", "-q", "--allow-empty", "-m", "empty")
    assert changed(clone(step, remote, tip)) == []


@pytest.mark.parametrize("hostile", ["--output=x", "-1", "main", "$(touch pwned)", "a b"])
def test_what_is_no_commit_is_refused(step: Step, remote: Path, before: str, hostile: str) -> None:
    done = clone(step, remote, hostile)
    assert done.code != 0
    assert "must be a commit" in done.err
    assert not list(step.folder.rglob("pwned"))
