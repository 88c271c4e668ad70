"""The JSON schema by which an editor checks a stack's file is that of the settings."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from settings.schema import FILE, stack_schema
from tests.support.program import ROOT

STACKS = sorted(ROOT.glob("Pulumi.*.yaml"))
REGISTRY = {"server": "ghcr.io", "namespace": "team"}
REPOSITORIES = [{"url": "https://git.example.com/a/b.git", "images": [{"name": "b", "context": "."}]}]


def mistakes(config: dict[str, Any]) -> list[str]:
    whole = {
        "cluster": {"kind": "existing", "kubeconfig": "kubeconfig"},
        "registry": REGISTRY,
        "repositories": REPOSITORIES,
        **config,
    }
    named = {key if ":" in key else f"tekton-builds:{key}": value for key, value in whole.items()}
    return [error.message for error in Draft202012Validator(stack_schema()).iter_errors({"config": named})]


def test_the_file_is_what_the_settings_say() -> None:
    assert json.loads((ROOT / FILE).read_text(encoding="utf-8")) == stack_schema(), (
        f"`python -m settings.schema >{FILE}` writes it anew"
    )


@pytest.mark.parametrize("file", STACKS, ids=lambda file: file.stem)
def test_each_tracked_stack_names_the_schema_and_fits_it(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.startswith(f"# yaml-language-server: $schema={FILE}\n")
    assert not list(Draft202012Validator(stack_schema()).iter_errors(yaml.safe_load(text)))


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"gitPassword": {"secure": "v1:abc"}, "gitSshKey/team/shop": {"secure": "v1:abc"}},
        {"gitUsername/team/shop": "robot", "aws:region": "eu-west-1"},
        {"runs": {"historyLimit": None}},
    ],
    ids=["the least", "secrets", "somebody else's", "no number"],
)
def test_what_a_stack_may_say_is_no_mistake(config: dict[str, Any]) -> None:
    assert mistakes(config) == []


@pytest.mark.parametrize(
    ("config", "word"),
    [
        ({"ingres": {"kind": "traefik"}}, "ingres"),
        ({"runs": {"kep": 3}}, "kep"),
        ({"runs": {"timeoutMinutes": "60"}}, "60"),
        ({"ingress": {"kind": "haproxy"}}, "haproxy"),
        ({"gitPassword": "in the clear"}, "in the clear"),
        ({"cluster": {"kind": "tke", "region": "ap-hongkong", "nodes": {"minNodes": -1}}}, "-1"),
    ],
    ids=["a key", "a key inside", "a type", "a kind", "a secret in the clear", "a range"],
)
def test_a_mistake_of_one_key_is_seen_by_an_editor(config: dict[str, Any], word: str) -> None:
    assert any(word in mistake for mistake in mistakes(config))
