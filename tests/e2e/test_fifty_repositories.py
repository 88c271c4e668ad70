"""Fifty repositories of four images each, deployed: one Pipeline, template and trigger for each."""

import json
from pathlib import Path

import pytest

from sandbox.changed_stack import changed
from sandbox.network import Network
from sandbox.paths import Paths
from sandbox.push import Push
from sandbox.stack import Stack
from tests.e2e.kubectl import kubectl

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

REPOSITORIES, IMAGES = 50, 4


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
    with changed(paths, tmp_path / "up.log", {"repositories": repositories}, {}) as outputs:
        assert len(outputs["repositories"]) == REPOSITORIES
        found = json.loads(kubectl(paths, "get", "pipelines", "--namespace", "builds", "--output", "json"))
        builds = [
            sum(task["name"].startswith("build-and-push-") for task in one["spec"]["tasks"])
            for one in found["items"]
        ]
        assert builds == [IMAGES] * REPOSITORIES, "admitted by Tekton, each with its images"
        listener = ("eventlistener", "github-listener", "--namespace", "builds-webhook", "--output", "json")
        triggers = json.loads(kubectl(paths, "get", *listener))["spec"]["triggers"]
        assert len(triggers) == REPOSITORIES
        log = tmp_path / "again.log"
        assert Stack(paths, Network(), paths.state / "bin" / "pulumi").up(log) == 0, log.read_text()
        summary = log.read_text().partition("Resources:")[2].split("Duration")[0].split()
        assert summary[1:] == ["unchanged"], f"the program wants to change something: {summary}"
