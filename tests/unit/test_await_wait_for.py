"""The annotation pulumi.com/waitFor reads as in the official provider.

https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/#pulumicomwaitfor
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from plugins.kubernetes.await_wait_for import parse
from plugins.kubernetes.errors import PluginError

Object = dict[str, Any]
LISTENER: Object = {
    "metadata": {"generation": 2},
    "status": {
        "conditions": [
            {"type": "Available", "status": "True"},
            {"type": "Ready", "status": "False", "reason": "NotYet", "message": "no Pods"},
        ],
        "phase": "Active",
        "replicas": 3,
        "ready": True,
        "address": {"url": "http://x"},
    },
}


def webhooks(*bundles: str | None) -> Object:
    return {
        "webhooks": [
            {"clientConfig": {"caBundle": bundle} if bundle is not None else {}} for bundle in bundles
        ]
    }


@pytest.mark.parametrize(
    ("expression", "ready"),
    [
        ("condition=Available", True),
        ("condition=available", True),
        ("condition=Available=true", True),
        ("condition=Available=False", False),
        ("condition=Ready=False", True),
        ("condition=Ready", False),
        ("condition=Missing", False),
    ],
)
def test_a_condition_is_true_unless_another_status_is_named(expression: str, ready: bool) -> None:
    """waitFor condition=: as `kubectl wait --for=condition=`, case does not matter."""
    assert parse(expression)(LISTENER).ready is ready


def test_a_condition_that_does_not_hold_is_quoted() -> None:
    seen = parse("condition=Ready")(LISTENER)
    assert seen.message == "Waiting for condition Ready=True (it is False, NotYet: no Pods)"


def test_a_condition_of_an_older_generation_does_not_count() -> None:
    """kubectl wait: observedGeneration, the condition's own or the status', must be the present one."""
    stale = {**LISTENER, "status": {**LISTENER["status"], "observedGeneration": 1}}
    assert not parse("condition=Available")(stale).ready
    assert not parse("jsonpath={.status.phase}=Active")(stale).ready


@pytest.mark.parametrize(
    ("expression", "ready"),
    [
        ("jsonpath={.status.phase}", True),
        ("jsonpath={$.status.phase}", True),
        ("jsonpath={ .status.phase }=Active", True),
        ("jsonpath={.status.phase}=Gone", False),
        ("jsonpath={.status.missing}", False),
        ("jsonpath={.status.replicas}=3", True),
        ("jsonpath={.status.ready}=true", True),
        ("jsonpath={.status.address}", True),
        ("jsonpath={.status.conditions[?(@.type=='Available')].status}=True", True),
        ("jsonpath={.status.conditions[?@.type=='Ready'].status}=True", False),
    ],
)
def test_a_path_must_select_something_and_equal_the_value_if_there_is_one(
    expression: str, ready: bool
) -> None:
    """waitFor jsonpath=: RFC 9535 in braces; without a value it is enough that the path exists."""
    assert parse(expression)(LISTENER).ready is ready


def test_a_path_with_a_wildcard_is_content_with_the_first_match() -> None:
    """The official provider looks at the first value selected, so `[*]` does not mean "every"."""
    check = parse("jsonpath={.webhooks[*].clientConfig.caBundle}")
    assert not check(webhooks(None, None)).ready, "nothing is filled in yet"
    assert check(webhooks(None, "abc")).ready


def test_a_list_of_expressions_must_hold_together() -> None:
    """waitFor takes a JSON array of expressions, all of which must hold: the way to ask for every webhook."""
    every = [f"jsonpath={{.webhooks[{number}].clientConfig.caBundle}}" for number in range(2)]
    check = parse(json.dumps(every))
    assert not check(webhooks("abc", None)).ready
    assert check(webhooks("abc", "abc")).ready


def test_progress_counts_the_expressions_that_hold() -> None:
    seen = parse('["condition=Available", "condition=Ready"]')(LISTENER)
    assert seen.message.startswith("[2/2] Waiting for condition Ready=True")


def test_comparing_an_object_with_a_value_is_an_error() -> None:
    """waitFor jsonpath=: only primitive values can be compared."""
    assert parse("jsonpath={.status.address}=x")(LISTENER).failed


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        ("Ready", 'expected a "jsonpath=" or "condition=" prefix'),
        ("[]", "at least one condition"),
        ("condition=", "names no condition"),
        ("jsonpath=.status.phase", "wrapped in braces"),
        ("jsonpath='{.status.phase}'", "omit shell quotes"),
        ("jsonpath={.status.phase}=", "requires a value"),
        ("jsonpath={.a}=b=c", "should be jsonpath={.path} or jsonpath={.path}=value"),
        ("jsonpath=", "names no path"),
        (r"jsonpath={.metadata.labels.app\.io/name}", "is no JSONPath"),
    ],
)
def test_a_wrong_annotation_is_refused_with_what_is_wrong(annotation: str, words: str) -> None:
    with pytest.raises(PluginError, match=r"pulumi\.com/waitFor") as caught:
        parse(annotation)
    assert words in str(caught.value)
