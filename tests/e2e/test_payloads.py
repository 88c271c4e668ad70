"""Payloads of both forges: GitHub's in the shape that its documentation gives, Gitea's by Gitea itself."""

import secrets
from collections.abc import Callable
from typing import Any

import pytest

from cli.push import Push
from forges.signed_push import SignedPush, commit_that_is_none
from sandbox.forge.forge import BRANCH
from tests.e2e.delivery import accepted_delivery
from toolkit.git import Git

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

NOTHING = "0" * 40
HOSTILE = "$(context.pipelineRun.name)\"'`; touch /pwned;\n" + "a" * 300
GITHUB = {
    "created": False,
    "deleted": False,
    "forced": False,
    "base_ref": None,
    "compare": "https://github.com/developer/example/compare/0...1",
    "pusher": {"name": HOSTILE, "email": HOSTILE},
    "sender": {"login": HOSTILE, "id": 1, "type": "User"},
    "head_commit": {"id": "1" * 40, "message": HOSTILE, "added": [HOSTILE], "removed": [], "modified": []},
}


def github(signed_push: Callable[..., SignedPush], **changed: Any) -> SignedPush:
    """A push as GitHub sends one, with what its users may write full of mischief."""
    right = signed_push()
    repository = {
        "id": 186853002,
        "name": right.repository["name"],
        # GitHub says a name as its owner writes it.
        "full_name": str(right.repository["full_name"]).title(),
        "private": True,
        "owner": {"name": HOSTILE, "login": HOSTILE},
        "description": HOSTILE,
        "clone_url": "https://github.com/somebody/else.git",
        "default_branch": HOSTILE,
    }
    extra_fields = {**GITHUB, **changed.pop("extra_fields", {})}
    return signed_push(**{"repository": repository, "extra_fields": extra_fields, **changed})


def started(push: Push, delivery: SignedPush) -> list[dict[str, Any]]:
    """The runs of this delivery, when one that was sent after it has its run."""
    return [
        run
        for run in push.cluster.pipeline_runs()
        if run["metadata"]["labels"].get("tekton-builds/delivery") == delivery.identity
    ]


def test_a_push_and_a_forced_push_of_githubs_are_built_and_give_nothing_but_the_commit(
    push: Push, signed_push: Callable[..., SignedPush]
) -> None:
    for forced in (False, True):
        delivery = github(signed_push, extra_fields={"forced": forced}, before=commit_that_is_none())
        run = push.find_run(delivery.after, accepted_delivery(delivery.send()))
        params = {param["name"]: param["value"] for param in run["spec"]["params"]}
        assert params == {"revision": delivery.after, "branch_tag": "main", "before": delivery.before}
        assert "pwned" not in str(run), "what a user wrote has reached the run"
        assert "somebody/else" not in str(run), "what is cloned is the settings' alone"


@pytest.mark.parametrize(
    "wrong",
    [
        {"ref": "refs/heads/main", "after": NOTHING, "extra_fields": {"deleted": True, "head_commit": None}},
        {"ref": "refs/tags/v1.0", "extra_fields": {"created": True, "base_ref": "refs/heads/main"}},
        {"ref": f"refs/heads/{HOSTILE}"},
        {"ref": "refs/heads/main\nx"},
        {
            "event": "ping",
            "extra_fields": {
                "zen": "Keep it logically awesome.",
                "hook_id": 1,
                "hook": {"type": "Repository"},
            },
        },
        {"event": "create", "ref": "main", "extra_fields": {"ref_type": "branch"}},
        {"event": "delete", "ref": "main", "extra_fields": {"ref_type": "branch"}},
    ],
    ids=["deletion", "tag", "hostile branch", "branch with a line end", "ping", "create", "delete"],
)
def test_what_is_no_push_of_a_branch_starts_nothing(
    push: Push, signed_push: Callable[..., SignedPush], wrong: dict[str, Any]
) -> None:
    delivery, right = github(signed_push, **wrong), github(signed_push)
    accepted_delivery(delivery.send())
    push.find_run(right.after, accepted_delivery(right.send()))
    assert started(push, delivery) == []


@pytest.mark.parametrize("before", [HOSTILE, "", None, 7, "main"])
def test_a_commit_before_that_is_none_costs_no_push_its_run(
    push: Push, signed_push: Callable[..., SignedPush], before: Any
) -> None:
    delivery = github(signed_push, extra_fields={"before": before})
    run = push.find_run(delivery.after, accepted_delivery(delivery.send()))
    assert {"name": "before", "value": ""} in run["spec"]["params"]


def test_gitea_delivers_a_forced_push_and_it_is_built(push: Push, git: Git) -> None:
    tip = git("ls-remote", push.forge.clone_url, f"refs/heads/{BRANCH}").split()[0]
    pushed = push.commit()
    git("fetch", "--quiet", "--depth", "1", push.forge.clone_url, tip)
    tree = git("rev-parse", "FETCH_HEAD^{tree}").strip()
    new_tip = git("commit-tree", tree, "-p", tip, "-m", f"Instead {secrets.token_hex(4)}").strip()
    git("push", "--quiet", "--force", push.forge.clone_url, f"{new_tip}:refs/heads/{BRANCH}")
    run = push.find_run(new_tip, push.delivery(new_tip))
    params = {param["name"]: param["value"] for param in run["spec"]["params"]}
    assert params["before"] == pushed, "what the force has overwritten"
    assert len(push.follow(run["metadata"]["name"])) == 2


def test_gitea_delivers_a_tag_and_nothing_is_built(push: Push, git: Git) -> None:
    tip = git("ls-remote", push.forge.clone_url, f"refs/heads/{BRANCH}").split()[0]
    tag = f"v-{secrets.token_hex(4)}"
    earlier_runs = {run["metadata"]["name"] for run in push.cluster.pipeline_runs()}
    git("fetch", "--quiet", "--depth", "1", push.forge.clone_url, tip)
    git("push", "--quiet", push.forge.clone_url, f"{tip}:refs/tags/{tag}")
    try:
        commit = push.commit()
        push.find_run(commit, push.delivery(commit))
        new_runs = [
            run for run in push.cluster.pipeline_runs() if run["metadata"]["name"] not in earlier_runs
        ]
        assert len(new_runs) == 1, "the push alone has a run, and the tag before it none"
    finally:
        git("push", "--quiet", push.forge.clone_url, f":refs/tags/{tag}")
