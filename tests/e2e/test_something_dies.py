"""Parts that die in the middle of a build: it goes on, or its commit says what failed."""

from typing import Any

import pytest

from cli.push import Push, PushError
from sandbox.node.services import Services
from tests.e2e.commit_statuses import last_status
from tests.e2e.kubectl import kubectl
from tests.e2e.slow_build import TASK, building
from toolkit.paths import Paths
from toolkit.polling import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def pod_of(task_run: dict[str, Any]) -> str:
    return str(task_run["status"]["podName"])


def test_a_build_whose_pod_is_gone_is_built_by_another(push: Push, paths: Paths) -> None:
    with building(push) as (commit, run, task_run):
        kubectl(paths, "delete", "pod", "-n", "builds", pod_of(task_run), "--grace-period=0", "--force")
        assert len(push.follow(run)) == 2
        assert last_status(push, commit).state == "success"


def test_a_build_whose_pod_is_evicted_is_named_at_the_commit(push: Push, paths: Paths) -> None:
    """Tekton takes what a step is told at its end for the step's own failure; `builder.retries` helps."""
    with building(push) as (commit, run, task_run):
        kubectl(paths, "delete", "pod", "-n", "builds", pod_of(task_run), "--wait=false")
        with pytest.raises(PushError, match=TASK):
            push.follow(run)
        status = last_status(push, commit)
    assert (status.state, status.description.partition(";")[0]) == ("failure", f"failed: {TASK}")


def test_a_build_outlives_tektons_controller(push: Push, paths: Paths) -> None:
    with building(push) as (_, run, _):
        controller = ("-n", "tekton-pipelines", "-l", "app=tekton-pipelines-controller")
        kubectl(paths, "delete", "pod", *controller, "--grace-period=0", "--force")
        assert len(push.follow(run)) == 2


def test_a_build_waits_for_a_registry_that_is_away(push: Push, paths: Paths) -> None:
    services = Services(paths.state.resolve() / "services", paths.logs)
    with building(push) as (_, run, task_run):
        services.stop("registry")
        try:
            assert not services.is_running("registry")
            has_retried = asks_again(push, pod_of(task_run))
        finally:
            services.restart("registry")
        assert has_retried, "the build asked the registry once and gave up"
        assert len(push.follow(run)) == 2


def asks_again(push: Push, pod: str) -> bool:
    def retries() -> bool | str:
        lines = push.cluster.log(pod, "step-build-and-push", 5)
        return any("it is tried again" in line for line in lines) or "\n".join(lines)

    return bool(wait_for("the build to ask again", retries, 60))
