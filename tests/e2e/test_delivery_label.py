"""A run says which delivery started it, whatever stands in the header."""

from collections.abc import Callable

import pytest

from cli.push import Push
from forges.signed_push import SignedPush
from sandbox.forge.forge import BRANCH
from tests.e2e.delivery import accepted_delivery
from toolkit.git import Git

pytestmark = pytest.mark.e2e

LABEL = "tekton-builds/delivery"


def test_a_run_names_the_forges_delivery(push: Push) -> None:
    commit = push.commit()
    delivery = push.delivery(commit)
    run = push.find_run(commit, delivery)
    assert run["metadata"]["labels"][LABEL] == delivery.identity
    push.follow(run["metadata"]["name"])


@pytest.mark.parametrize("identity", ["$(context.pipelineRun.name)", 'a/b"}', "0" * 300])
def test_a_header_that_is_no_id_neither_reaches_the_run_nor_costs_it(
    push: Push, git: Git, signed_push: Callable[..., SignedPush], identity: str
) -> None:
    tip = git("ls-remote", push.forge.clone_url, f"refs/heads/{BRANCH}").split()[0]
    answer = signed_push(after=tip, identity=identity).send()
    run = push.find_run(tip, accepted_delivery(answer))
    assert run["metadata"]["labels"][LABEL] == "none"
    push.follow(run["metadata"]["name"])
