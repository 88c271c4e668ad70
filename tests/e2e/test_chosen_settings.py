"""The stack with settings that the default leaves alone: a limit, retries, LFS, and only what has changed."""

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cli.push import Push
from forges.signed_push import SignedPush
from inspection.pipeline_run import outcome
from sandbox.forge.forge import BRANCH, REPOSITORY
from sandbox.network import Network
from sandbox.stack.overrides import stack_overrides
from tests.e2e.commit_statuses import statuses
from tests.e2e.delivery import accepted_delivery
from tests.e2e.image_content import content
from tests.e2e.kubectl import kubectl
from tests.e2e.lfs import track
from tests.e2e.slow_build import building
from toolkit.paths import Paths
from toolkit.polling import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

LIMIT, PUSHES = 2, 20
SECONDS = 800.0
LARGE = "frontend/www/large.bin"


@pytest.fixture(scope="module")
def stack(push: Push, paths: Paths, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    images = [{"name": name, "context": name} for name in ("frontend", "backend")]
    repository = {"url": push.forge.clone_url, "images": images, "changedImagesOnly": True, "lfs": True}
    settings = {
        "repositories": [repository],
        "runs": {"concurrencyLimit": LIMIT},
        "builder": {"retries": 1, "egress": Network().egress},
    }
    log = tmp_path_factory.mktemp("chosen") / "up.log"
    with stack_overrides(paths, log, settings, {"statusToken": "none-that-the-forge-knows"}) as outputs:
        yield outputs


@pytest.fixture
def run_of(push: Push, stack: dict[str, Any]) -> Callable[[str], dict[str, Any]]:
    """The PipelineRun of a pushed commit, once it has ended well."""

    def ended(commit: str) -> dict[str, Any]:
        name = push.find_run(commit, push.delivery(commit))["metadata"]["name"]
        push.follow(name)
        run = push.cluster.pipeline_run(name)
        assert run is not None, f"{name} is gone"
        return run

    return ended


def built(run: dict[str, Any]) -> set[str]:
    """The names of the run's images."""
    return {result["name"].removesuffix("-image") for result in run["status"].get("results", ())}


def test_what_a_push_has_not_changed_is_not_built(
    push: Push, run_of: Callable[[str], dict[str, Any]]
) -> None:
    def change(tree: Path) -> None:
        (tree / "backend" / "note").write_text(secrets.token_hex(8))

    assert built(run_of(push.commit(change))) == {"backend"}
    assert built(run_of(push.commit())) == set(), "an empty commit changes nothing, and is a success"


def test_a_file_in_lfs_is_in_the_image(
    push: Push, run_of: Callable[[str], dict[str, Any]], tmp_path: Path
) -> None:
    text = f"large {secrets.token_hex(8)}"

    def untrack(tree: Path) -> None:
        (tree / LARGE).unlink()
        (tree / ".gitattributes").unlink()

    try:
        run = run_of(push.commit(lambda tree: track(push.forge, tree, LARGE, text.encode())))
        assert built(run) == {"frontend"}, "the frontend alone has changed"
        (reference,) = [result["value"] for result in run["status"]["results"]]
        assert content(push, reference, "www/large.bin", tmp_path) == text, "not the pointer"
    finally:
        run_of(push.commit(untrack))


def test_an_evicted_build_is_tried_again(push: Push, paths: Paths, stack: dict[str, Any]) -> None:
    with building(push) as (_, run, task_run):
        pod = task_run["status"]["podName"]
        kubectl(paths, "delete", "pod", "-n", "builds", pod, "--wait=false")
        assert [image.task for image in push.follow(run)] == ["build-and-push-frontend"]


def test_a_forge_that_refuses_the_token_fails_no_build(
    push: Push, run_of: Callable[[str], dict[str, Any]]
) -> None:
    commit = push.commit()
    run = run_of(commit)
    assert outcome(run) is True, "the build is what counts"
    assert statuses(push, commit) == [], "the forge was told nothing"
    pods = [task_run["status"]["podName"] for task_run in push.cluster.task_runs(run["metadata"]["name"])]
    (report,) = [pod for pod in pods if "report-result" in pod]
    lines = push.cluster.log(report, "step-report", 5)
    assert any("answers 401" in line for line in lines), f"the log says why: {lines}"


@pytest.mark.slow
def test_of_twenty_pushes_at_a_limit_of_two_never_more_than_two_build_and_all_end(
    push: Push, stack: dict[str, Any], signed_push: Callable[..., SignedPush]
) -> None:
    branch = push.forge.api.get(f"repos/{push.forge.account.username}/{REPOSITORY}/branches/{BRANCH}")
    url, secret = stack["hooks_url"], stack["webhook_secret"]
    pushes = [
        signed_push(url=url, secret=secret, after=branch["commit"]["id"], identity=secrets.token_hex(16))
        for _ in range(PUSHES)
    ]
    for delivery in pushes:
        accepted_delivery(delivery.send())
    identities = {delivery.identity for delivery in pushes}

    def runs_of_pushes() -> list[dict[str, Any]]:
        runs = push.cluster.pipeline_runs()
        return [run for run in runs if run["metadata"]["labels"].get("tekton-builds/delivery") in identities]

    def ended() -> list[dict[str, Any]] | str:
        runs = runs_of_pushes()
        complete = [run for run in runs if outcome(run) is not None]
        return complete if len(complete) == PUSHES else f"{len(complete)} of {len(runs)} have ended"

    runs: list[dict[str, Any]] = wait_for("twenty runs to end", ended, SECONDS)
    assert all(outcome(run) for run in runs), "every one of them is built"
    assert most_at_once(runs) == LIMIT, "fewer would waste the cluster, more is against the limit"


def most_at_once(runs: list[dict[str, Any]]) -> int:
    """Greatest number of runs at the same moment, by the times in their status (whole seconds)."""
    events = []
    for run in runs:
        status = run["status"]
        began, ended = (datetime.fromisoformat(status[key]) for key in ("startTime", "completionTime"))
        # One that ends in the second in which another starts has ended first: the janitor has seen it.
        events += [(began, 1), (ended, -1)]
    now = highest = 0
    for _, change in sorted(events):
        now += change
        highest = max(highest, now)
    return highest
