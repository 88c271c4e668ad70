"""The PipelineRun that a push makes."""

import json
import re
from typing import Any

import pytest

from pipelines import pipeline, template
from pipelines.template import Run

RUN = Run(
    namespace="builds",
    account="tekton-build-sa",
    secrets={pipeline.REGISTRY_AUTH: "registry-auth"},
    volume_size="10Gi",
    minutes=60,
    labels={"app.kubernetes.io/part-of": "tekton-builds"},
)


@pytest.fixture
def run() -> dict[str, Any]:
    (found,) = template.spec(RUN)["resourcetemplates"]
    return found


def test_the_pipeline_is_the_triggers_choice_and_the_names_are_the_tutorials(run: dict[str, Any]) -> None:
    assert template.NAME == "github-template"
    assert run["metadata"]["generateName"] == "github-run-"
    assert run["spec"]["pipelineRef"] == {"name": "$(tt.params.pipeline)"}


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
    nobody = {"runAsNonRoot": True, "runAsUser": 1000, "runAsGroup": 1000, "fsGroup": 1000}
    assert run["spec"]["taskRunTemplate"] == {
        "serviceAccountName": "tekton-build-sa",
        "podTemplate": {"securityContext": nobody},
    }, "and no seccompProfile: RuntimeDefault for the whole pod would end rootless BuildKit"


def test_a_run_that_hangs_is_ended(run: dict[str, Any]) -> None:
    assert run["spec"]["timeouts"] == {"pipeline": "63m0s", "tasks": "60m0s", "finally": "3m0s"}, (
        "and has the time to say so"
    )
    assert "status" not in run["spec"], "without a limit it starts at once"


def test_every_workspace_of_the_run_is_one_of_the_pipelines(run: dict[str, Any]) -> None:
    known = {
        one["name"]: one.get("optional", False)
        for one in pipeline.spec(pipeline.GitSource(url="u"), [], task="build-image", parallel=4)[
            "workspaces"
        ]
    }
    bound = {one["name"] for one in run["spec"]["workspaces"]}
    assert bound <= set(known)
    assert {name for name, optional in known.items() if not optional} <= bound


def test_every_parameter_of_the_template_is_declared() -> None:
    spec = template.spec(RUN)
    used = set(re.findall(r"\$\(tt\.params\.(\w+)\)", json.dumps(spec)))
    assert used == {one["name"] for one in spec["params"]}
