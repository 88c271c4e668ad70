"""The webhook's secret is another one, and every push between was taken."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.push import Push, PushError
from forges.signed_push import SignedPush
from sandbox.forge.webhook import ensure_webhook
from sandbox.network import Network
from sandbox.stack.overrides import stack_overrides
from sandbox.stack.stack import Stack
from tests.e2e.delivery import accepted_delivery
from toolkit.paths import CHECKOUT, Paths

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]


def builds(push: Push, signed: SignedPush) -> bool:
    """Sends the delivery; tells whether it has a run."""
    delivery = accepted_delivery(signed.send())
    try:
        push.find_run(signed.after, delivery)
    except PushError:
        return False
    assert delivery.event is not None, "a listener of Tekton's has answered"
    return len(push.cluster.pipeline_runs(delivery.event.identity)) == 1


@pytest.fixture
def restored(paths: Paths, push: Push, tmp_path: Path) -> Iterator[Stack]:
    """The stack, which afterwards has its first secret's number again, and the forge what that is now."""
    stack = Stack(paths, Network(), paths.state / "bin" / "pulumi")
    file = Path(stack.environment["PULUMI_OPTION_CONFIG_FILE"])
    original = file.read_text()
    yield stack
    file.write_text(original)
    assert stack.up(tmp_path / "restored.log") == 0, (tmp_path / "restored.log").read_text()
    now = stack.outputs()
    ensure_webhook(push.forge, now["hooks_url"], now["webhook_secret"])


@pytest.mark.usefixtures("restored")
def test_both_secrets_are_taken_for_a_while_and_then_the_new_one_alone(
    paths: Paths, push: Push, outputs: dict[str, Any], signed_push: Callable[..., SignedPush], tmp_path: Path
) -> None:
    old_secret, log = outputs["webhook_secret"], tmp_path / "up.log"
    with stack_overrides(
        paths, log, {"webhook": {"secretVersion": 2, "acceptPrevious": True}}, {}
    ) as rotating:
        new_secret = rotating["webhook_secret"]
        assert new_secret != old_secret
        assert builds(push, signed_push(secret=old_secret)), "the forge signs with it until it is told"
        assert builds(push, signed_push(secret=new_secret))
        with stack_overrides(paths, log, {"webhook": {"secretVersion": 2}}, {}) as rotated:
            assert rotated["webhook_secret"] == new_secret, "the same, or the forge would have the wrong one"
            assert builds(push, signed_push(secret=new_secret))
            assert not builds(push, signed_push(secret=old_secret)), (
                "whoever has stolen it can do nothing more"
            )


def test_one_command_rotates_stack_and_forge(push: Push, outputs: dict[str, Any], restored: Stack) -> None:
    result = subprocess.run(
        ["make", "rotate"], cwd=CHECKOUT, env=os.environ, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert restored.outputs()["webhook_secret"] != outputs["webhook_secret"]
    assert len(push.run()) == 2, "the forge signs with the new one"
