"""Deliveries that must not start a build.

Each wrong delivery is sent, then one that is right. When that one has run, all earlier ones have been dealt
with, and the runs are counted.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
import requests

from cli.push import Push
from forges.signed_push import SignedPush, commit_that_is_none
from tests.e2e.delivery import accepted_delivery
from toolkit.git import Git

pytestmark = pytest.mark.e2e

NOTHING = "0" * 40


@dataclass(frozen=True)
class RefusedDeliveries:
    """Answers to wrong deliveries, and the runs since."""

    commits: dict[str, str]
    answers: dict[str, requests.Response]
    runs: list[dict]

    def runs_of(self, case: str) -> list[str]:
        commit = self.commits[case]
        built = {"name": "revision", "value": commit}
        return [run["metadata"]["name"] for run in self.runs if built in run["spec"]["params"]]


@pytest.fixture(scope="module")
def refused(push: Push, git: Git, signed_push: Callable[..., SignedPush]) -> RefusedDeliveries:
    earlier_runs = {run["metadata"]["name"] for run in push.cluster.pipeline_runs()}
    right = signed_push()
    other_repository = {
        **right.repository,
        **{
            key: str(right.repository[key]).replace("/example", "/another")
            for key in ("clone_url", "ssh_url", "html_url", "full_name", "name")
        },
    }
    cases = {
        "a wrong signature": signed_push(secret="not the secret"),
        "no signature": signed_push(),
        "another path": signed_push(url=f"{right.url}/more"),
        "the root path": signed_push(url=right.url.removesuffix("/hooks") + "/"),
        "another branch": signed_push(ref="refs/heads/feature"),
        "a tag": signed_push(ref="refs/tags/main"),
        "a deleted branch": signed_push(after=NOTHING),
        "another repository": signed_push(repository=other_repository),
        "another event": signed_push(event="pull_request"),
        "a revision that is none": signed_push(after="main; rm -rf /"),
    }
    answers = {case: wrong.send(signed=case != "no signature") for case, wrong in cases.items()}
    commits = {case: wrong.after for case, wrong in cases.items()}

    # The forge itself, on another branch: it delivers the push, and says nothing of the deletion.
    branch = f"feature-{commit_that_is_none()}"
    commits["a push to another branch"] = push.commit(branch=branch)
    push.delivery(commits["a push to another branch"])
    git("push", "--quiet", push.forge.clone_url, f":refs/heads/{branch}")

    # The one that is right has the same shape: were the others refused for being malformed, so would it be.
    tip = git("ls-remote", push.forge.clone_url, "refs/heads/main").split()[0]
    answer = replace(right, after=tip).send()
    push.follow(push.find_run(tip, accepted_delivery(answer))["metadata"]["name"])
    runs = [run for run in push.cluster.pipeline_runs() if run["metadata"]["name"] not in earlier_runs]
    return RefusedDeliveries(commits=commits, answers=answers, runs=runs)


@pytest.mark.parametrize(
    "case",
    [
        "a wrong signature",
        "no signature",
        "another path",
        "the root path",
        "another branch",
        "a tag",
        "a deleted branch",
        "another repository",
        "another event",
        "a revision that is none",
        "a push to another branch",
    ],
)
def test_no_run_is_made_for(refused: RefusedDeliveries, case: str):
    assert refused.runs_of(case) == [], f"{case} started a build"


@pytest.mark.parametrize("case", ["another path", "the root path"])
def test_only_the_hooks_path_is_routed(refused: RefusedDeliveries, case: str):
    assert refused.answers[case].status_code == 404, f"{case} reaches something in the cluster"


def test_only_the_delivery_that_was_right_made_a_run(refused: RefusedDeliveries):
    assert len(refused.runs) == 1, [run["metadata"]["name"] for run in refused.runs]
