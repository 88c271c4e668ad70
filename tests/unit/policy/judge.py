"""What the rules say of a resource: all of them, or only one."""

from collections.abc import Mapping, Sequence
from typing import Any

from policy.rules import RULES, Resource, Rule

Case = tuple[str, Mapping[str, Any]]
"""A type token and inputs."""


def sentences(case: Case, rules: Sequence[Rule] = RULES, stack: str = "prod-eu") -> list[str]:
    return [sentence for rule in rules for sentence in rule(Resource(*case, stack))]


def refusal(rule: Rule, case: Case, stack: str = "prod-eu") -> str:
    """The one sentence that the rule says."""
    (sentence,) = sentences(case, [rule], stack)
    assert "\n" not in sentence
    return sentence


def assert_accepted(rule: Rule, case: Case, stack: str = "prod-eu") -> None:
    assert sentences(case, [rule], stack) == []


def token(manifest: Mapping[str, Any]) -> str:
    """The type token of an object, from its apiVersion and kind."""
    group, slash, version = manifest["apiVersion"].partition("/")
    return (
        f"kubernetes:{group}/{version}:{manifest['kind']}"
        if slash
        else f"kubernetes:core/{group}:{manifest['kind']}"
    )


def case(manifest: Mapping[str, Any]) -> Case:
    return token(manifest), manifest
