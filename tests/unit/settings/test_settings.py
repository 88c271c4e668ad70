"""What a stack may set."""

import copy
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml
from pydantic_core import PydanticUndefined

from settings import Images, Repository, Settings, SettingsError, secrets
from tests.support.program import ROOT
from tests.support.recorded import record
from tests.unit.settings.loading import Given, load


def test_what_is_left_out_has_its_default(given: Given) -> None:
    del given["ingress"]
    given["repositories"][0]["images"] = [{"name": "app"}]
    del given["repositories"][0]["branches"]
    settings = load(given)
    (repository,) = settings.repositories
    assert repository.branches == ("main",)
    assert (repository.images[0].context, repository.images[0].dockerfile) == (".", "Dockerfile")
    assert settings.ingress.host == ""
    assert settings.images == Images()
    assert not settings.registry.insecure, "plain HTTP must be asked for"


def test_settings_cannot_be_changed_by_a_component(given: Given) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load(given).registry.server = "elsewhere.example.com"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/Owner/Name.git", "owner/name"),
        ("https://github.com/owner/name", "owner/name"),
        ("http://10.0.0.2:3000/owner/name.git", "owner/name"),
        ("git@github.com:owner/name.git", "owner/name"),
        ("ssh://git@git.example.com:2222/group/owner/name.git", "group/owner/name"),
    ],
)
def test_the_full_name_is_what_a_forge_calls_the_repository(url: str, name: str) -> None:
    repository = Repository.model_validate({"url": url, "images": [{"name": "app"}]})
    assert repository.full_name == name


def test_credentials_are_optional(given: Given) -> None:
    del given["registryUsername"], given["gitUsername"]
    found: list[secrets.Secrets] = []
    record(lambda: found.append(secrets.Secrets.load()), config=given)
    assert found[0].logins == secrets.BuildCredentials(
        registry=None, git=None, ssh_key=None, status_token=None
    )


def test_the_cli_is_told_of_the_same_keys_and_defaults() -> None:
    project = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))
    assert project["config"].pop("pulumi:disable-default-providers") == ["*"]
    ours = {
        info.alias or name: None if info.default is PydanticUndefined else _plain(info.default)
        for name, info in Settings.model_fields.items()
    }
    ours |= dict.fromkeys(secrets.KEYS, "")
    del ours["ingress"]["kind"]  # else every stack would have said which, and none could keep an old default
    theirs = {name: copy.copy(entry.get("default")) for name, entry in project["config"].items()}
    assert theirs == ours, "Pulumi.yaml and settings/ name different keys or defaults"
    for name, entry in project["config"].items():
        assert entry["description"], f"{name} has no description in Pulumi.yaml"


def test_the_default_images_are_public_and_exact() -> None:
    images = Images().model_dump()
    assert images == {
        "git": "docker.io/alpine/git:v2.54.0",
        "buildkit": "docker.io/moby/buildkit:v0.34.2-rootless",
        "curl": "docker.io/curlimages/curl:8.22.0"
        "@sha256:58adaa4e8dca9c988bae2aba4ab3434a0bb2da16bbe3f92dec39ec7785166777",
        "docker": "docker.io/library/docker:29.8.1-cli"
        "@sha256:018edbc908e08fcc9dbf029c812c34251e9b4719e6f71ca0e5eae2a987d014ca",
        "docker_daemon": "docker.io/library/docker:29.8.1-dind"
        "@sha256:3f3c01aaaebf7cce837356b688b7c059a4749f10bd7660dec7c58fc454a283f0",
        "kubectl": "docker.io/alpine/k8s:1.34.1"
        "@sha256:ec714df3813b5405292860f8a1c55c5727bf8c33c88992f1e981efad8065547f",
        "traefik": "docker.io/library/traefik:v3.7.13"
        "@sha256:24841fe2de7304c149343d877d2923b4c8800a38ba015dea9174c23b20e344a0",
        "oauth2_proxy": "quay.io/oauth2-proxy/oauth2-proxy:v7.15.6",
    }, "a default image changed: is the new one public, and is its contract the one that the scripts rely on?"
    for image in images.values():
        assert image.startswith(("docker.io/", "quay.io/")), (
            f"{image} is not on a public registry, but maybe the sandbox's"
        )
        assert not image.endswith(":latest"), f"{image} is another image tomorrow"


@pytest.mark.parametrize("file", sorted(ROOT.glob("Pulumi.*.yaml")), ids=lambda file: file.name)
def test_every_stack_file_of_ours_is_valid_and_holds_no_secret(file: Path) -> None:
    stack = yaml.safe_load(file.read_text(encoding="utf-8"))["config"]
    given = {key.removeprefix("tekton-builds:"): value for key, value in stack.items()}
    assert not set(given) & set(secrets.KEYS), "a tracked file may hold no secret, not even an encrypted one"
    assert load(given, {}), "a stack file that we ship has a mistake"


def _plain(value: Any) -> Any:
    return value.model_dump(by_alias=True, mode="json") if hasattr(value, "model_dump") else value


def test_a_mistake_ends_the_program_without_a_traceback() -> None:
    assert issubclass(SettingsError, pulumi.RunError)
