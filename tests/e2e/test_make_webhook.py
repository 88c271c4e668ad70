"""`make webhook` on the running sandbox."""

import os
import subprocess

import pytest

from cli.push import Push
from sandbox.forge.forge import REPOSITORY
from toolkit.paths import CHECKOUT

pytestmark = pytest.mark.e2e


def make() -> str:
    done = subprocess.run(
        ["make", "webhook"], cwd=CHECKOUT, env=os.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_webhook_that_somebody_deleted_comes_back_and_answers(push: Push) -> None:
    hooks = f"repos/{push.forge.account.username}/{REPOSITORY}/hooks"
    for hook in push.forge.api.get(hooks):
        push.forge.api.delete(f"{hooks}/{hook['id']}")
    said = make()
    assert f"{REPOSITORY} delivers its pushes to {push.listener}; a test was answered with 202" in said
    (first,) = push.forge.api.get(hooks)
    assert make() == said, "twice is harmless"
    assert [one["id"] for one in push.forge.api.get(hooks)] == [first["id"]]
