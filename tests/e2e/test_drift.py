"""`make drift`: what somebody has changed by hand is told, and nothing is done about it."""

import json
import os
import subprocess
from collections.abc import Iterator

import pytest

from tests.e2e.kubectl import kubectl
from toolkit.paths import CHECKOUT, Paths

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

ROLE = ("role", "janitor", "--namespace", "builds")


def drift() -> tuple[int, str]:
    result = subprocess.run(
        ["make", "drift"], cwd=CHECKOUT, env=os.environ, capture_output=True, text=True, check=False
    )
    return result.returncode, result.stdout + result.stderr


@pytest.fixture
def widened(paths: Paths) -> Iterator[list[dict[str, list[str]]]]:
    """Gives the janitor another right than the program does; restores it afterwards."""
    rules = json.loads(kubectl(paths, "get", *ROLE, "--output=json"))["rules"]
    wider = [{**rules[0], "verbs": [*rules[0]["verbs"][:-1], "create"]}]
    kubectl(paths, "patch", *ROLE, "--type=merge", "--patch", json.dumps({"rules": wider}))
    yield wider
    kubectl(paths, "patch", *ROLE, "--type=merge", "--patch", json.dumps({"rules": rules}))


def test_a_stack_that_is_as_it_was_has_no_drift() -> None:
    code, output = drift()
    assert code == 0, output


def test_rights_that_somebody_has_changed_are_an_error_and_stay(
    paths: Paths, widened: list[dict[str, list[str]]]
) -> None:
    code, output = drift()
    assert code != 0, "a check of a pipeline must fail"
    assert "janitor-rights" in output, output
    assert "create" in output, "it says what is changed"
    now = json.loads(kubectl(paths, "get", *ROLE, "--output=json"))["rules"]
    assert now == widened, "it looks, and touches nothing"
    code, _ = drift()
    assert code != 0, "and the state has not taken it over"
