"""A second repository of the forge: its pushes build its own images, and nobody else's."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from kubernetes import client, config

from cli.push import Push
from sandbox.credentials import Credentials
from sandbox.forge.forge import REPOSITORY, Forge
from sandbox.network import Network
from sandbox.sandbox import BASE_IMAGE
from sandbox.stack.overrides import stack_overrides
from toolkit.paths import Paths
from toolkit.polling import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

SECOND_REPOSITORY = "second"
MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
SECONDS = 120.0


@pytest.fixture(scope="module")
def forge(push: Push) -> Iterator[Forge]:
    """The forge with one repository more, which is empty."""
    forge = push.forge
    forge.api.post(
        "user/repos",
        {"name": SECOND_REPOSITORY, "private": True, "auto_init": True, "default_branch": "main"},
    )
    yield forge
    forge.api.delete(f"repos/{forge.account.username}/{SECOND_REPOSITORY}")


@pytest.fixture(scope="module")
def outputs(forge: Forge, paths: Paths, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    user = forge.account.username
    repositories = [
        {
            "url": forge.clone_url,
            "images": [{"name": name, "context": name} for name in ("frontend", "backend")],
        },
        {
            "url": forge.clone_url.replace(f"/{REPOSITORY}.git", f"/{SECOND_REPOSITORY}.git"),
            "namespace": SECOND_REPOSITORY,
            "tags": ["newest"],
            "images": [{"name": name, "context": name} for name in ("frontend", "tool")],
        },
    ]
    log = tmp_path_factory.mktemp("two") / "up.log"
    settings = {"repositories": repositories, "builder": {"parallel": 1, "egress": Network().egress}}
    with stack_overrides(paths, log, settings, {}) as outputs:
        forge.api.post(
            f"repos/{user}/{SECOND_REPOSITORY}/hooks",
            {
                "type": "gitea",
                "active": True,
                "events": ["push"],
                "config": {
                    "url": outputs["hooks_url"],
                    "content_type": "json",
                    "secret": outputs["webhook_secret"],
                },
            },
        )
        yield outputs


def commit(forge: Forge) -> str:
    """Pushes a Dockerfile for each image in one commit; its name."""
    text = f"FROM {Network().registry}/{BASE_IMAGE}\nRUN echo second >/whose\n"
    content = base64.b64encode(text.encode()).decode()
    files = [
        {"operation": "create", "path": f"{image}/Dockerfile", "content": content}
        for image in ("frontend", "tool")
    ]
    response = forge.api.post(
        f"repos/{forge.account.username}/{SECOND_REPOSITORY}/contents",
        {"branch": "main", "message": "images", "files": files},
    )
    return str(response["commit"]["sha"])


def registry_answer(paths: Paths, image: str, path: str) -> requests.Response:
    """Asks the registry about an image of the second repository."""
    account = Credentials.load_or_create(paths).registry
    session = requests.Session()
    session.trust_env = False
    answer = session.get(
        f"http://{Network().registry}/v2/apps/{SECOND_REPOSITORY}/{image}/{path}",
        auth=(account.username, account.password),
        headers={"Accept": ", ".join(MANIFESTS)},
        timeout=10,
    )
    answer.raise_for_status()
    return answer


def test_a_push_builds_the_images_of_its_own_repository(
    outputs: dict[str, Any], forge: Forge, paths: Paths
) -> None:
    api = client.CustomObjectsApi(config.new_client_from_config(config_file=str(paths.kubeconfig)))
    sha = commit(forge)

    def runs() -> list[dict[str, Any]]:
        response = api.list_namespaced_custom_object("tekton.dev", "v1", outputs["namespace"], "pipelineruns")
        return [
            run
            for run in response["items"]
            if run["metadata"].get("annotations", {}).get("tekton-builds/revision") == sha
        ]

    def completed_run() -> dict[str, Any] | str:
        current = runs()
        if not current:
            return "no run"
        (condition,) = current[0].get("status", {}).get("conditions") or [{}]
        if condition.get("status") == "False":
            pytest.fail(condition["message"])
        return current[0] if condition.get("status") == "True" else str(condition.get("message"))

    run = wait_for("the second repository's run", completed_run, SECONDS)
    assert run["spec"]["pipelineRef"]["name"] == "github-trigger-pipeline-developer-second"
    assert len(runs()) == 1, "one push is one run, however many repositories there are"
    images = [result["value"] for result in run["status"]["results"]]
    assert sorted(images)[0].startswith(f"{Network().registry}/apps/second/frontend:{sha[:7]}")
    for name in ("frontend", "tool"):
        digests = {
            registry_answer(paths, name, f"manifests/{tag}").headers["Docker-Content-Digest"]
            for tag in (sha[:7], "main", "newest")
        }
        assert len(digests) == 1, "commit, branch and settings name one image"


def test_the_labels_say_what_an_image_was_built_from(
    outputs: dict[str, Any], forge: Forge, paths: Paths
) -> None:
    manifest = registry_answer(paths, "tool", "manifests/newest").json()
    labels = registry_answer(paths, "tool", f"blobs/{manifest['config']['digest']}").json()["config"][
        "Labels"
    ]
    branch = forge.api.get(f"repos/{forge.account.username}/{SECOND_REPOSITORY}/branches/main")
    assert labels["org.opencontainers.image.revision"] == branch["commit"]["id"]
    assert labels["org.opencontainers.image.source"].endswith(f"/{SECOND_REPOSITORY}.git")
