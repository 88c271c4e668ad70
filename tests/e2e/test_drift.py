"""`make drift`: what somebody has changed by hand is told, and nothing is done about it."""

import json
import os
import subprocess
from collections.abc import Iterator

import pytest

from sandbox.paths import CHECKOUT, Paths

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

ROLE = ("role", "janitor", "--namespace", "builds")


def kubectl(paths: Paths, *arguments: str) -> str:
    command = [paths.state / "bin" / "kubectl", "--kubeconfig", paths.kubeconfig, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def drift() -> tuple[int, str]:
    done = subprocess.run(
        ["make", "drift"], cwd=CHECKOUT, env=os.environ, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def widened(paths: Paths) -> Iterator[None]:
    """Somebody has given the janitor more rights than the program does; afterwards they are taken back."""
    rules = json.loads(kubectl(paths, "get", *ROLE, "--output=json"))["rules"]
    more = [*rules, {"apiGroups": [""], "resources": ["secrets"], "verbs": ["list"]}]
    kubectl(paths, "patch", *ROLE, "--type=merge", "--patch", json.dumps({"rules": more}))
    yield
    kubectl(paths, "patch", *ROLE, "--type=merge", "--patch", json.dumps({"rules": rules}))


def test_a_stack_that_is_as_it_was_has_no_drift() -> None:
    code, said = drift()
    assert code == 0, said


def test_rights_that_somebody_has_added_are_an_error_and_stay(paths: Paths, widened: None) -> None:
    code, said = drift()
    assert code != 0, "a check of a pipeline must fail"
    assert "janitor-rights" in said, said
    assert "secrets" in said, "it says what is changed"
    now = json.loads(kubectl(paths, "get", *ROLE, "--output=json"))["rules"]
    assert len(now) == 2, "it looks, and touches nothing"
    again, _ = drift()
    assert again != 0, "and the state has not taken it over"
