"""Which pushes start a run, and what they tell it."""

import json
import re
from typing import Any

import pytest

from pipelines import trigger
from pipelines.trigger import Trigger, TriggerRepository

PUSHED = "(body.repository.full_name.lowerAscii() + ' ' + body.ref)"
SHOP = TriggerRepository(
    full_name="team/shop", branches=["main", "release/1.x"], pipeline="github-trigger-pipeline"
)
WEB = TriggerRepository(
    full_name="team/web", branches=["main"], pipeline="pipeline-of-team-web", cancel_superseded=False
)
TRIGGER = Trigger(name="github-push-events-trigger", sources=[SHOP, WEB], template="github-template")
KEYS = ["team/shop refs/heads/main", "team/shop refs/heads/release/1.x", "team/web refs/heads/main"]


@pytest.fixture
def one_trigger() -> dict[str, Any]:
    (found,) = trigger.listener_spec("github-listener", [TRIGGER], 2)["triggers"]
    return found


def overlays(one_trigger: dict[str, Any]) -> dict[str, str]:
    return {one["key"]: one["expression"] for one in one_trigger["interceptors"][1]["params"][1]["value"]}


def test_the_filter_names_repositories_with_their_branches_and_a_real_commit() -> None:
    pushed, *conditions = trigger.push_filter([SHOP, WEB]).split(" && ", 3)
    assert pushed == f"{PUSHED} in {json.dumps(KEYS)}"
    assert conditions == [
        "body.after.matches('^([0-9a-f]{40}|[0-9a-f]{64})$')",
        "!body.after.matches('^0+$')",
        "!(has(body.deleted) && body.deleted)",
    ]


def test_the_signature_is_checked_before_anything_is_read(one_trigger: dict[str, Any]) -> None:
    first, second = one_trigger["interceptors"]
    assert first["ref"]["name"] == "github"
    assert {one["name"]: one["value"] for one in first["params"]} == {
        "secretRef": {"secretName": "github-secret", "secretKey": "secretToken"},
        "eventTypes": ["push"],
    }, "a pull request could run a stranger's Dockerfile with our credentials"
    assert second["ref"]["name"] == "cel"


def test_only_revisions_leave_the_payload_and_what_is_looked_up_for_it(one_trigger: dict[str, Any]) -> None:
    assert one_trigger["bindings"] == [
        {"name": "revision", "value": "$(body.after)"},
        {"name": "pipeline", "value": "$(extensions.run.pipeline)"},
        {"name": "repository", "value": "$(extensions.run.repository)"},
        {"name": "branch", "value": "$(extensions.run.branch)"},
        {"name": "branch_tag", "value": "$(extensions.run.branch_tag)"},
        {"name": "line", "value": "$(extensions.run.line)"},
        {"name": "delivery", "value": "$(extensions.delivery)"},
        {"name": "before", "value": "$(extensions.before)"},
    ]
    found = overlays(one_trigger)
    assert found["before"].endswith("matches('^([0-9a-f]{40}|[0-9a-f]{64})$') ? body.before : ''"), (
        "what is no commit is nothing, and the push is built"
    )
    table = json.loads(found["run"].removesuffix(f"[{PUSHED}]"))
    assert list(table) == KEYS, "no push that the filter lets through fails"
    assert table[KEYS[1]] == {
        "pipeline": "github-trigger-pipeline",
        "repository": "team/shop",
        "branch": "release/1.x",
        "branch_tag": trigger.branch_tag("release/1.x"),
        "line": trigger.branch_key("team/shop", "release/1.x"),
    }
    assert table[KEYS[2]]["pipeline"] == "pipeline-of-team-web"


def test_a_run_that_builds_only_changes_is_on_no_line(one_trigger: dict[str, Any]) -> None:
    """The janitor cancels the older ones of a line; here the older one's images would never be built."""
    table = json.loads(overlays(one_trigger)["run"].partition("}[")[0] + "}")
    assert [bool(table[key]["line"]) for key in KEYS] == [True, True, False]
    assert table[KEYS[0]]["line"] != table[KEYS[1]]["line"]


def test_a_deliverys_id_reaches_a_label_in_the_form_of_one_alone(one_trigger: dict[str, Any]) -> None:
    """A header is signed by nobody: whoever repeats a delivery may write there what he likes."""
    pattern = overlays(one_trigger)["delivery"].partition("matches('")[2].partition("')")[0]
    for taken in ("f6266f16-1bf3-46a5-9ea4-602e06ead473", "a", "0" * 63):
        assert re.search(pattern, taken), taken
    for hostile in ("", "-a", "a-", "0" * 64, "a\nb", "$(context.pipelineRun.name)", "a b", '"', "a/b"):
        assert not re.search(pattern, hostile), f"{hostile!r} is no label, and would cost the push its run"


@pytest.mark.parametrize(
    ("branch", "tag"),
    [
        ("main", "main"),
        ("release-1.x", "release-1.x"),
        ("release/1.x", "release-1.x-81caa6e"),
        ("#1+a@b", "1-a-b-2437ffc"),
        ("buildcache", "buildcache-722ffb5"),
        ("b" * 200, "b" * 120 + "-aaebc35"),
    ],
)
def test_a_branch_is_a_tag(branch: str, tag: str) -> None:
    assert trigger.branch_tag(branch) == tag


def test_no_two_branches_have_one_tag() -> None:
    branches = ["a/b", "a-b", "a+b", ".a-b", "b" * 150, "b" * 151, "buildcache"]
    tags = {trigger.branch_tag(branch) for branch in branches}
    assert len(tags) == len(branches), "the image of one would be called by the other's name"


def test_while_a_secret_is_changed_a_push_with_either_is_taken() -> None:
    """Every version has a key of its own: were one key's value changed, pushes would be refused meanwhile."""
    found = trigger.listener_spec("a", [TRIGGER], 2, [3, 2])["triggers"]
    keys = [one["interceptors"][0]["params"][0]["value"]["secretKey"] for one in found]
    assert keys == ["secretToken-3", "secretToken-2"]
    assert [one["name"] for one in found] == [TRIGGER.name, f"{TRIGGER.name}-previous"]
    assert found[0]["template"] == found[1]["template"]
    assert trigger.secret_key(1) == "secretToken", "the tutorial's"


def test_the_names_are_the_tutorials(one_trigger: dict[str, Any]) -> None:
    assert trigger.NAME == "github-push-events-trigger"
    assert (one_trigger["name"], one_trigger["template"]) == (trigger.NAME, {"ref": "github-template"})
