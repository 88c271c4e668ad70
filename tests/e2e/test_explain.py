"""`make explain` and `make redeliver`, through the sandbox's forge."""

import os
import subprocess
from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import Any

import pytest

from cli.push import Push
from forges.signed_push import commit_that_is_none
from sandbox.forge.forge import BRANCH, REPOSITORY
from sandbox.forge.webhook import ensure_webhook
from sandbox.network import Network
from tests.e2e.kubectl import kubectl
from toolkit.git import Git
from toolkit.paths import CHECKOUT, Paths
from toolkit.polling import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

# Where webhooks may go, and nobody listens: the load balancers' first address.
NOWHERE = f"http://{next(IPv4Network(Network().load_balancers).hosts())}:9/hooks"
SECONDS = 60.0


def make(*arguments: str) -> tuple[int, str]:
    """The exit code and all that it says."""
    result = subprocess.run(
        ["make", *arguments], cwd=CHECKOUT, env=os.environ, capture_output=True, text=True, check=False
    )
    return result.returncode, result.stdout + result.stderr


def explained(commit: str) -> str:
    code, output = make("explain", f"COMMIT={commit}")
    assert code == 0, output
    return output


def runs_of(push: Push, commit: str) -> list[str]:
    runs = push.cluster.pipeline_runs()
    return [
        run["metadata"]["name"]
        for run in runs
        if run["metadata"]["annotations"].get("tekton-builds/revision") == commit
    ]


@pytest.fixture
def astray(push: Push, outputs: dict[str, Any]) -> Iterator[None]:
    """The forge's webhook leads nowhere; afterwards it is the stack's again, with its deliveries."""
    hook = ensure_webhook(push.forge, outputs["hooks_url"], outputs["webhook_secret"])
    path = f"repos/{push.forge.account.username}/{REPOSITORY}/hooks/{hook}"
    push.forge.api.patch(path, {"config": {"url": NOWHERE, "content_type": "json"}})
    yield
    push.forge.api.patch(path, {"config": {"url": outputs["hooks_url"], "content_type": "json"}})


def test_a_push_that_was_built_is_told_with_its_run_its_images_and_its_log(push: Push) -> None:
    commit = push.commit()
    run = push.find_run(commit, push.delivery(commit))["metadata"]["name"]
    push.follow(run)
    output = explained(commit[:12])
    assert f"push      {commit} to {BRANCH} of developer/{REPOSITORY}" in output
    assert f"run       {run}: succeeded" in output
    assert output.count("@sha256:") == 2
    assert f"tkn pipelinerun logs --namespace builds {run}" in output
    identity = push.delivery(commit).identity
    assert run in make("explain", f"DELIVERY={identity}")[1], "by the id that the forge shows, too"


def test_what_starts_no_run_is_told_why(push: Push, git: Git) -> None:
    branch = f"feature-{commit_that_is_none()[:8]}"
    commit = push.commit(branch=branch)
    push.delivery(commit)
    output = explained(commit)
    assert f"no run    the branch {branch} is not built; built are: {BRANCH}" in output
    git("push", "--quiet", push.forge.clone_url, f":refs/heads/{branch}")


def test_a_push_that_is_signed_with_another_secret_is_told_so(push: Push, outputs: dict[str, Any]) -> None:
    ensure_webhook(push.forge, outputs["hooks_url"], "another secret than the stack's")
    try:
        commit = push.commit()
        push.delivery(commit)
        output = explained(commit)
    finally:
        ensure_webhook(push.forge, outputs["hooks_url"], outputs["webhook_secret"])
    assert "no run    it is not signed with the stack's secret: `make webhook`" in output


def test_what_the_forge_has_never_delivered_is_told_so() -> None:
    code, output = make("explain", f"COMMIT={commit_that_is_none()}")
    assert code != 0
    assert "the forge remembers no push of" in output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "give one of the two: DELIVERY=ID or COMMIT=SHA"),
        (["COMMIT=abcdef1", "DELIVERY=x"], "give one of the two"),
        (["COMMIT=main"], "COMMIT is 'main', but must be 7 or more hexadecimal digits"),
        (["DELIVERY=a b"], "DELIVERY is 'a b', but must be the id that the forge shows"),
    ],
)
def test_a_mistake_is_one_sentence(arguments: list[str], sentence: str) -> None:
    code, output = make("explain", *arguments)
    assert code != 0
    assert sentence in output
    assert "Traceback" not in output


def test_a_push_that_nobody_took_is_brought_back_once(push: Push, astray: None) -> None:
    commit = push.commit()

    def failed() -> bool | str:
        delivery = push.forge.database.delivery(commit)
        return (delivery is not None and delivery.is_complete) or "not tried yet"

    wait_for("the delivery to fail", failed, SECONDS)
    assert runs_of(push, commit) == []
    code, output = make("explain", f"COMMIT={commit}")
    assert code != 0, "it is lost"
    assert "it was never taken" in output
    code, output = make("redeliver")
    assert code == 0, output
    (run,) = runs_of(push, commit)
    assert f"delivered again, run {run}" in output
    code, output = make("redeliver")
    assert (code, runs_of(push, commit)) == (0, [run]), "a push that has a run is never built twice"
    assert f"has run {run}" in output
    push.follow(run)


@pytest.mark.slow
def test_ten_pushes_while_both_listeners_are_killed_lose_none(push: Push, paths: Paths) -> None:
    """The newest is built, by redelivery if need be; an older one has a run, or was overtaken."""
    listeners = ("-n", "builds-webhook", "-l", "eventlistener=github-listener")
    commits = []
    for number in range(10):
        commits.append(push.commit())
        if number in (2, 6):
            kubectl(paths, "delete", "pod", *listeners, "--grace-period=0", "--force")

    def tried() -> bool | str:
        deliveries = [push.forge.database.delivery(commit) for commit in commits]
        return (
            all(delivery is not None and delivery.is_complete for delivery in deliveries)
            or "deliveries are under way"
        )

    wait_for("every delivery to be tried", tried, SECONDS)
    wait_for("a listener", lambda: make("redeliver")[0] == 0 or "pushes are missing", SECONDS)
    output = make("redeliver")[1]
    for commit in commits:
        (line,) = [line for line in output.splitlines() if f"push of {commit[:12]} " in line]
        assert "has run" in line or "overtaken by" in line, line
        assert len(runs_of(push, commit)) <= 1, "no push is built twice"
    assert len(runs_of(push, commits[-1])) == 1, "the newest push is built"
    push.follow(runs_of(push, commits[-1])[0])
