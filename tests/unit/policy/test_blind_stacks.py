"""Stacks that somebody wrote who had not seen the rules, with what should become of each."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.program import ROOT
from tests.unit.policy.judge import case, sentences

STACKS = sorted((ROOT / "tests" / "policy_stacks").glob("*.yaml"))


def load(file: Path) -> dict[str, Any]:
    stack = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert set(stack) <= {"stack", "expected", "reason", "objects", "tencentcloud"}, (
        f"{file.name} has other keys"
    )
    assert stack["expected"] in {"refused", "accepted"}
    assert stack["reason"].strip()
    assert stack.get("objects") or stack.get("tencentcloud"), f"{file.name} has nothing to judge"
    return dict(stack)


def test_there_are_twenty_of_them_and_some_of_each_kind() -> None:
    expected = [load(file)["expected"] for file in STACKS]
    assert len(expected) >= 20
    assert min(map(expected.count, ("refused", "accepted"))) >= 5


@pytest.mark.parametrize("file", STACKS, ids=lambda file: file.stem)
def test_a_stack_is_judged_as_its_author_expects(file: Path) -> None:
    stack = load(file)
    cases = [case(item) for item in stack.get("objects") or ()]
    cases += [(item["type"], item["properties"]) for item in stack.get("tencentcloud") or ()]
    said = [sentence for item in cases for sentence in sentences(item, stack=stack["stack"])]
    assert bool(said) is (stack["expected"] == "refused"), f"{stack['reason']}\n" + "\n".join(said)
