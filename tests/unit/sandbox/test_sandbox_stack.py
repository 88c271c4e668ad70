"""The settings of the stack `sandbox` against what the sandbox has."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.credentials import Account, Credentials
from sandbox.forge.forge import BRANCH, Forge
from sandbox.images import recipes
from sandbox.network import DEFAULT_RANGE, Network
from sandbox.sandbox import BASE_IMAGE
from toolkit.paths import CHECKOUT, Paths

NETWORK = Network(DEFAULT_RANGE)


@pytest.fixture
def settings() -> dict[str, Any]:
    config = yaml.safe_load((CHECKOUT / "Pulumi.sandbox.yaml").read_text())["config"]
    return {key.partition(":")[2]: value for key, value in config.items()}


def test_every_image_it_names_is_one_that_is_packed(settings):
    packed = {
        f"{NETWORK.registry}/{repository}:{tag}"
        for repository, tag in (
            recipes.GIT,
            recipes.BUILDKIT_ROOTLESS,
            recipes.DOCKER,
            recipes.KUBECTL,
            recipes.TRAEFIK_IMAGE,
        )
    }
    assert set(settings["images"].values()) == packed, "another name cannot be pulled: no build could run"


def test_the_examples_base_image_is_one_that_is_packed():
    assert ":".join(recipes.BUSYBOX) == BASE_IMAGE, "no Dockerfile of the example could be built"


def test_it_builds_the_forges_repository_and_branch(settings):
    account = Account(username="developer", password="of no use here")
    forge = Forge.of(Paths(state=Path("/state")), NETWORK, Credentials(registry=account, forge=account))
    (repository,) = settings["repositories"]
    assert repository["url"] == forge.clone_url, "a push to the forge would be another repository's"
    assert repository["branches"] == [BRANCH]


def test_its_registry_and_release_mirror_are_the_nodes(settings):
    assert settings["registry"]["server"] == NETWORK.registry
    assert settings["releaseMirror"] == NETWORK.releases
