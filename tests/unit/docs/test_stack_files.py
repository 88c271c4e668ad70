"""The stack files that come with the project, held against each other."""

from typing import Any

import yaml

from tests.support.program import ROOT

# What the sandbox cannot have: public releases and images, ingress-nginx and the Dashboard among them, and
# somebody's forge, registry and addresses.
DIFFERENT = {
    "releaseMirror",
    "releaseLock",
    "images",
    "registry",
    "repositories",
    "builder.egress",
    "commitStatus.api",
    "cluster.apiCidrs",
    "ingress.kind",
    "ingress.acceptRetired",
    "dashboard",
}


def settings(stack: str) -> dict[str, Any]:
    """The stack's settings, each key of a section on its own."""
    config = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))["config"]
    found = {}
    for key, value in config.items():
        name = key.removeprefix("tekton-builds:")
        if isinstance(value, dict) and name not in DIFFERENT:
            found |= {f"{name}.{inner}": each for inner, each in value.items()}
        else:
            found[name] = value
    return found


def test_the_model_of_the_cloud_is_deployed_with_the_settings_of_the_cloud() -> None:
    dev, model = settings("dev"), settings("tke-sandbox")
    differ = {key for key in dev.keys() | model.keys() if dev.get(key) != model.get(key)}
    assert differ == DIFFERENT, "what else differs is not tried here before it meets the cloud"


def test_the_images_of_one_repository_are_built_in_both() -> None:
    images = [settings(stack)["repositories"][0]["images"] for stack in ("dev", "tke-sandbox")]
    assert images[0] == images[1]


def test_dev_opens_its_api_server_to_nobody_before_somebody_says_to_whom() -> None:
    assert settings("dev")["cluster.apiCidrs"] == ["203.0.113.0/24"], (
        "`up` refuses a documentation's addresses"
    )
