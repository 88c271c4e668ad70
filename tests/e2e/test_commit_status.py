"""Statuses that builds set at commits of the sandbox's forge."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.push import Push, PushError
from tests.e2e.commit_statuses import last_status, statuses
from tests.e2e.slow_build import building

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

DOCKERFILE, FAILING = Path("backend", "Dockerfile"), "RUN exit 7\n"


@pytest.fixture
def failing(push: Push) -> Iterator[str]:
    """A commit whose backend cannot be built; afterwards it can be again."""

    def broken(tree: Path) -> None:
        text = (tree / DOCKERFILE).read_text()
        (tree / DOCKERFILE).write_text(text.replace("USER", f"{FAILING}USER", 1))

    def mended(tree: Path) -> None:
        (tree / DOCKERFILE).write_text((tree / DOCKERFILE).read_text().replace(FAILING, ""))

    commit = push.commit(broken)
    try:
        yield commit
    finally:
        push.run(mended)


def test_a_commit_that_is_built_was_pending_and_is_a_success(push: Push) -> None:
    commit = push.commit()
    run = push.find_run(commit, push.delivery(commit))["metadata"]["name"]
    push.follow(run)
    assert [(status.state, status.context) for status in statuses(push, commit)] == [
        ("pending", "tekton-builds/sandbox"),
        ("success", "tekton-builds/sandbox"),
    ]
    pending, success = statuses(push, commit)
    assert pending.description == f"building: tkn pipelinerun logs -n builds {run}"
    assert run in success.description


def test_a_commit_that_cannot_be_built_says_what_failed(push: Push, failing: str) -> None:
    run = push.find_run(failing, push.delivery(failing))["metadata"]["name"]
    with pytest.raises(PushError, match="build-and-push-backend"):
        push.follow(run)
    status = last_status(push, failing)
    assert status.state == "failure"
    assert status.description == f"failed: build-and-push-backend; tkn pipelinerun logs -n builds {run}"


def test_a_commit_that_a_newer_push_has_overtaken_is_told_so(push: Push) -> None:
    with building(push) as (commit, _, _):
        newer = push.commit()
        status = last_status(push, commit)
    assert (status.state, status.description.partition(";")[0]) == ("error", "cancelled"), (
        "pending for ever would block whoever waits for it"
    )
    assert last_status(push, newer).state in ("success", "error")
