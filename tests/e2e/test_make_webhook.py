"""A webhook at the running sandbox's forge, made by `make webhook` and by hand."""

import json
import os
import subprocess

import pytest

from cli.push import Push
from sandbox.forge.forge import REPOSITORY
from tests.e2e.shell import shell
from toolkit.paths import CHECKOUT, Paths

pytestmark = pytest.mark.e2e


def make() -> str:
    result = subprocess.run(
        ["make", "webhook"], cwd=CHECKOUT, env=os.environ, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_a_webhook_that_somebody_deleted_comes_back_and_answers(push: Push) -> None:
    hooks = f"repos/{push.forge.account.username}/{REPOSITORY}/hooks"
    for hook in push.forge.api.get(hooks):
        push.forge.api.delete(f"{hooks}/{hook['id']}")
    output = make()
    assert f"{REPOSITORY} delivers its pushes to {push.listener}; a test was answered with 202" in output
    (new_hook,) = push.forge.api.get(hooks)
    assert make() == output, "twice is harmless"
    assert [hook["id"] for hook in push.forge.api.get(hooks)] == [new_hook["id"]]


def test_a_webhook_is_made_by_hand_from_the_stack_outputs_alone(push: Push, paths: Paths) -> None:
    outputs = json.loads(shell(paths, "pulumi stack output --json --show-secrets"))
    (repository,) = outputs["repositories"]
    hooks = f"repos/{repository}/hooks"
    for hook in push.forge.api.get(hooks):
        push.forge.api.delete(f"{hooks}/{hook['id']}")
    # The fields of docs/github.md, "By hand"; the forge's API has GitHub's names for them.
    fields = {
        "url": outputs["hooks_url"],
        "content_type": "json",
        "secret": outputs["webhook_secret"],
    }
    push.forge.api.post(hooks, {"type": "gitea", "active": True, "events": ["push"], "config": fields})
    assert len(push.run(lambda tree: None)) == 2, "a push is delivered, believed and built"
