"""Fifty repositories of four images each, deployed: every one of them is built when it is pushed to."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cli.push import Push
from forges.signed_push import SignedPush
from sandbox.stack.overrides import stack_overrides
from tests.e2e.kubectl import kubectl
from toolkit.paths import Paths
from toolkit.polling import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

REPOSITORIES, IMAGES = 50, 4
# Their runs wait, and go before they start: there is nothing to clone.
RUNS = {"concurrencyLimit": 1, "cancelSuperseded": False}


def test_fifty_repositories_of_four_images_are_deployed(push: Push, paths: Paths, tmp_path: Path) -> None:
    images = [{"name": f"image-{number}", "context": f"image-{number}"} for number in range(IMAGES)]
    repositories = [
        {
            "url": f"{push.forge.url}/team/service-{number}.git",
            "namespace": f"service-{number}",
            "images": images,
        }
        for number in range(REPOSITORIES)
    ]
    settings = {"repositories": repositories, "runs": RUNS}
    with stack_overrides(paths, tmp_path / "up.log", settings, {}) as outputs:
        assert len(outputs["repositories"]) == REPOSITORIES
        pipelines = json.loads(
            kubectl(paths, "get", "pipelines", "--namespace", "builds", "--output", "json")
        )
        builds = [
            sum(task["name"].startswith("build-and-push-") for task in pipeline["spec"]["tasks"])
            for pipeline in pipelines["items"]
        ]
        assert builds == [IMAGES] * REPOSITORIES, "admitted by Tekton, each with its images"
        deliveries = [
            SignedPush(
                url=outputs["hooks_url"],
                secret=outputs["webhook_secret"],
                repository={"full_name": f"team/service-{number}"},
            )
            for number in range(REPOSITORIES)
        ]
        try:
            all_at_once_and_one_alone(paths, deliveries)
        finally:
            kubectl(paths, "delete", "pipelineruns", "--namespace", "builds", "--all")


def all_at_once_and_one_alone(paths: Paths, deliveries: list[SignedPush]) -> None:
    """The first comes after a quiet time: Tekton's interceptors have the secret in no cache then."""
    first, *rest_of_deliveries = deliveries
    answers = [first.send()]
    wait_for("the run of one push alone", lambda: not missing(paths, [first]), 30)
    with ThreadPoolExecutor(len(rest_of_deliveries)) as pool:
        answers += pool.map(SignedPush.send, rest_of_deliveries)
    assert {answer.status_code for answer in answers} == {202}
    wait_for("a run for each push", lambda: missing(paths, deliveries) or True, 60)


def missing(paths: Paths, deliveries: list[SignedPush]) -> str:
    """The repositories whose push has no run."""
    label = "{.items[*].metadata.labels.tekton-builds/delivery}"
    runs = kubectl(paths, "get", "pipelineruns", "--namespace", "builds", f"--output=jsonpath={label}")
    return " ".join(
        delivery.repository["full_name"] for delivery in deliveries if delivery.identity not in runs.split()
    )
