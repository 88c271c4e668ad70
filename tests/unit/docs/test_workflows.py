"""The workflows of GitHub, as far as they can be judged offline."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docs.workflows import runs
from tests.support.program import ROOT

FILES = sorted((ROOT / ".github" / "workflows").glob("*.yaml"))
OFFICIAL = {"actions/checkout", "actions/setup-python", "pulumi/actions"}


def read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


@pytest.fixture(params=FILES, ids=lambda file: file.name)
def workflow(request: pytest.FixtureRequest) -> dict[str, Any]:
    return read(request.param)


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def test_there_is_one_for_tests_one_for_review_and_one_for_what_was_merged() -> None:
    found = {file.name: read(file) for file in FILES}
    assert list(found) == ["ci.yaml", "preview.yaml", "up.yaml"]
    assert list(found["ci.yaml"]["on"]) == ["pull_request"], "a fork's program gets no secrets"
    assert "secrets." not in FILES[0].read_text(encoding="utf-8")
    assert [step["run"] for step in steps(found["ci.yaml"]) if "run" in step] == [
        "make check",
        "sudo make test",
        "sudo make test-slow",
    ]
    assert list(found["preview.yaml"]["on"]) == ["pull_request"], (
        "pull_request_target would give a fork's program the secrets"
    )
    assert found["up.yaml"]["on"] == {"push": {"branches": ["main"]}}
    commands = [step["with"]["command"] for one in found.values() for step in steps(one) if "env" in step]
    assert commands == ["preview", "up"]


def test_every_action_is_an_official_one_at_a_commit(workflow: dict[str, Any]) -> None:
    for step in steps(workflow):
        if "uses" in step:
            name, _, version = step["uses"].partition("@")
            assert name in OFFICIAL, f"{name} is somebody else's, and gets the secrets"
            assert re.fullmatch(r"[0-9a-f]{40}", version), f"{step['uses']} is another action tomorrow"


@pytest.mark.parametrize("name", ["preview", "up"])
def test_nothing_is_shown_or_deployed_but_under_the_policies(name: str) -> None:
    workflow = read(ROOT / ".github" / "workflows" / f"{name}.yaml")
    (pulumi,) = [step for step in steps(workflow) if step.get("uses", "").startswith("pulumi/actions@")]
    assert pulumi["with"]["policyPacks"] == "policy"
    assert (ROOT / "policy" / "PulumiPolicy.yaml").is_file()


def test_a_command_is_one_of_makes_so_that_it_is_tried_here(workflow: dict[str, Any]) -> None:
    targets = re.findall(r"^([\w -]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    known = {target for line in targets for target in line.split()}
    for step in steps(workflow):
        if "run" in step:
            program, target = step["run"].removeprefix("sudo ").split()
            assert (program, target in known) == ("make", True), step["run"]


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("preview", "pulumi preview --non-interactive --stack dev --policy-pack policy --diff"),
        ("up", "pulumi up --yes --skip-preview --non-interactive --stack dev --policy-pack policy"),
    ],
)
def test_what_a_runner_runs_is_known_and_its_names_are_documented(name: str, last: str) -> None:
    text = (ROOT / "docs" / "environments.md").read_text(encoding="utf-8")
    named = {
        f"{kind}.{word}": "" for kind in ("secrets", "vars") for word in re.findall(r"`([A-Z][A-Z_]+)`", text)
    }
    commands = [run.command for run in runs(ROOT / ".github" / "workflows" / f"{name}.yaml", named)]
    assert commands == ["make venv", last], "tests/docs/test_pages.py types them"


def test_a_secret_reaches_the_one_step_that_needs_it(workflow: dict[str, Any]) -> None:
    for step in steps(workflow):
        if "secrets." in str(step):
            assert step["uses"].startswith("pulumi/actions@"), "no other step may read it"
            assert "secrets." not in str(step["with"]), "an input may be in a log"
    outside = {key: value for key, value in workflow.items() if key != "jobs"}
    assert "secrets." not in str(outside), "every step would have it"


@pytest.mark.parametrize("name", ["preview", "up"])
def test_the_runners_and_the_stacks_are_chosen(name: str) -> None:
    for job in read(ROOT / ".github" / "workflows" / f"{name}.yaml")["jobs"].values():
        assert job["runs-on"] == "${{ vars.RUNS_ON || 'ubuntu-24.04' }}", "they must be inside apiCidrs"
        assert job["environment"] == "${{ matrix.stack }}", "whose secrets and approvals these are"
        for stack in job["strategy"]["matrix"]["stack"]:
            assert (ROOT / f"Pulumi.{stack}.yaml").is_file(), f"there is no stack {stack}"


def test_nothing_may_write_but_a_comment(workflow: dict[str, Any]) -> None:
    writes = {name for name, right in workflow["permissions"].items() if right == "write"}
    assert writes == ({"pull-requests"} if workflow["name"] == "preview" else set())


def test_an_up_is_never_cut_off() -> None:
    assert read(ROOT / ".github" / "workflows" / "up.yaml")["concurrency"]["cancel-in-progress"] is False
