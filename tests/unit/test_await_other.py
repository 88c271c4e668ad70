"""Volumes, quotas, token Secrets and CRDs are ready when the official provider says they are."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.kubernetes import await_other

Object = dict[str, Any]


def test_a_claim_is_ready_when_bound() -> None:
    """PersistentVolumeClaim: phase Bound."""
    assert not await_other.persistent_volume_claim({"status": {"phase": "Pending"}}, "Immediate").ready
    assert await_other.persistent_volume_claim({"status": {"phase": "Bound"}}, None).ready


@pytest.mark.parametrize("phase", ["Pending", "Bound"])
def test_a_claim_that_waits_for_its_first_consumer_is_not_waited_for(phase: str) -> None:
    """PersistentVolumeClaim, WaitForFirstConsumer: Pending is fine (and Bound on update, 4.27)."""
    obj = {"status": {"phase": phase}}
    assert await_other.persistent_volume_claim(obj, "WaitForFirstConsumer").ready


def test_a_claim_whose_volume_is_gone_has_failed() -> None:
    assert await_other.persistent_volume_claim(
        {"spec": {"volumeName": "v"}, "status": {"phase": "Lost"}}, None
    ).failed


@pytest.mark.parametrize(
    ("phase", "ready"), [("Available", True), ("Bound", True), ("Pending", False), (None, False)]
)
def test_a_volume_is_ready_when_available_or_bound(phase: str | None, ready: bool) -> None:
    assert await_other.persistent_volume({"status": {"phase": phase}}).ready is ready


def test_a_quota_is_ready_when_the_controller_has_taken_it_over() -> None:
    """ResourceQuota: status.hard equals spec.hard."""
    obj: Object = {"spec": {"hard": {"pods": "2"}}, "status": {}}
    assert not await_other.resource_quota(obj).ready
    assert await_other.resource_quota({**obj, "status": {"hard": {"pods": "2"}}}).ready


def test_a_token_secret_is_ready_when_filled() -> None:
    """Secret of type service-account-token: a controller fills in its data. Others are ready at once."""
    token = {"type": "kubernetes.io/service-account-token"}
    assert not await_other.secret(token).ready
    assert await_other.secret({**token, "data": {"token": "x"}}).ready
    assert await_other.secret({"type": "Opaque"}).ready


def test_a_definition_is_ready_when_established() -> None:
    """CustomResourceDefinition: its objects can be created once Established is True."""
    conflict = {"type": "NamesAccepted", "status": "False", "reason": "PluralConflict", "message": "taken"}
    seen = await_other.custom_resource_definition({"status": {"conditions": [conflict]}})
    assert not seen.ready
    assert seen.problems == ("[PluralConflict] taken",), "another CRD of that name must be found by a person"
    established = {"status": {"conditions": [{"type": "Established", "status": "True"}]}}
    assert await_other.custom_resource_definition(established).ready
