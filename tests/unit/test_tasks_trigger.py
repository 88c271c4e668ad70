"""Which pushes start a run, and what the run may know of them."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from components.tasks import pipeline, trigger
from components.tasks.trigger import Run, Source

BRANCHES = ["main", "release/1.x"]
SOURCE = Source(
    full_name="team/shop", branches=BRANCHES, trigger="github-push-events-trigger", template="github-template"
)
RUN = Run(
    repository="team/shop",
    pipeline="github-trigger-pipeline",
    namespace="builds",
    account="tekton-build-sa",
    secrets={pipeline.REGISTRY_AUTH: "registry-auth"},
    volume_size="10Gi",
    minutes=60,
    labels={"app.kubernetes.io/part-of": "tekton-builds"},
)


@pytest.fixture
def one_trigger() -> dict[str, Any]:
    (found,) = trigger.listener_spec("github-listener", [SOURCE], 2)["triggers"]
    return found


@pytest.fixture
def run() -> dict[str, Any]:
    (found,) = trigger.template_spec(RUN)["resourcetemplates"]
    return found


def test_the_filter_names_repository_branches_and_a_real_commit() -> None:
    conditions = trigger.push_filter("team/shop", ["main", "release/1.x"]).split(" && ", 4)
    assert conditions == [
        'body.repository.full_name.lowerAscii() == "team/shop"',
        'body.ref in ["refs/heads/main", "refs/heads/release/1.x"]',
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


def test_only_revisions_and_the_branch_leave_the_payload(one_trigger: dict[str, Any]) -> None:
    assert one_trigger["bindings"] == [
        {"name": "revision", "value": "$(body.after)"},
        {"name": "branch", "value": "$(extensions.branch)"},
        {"name": "branch_tag", "value": "$(extensions.branch_tag)"},
        {"name": "line", "value": "$(extensions.line)"},
        {"name": "delivery", "value": "$(extensions.delivery)"},
        {"name": "before", "value": "$(extensions.before)"},
    ]
    overlay, looked_up, lines, _, before = one_trigger["interceptors"][1]["params"][1]["value"]
    assert looked_up["key"] == "branch_tag"
    tags = json.loads(looked_up["expression"].removesuffix("[body.ref]"))
    assert set(tags) == {f"refs/heads/{branch}" for branch in BRANCHES}, (
        "no ref that the filter lets through fails"
    )
    assert len(set(json.loads(lines["expression"].removesuffix("[body.ref]")).values())) == len(BRANCHES)
    assert overlay == {"key": "branch", "expression": f"body.ref.substring({len('refs/heads/')})"}
    assert before["expression"].endswith("matches('^([0-9a-f]{40}|[0-9a-f]{64})$') ? body.before : ''"), (
        "what is no commit is nothing, and the push is built"
    )


def test_a_deliverys_id_reaches_a_label_in_the_form_of_one_alone(one_trigger: dict[str, Any]) -> None:
    """A header is signed by nobody: whoever repeats a delivery may write there what he likes."""
    (overlay,) = [
        one for one in one_trigger["interceptors"][1]["params"][1]["value"] if one["key"] == "delivery"
    ]
    pattern = overlay["expression"].partition("matches('")[2].partition("')")[0]
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


def test_the_run_is_given_the_revision_and_a_tag_of_ours(run: dict[str, Any]) -> None:
    assert run["spec"]["params"] == [
        {"name": "revision", "value": "$(tt.params.revision)"},
        {"name": "branch_tag", "value": "$(tt.params.branch_tag)"},
        {"name": "before", "value": "$(tt.params.before)"},
    ]
    assert "$(tt.params.branch)" not in json.dumps(run["spec"]), (
        "a branch name may hold what Tekton substitutes"
    )
    given = {key: value for key, value in run["metadata"]["labels"].items() if "$(tt.params" in value}
    assert given == {
        "tekton-builds/line": "$(tt.params.line)",
        "tekton-builds/delivery": "$(tt.params.delivery)",
    }, "a label has no room for a branch name"


def test_a_run_has_a_volume_of_its_own_that_goes_with_it(run: dict[str, Any]) -> None:
    workspace = next(one for one in run["spec"]["workspaces"] if one["name"] == pipeline.SOURCE)
    assert workspace["volumeClaimTemplate"]["spec"]["resources"] == {"requests": {"storage": "10Gi"}}
    assert run["metadata"]["annotations"]["tekton.dev/auto-cleanup-pvc"] == "true"


def test_a_run_is_nobody_and_its_containers_are_not_root(run: dict[str, Any]) -> None:
    template = run["spec"]["taskRunTemplate"]
    assert template["serviceAccountName"] == "tekton-build-sa"
    context = template["podTemplate"]["securityContext"]
    assert (context["runAsNonRoot"], context["runAsUser"], context["fsGroup"]) == (True, 1000, 1000)
    assert "seccompProfile" not in context, "RuntimeDefault for the whole pod would end rootless BuildKit"


def test_a_run_that_hangs_is_ended(run: dict[str, Any]) -> None:
    assert run["spec"]["timeouts"] == {"pipeline": "63m0s", "tasks": "60m0s", "finally": "3m0s"}, (
        "and has the time to say so"
    )
    assert "status" not in run["spec"], "without a limit it starts at once"


def test_a_run_that_builds_only_changes_is_on_no_line() -> None:
    """The janitor cancels the older ones of a line; here the older one's images would never be built."""
    (made,) = trigger.template_spec(replace(RUN, cancelled=False))["resourcetemplates"]
    assert trigger.LINE not in made["metadata"]["labels"]


def test_the_names_are_the_tutorials(one_trigger: dict[str, Any], run: dict[str, Any]) -> None:
    assert one_trigger["name"] == "github-push-events-trigger"
    assert one_trigger["template"] == {"ref": "github-template"}
    assert run["metadata"]["generateName"] == "github-run-"
    assert run["spec"]["pipelineRef"] == {"name": "github-trigger-pipeline"}


def test_every_workspace_of_the_run_is_one_of_the_pipelines(run: dict[str, Any]) -> None:
    known = {
        one["name"]: one.get("optional", False)
        for one in pipeline.spec(pipeline.Source(url="u"), [], task="build-image", parallel=4)["workspaces"]
    }
    bound = {one["name"] for one in run["spec"]["workspaces"]}
    assert bound <= set(known)
    assert {name for name, optional in known.items() if not optional} <= bound


def test_every_parameter_of_the_template_is_declared() -> None:
    spec = trigger.template_spec(RUN)
    used = set(re.findall(r"\$\(tt\.params\.(\w+)\)", json.dumps(spec)))
    assert used == {one["name"] for one in spec["params"]}


def test_while_a_secret_is_changed_a_push_with_either_is_taken() -> None:
    """Every version has a key of its own: were one key's value changed, pushes would be refused meanwhile."""
    found = trigger.listener_spec("a", [replace(SOURCE, versions=[3, 2])], 2)["triggers"]
    keys = [one["interceptors"][0]["params"][0]["value"]["secretKey"] for one in found]
    assert keys == ["secretToken-3", "secretToken-2"]
    assert [one["name"] for one in found] == [SOURCE.trigger, f"{SOURCE.trigger}-previous"]
    assert found[0]["template"] == found[1]["template"]
    assert trigger.secret_key(1) == "secretToken", "the tutorial's"
