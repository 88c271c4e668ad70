"""What the documents tell people to write is what the program takes."""

import re
from typing import Any

import pytest
import yaml

from sandbox.forge.ssh_key import SshKey
from settings import Builder, Settings
from tests.support.program import ROOT
from tests.unit.settings.loading import load

PROD = {
    "registryPassword": "a",
    "gitSshKey": SshKey.generate().private,
    "dashboardClientSecret": "a",
    "cloudSecretId": "a",
    "cloudSecretKey": "a",
}


def test_the_template_for_production_is_a_stack_file() -> None:
    text = (ROOT / "docs" / "tencent-cloud.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```yaml\n(config:.*?)^```", text, re.MULTILINE | re.DOTALL)
    given: dict[str, Any] = {
        key.removeprefix("tekton-builds:"): value for key, value in yaml.safe_load(block)["config"].items()
    }
    found = load(given, PROD)
    assert found.cluster.kind == "tke"
    assert found.cluster.deletion_protection
    assert found.ingress.tls
    assert found.dashboard.tls


@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_examples_of_builders_are_settings(number: int) -> None:
    text = (ROOT / "docs" / "builders.md").read_text(encoding="utf-8")
    block = re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)[number]
    ((key, builder),) = yaml.safe_load(block).items()
    assert key == "tekton-builds:builder"
    assert Builder.model_validate(builder) != Builder()


@pytest.mark.parametrize("name", list(yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"])[1:])
def test_every_setting_stands_in_the_page_of_settings(name: str) -> None:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert f"| `{name}" in page, f"nobody learns of {name}"


def test_every_setting_of_the_program_is_one_of_the_cli() -> None:
    listed = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
    for field in Settings.model_fields.values():
        assert field.alias in listed, f"`pulumi config set {field.alias}` would be refused"
