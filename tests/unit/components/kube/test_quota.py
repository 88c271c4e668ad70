"""When an object that a quota refuses is tried again, and after how long."""

import asyncio
from collections.abc import Sequence

import pulumi
import pytest

from components.kube import quota

UNKNOWN = (
    'tasks.tekton.dev "build-image" is forbidden: status unknown for quota: tke-default-quota, '
    "resources: count/tasks.tekton.dev"
)
EXCEEDED = (
    'tasks.tekton.dev "build-image" is forbidden: exceeded quota: tke-default-quota, requested: '
    "count/tasks.tekton.dev=1, used: count/tasks.tekton.dev=7, limited: count/tasks.tekton.dev=7"
)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """In seconds; nobody waits for them."""
    found: list[float] = []

    async def sleep(seconds: float) -> None:
        found.append(seconds)

    monkeypatch.setattr(quota.asyncio, "sleep", sleep)
    monkeypatch.setattr(pulumi.log, "info", lambda _: None)
    return found


def tried_again(errors: Sequence[str]) -> bool:
    args = pulumi.ErrorHookArgs(urn="urn", id="", name="builds-task", type="t", errors=list(errors))
    return asyncio.run(quota._is_to_be_tried_again(args))


def test_an_uncounted_kind_is_tried_for_longer_than_the_controller_takes_at_worst(
    pauses: list[float],
) -> None:
    failures = 1
    while tried_again([UNKNOWN] * failures):
        failures += 1
    assert sum(pauses) > 5 * 60, "kube-controller-manager counts everything again every five minutes"
    assert pauses[0] <= 5, "most often it is a matter of seconds"
    assert failures < 100, "the engine gives up by itself at the hundredth failure, and says less"


@pytest.mark.parametrize("error", [EXCEEDED, "the server could not find the requested resource"])
def test_another_refusal_is_final(pauses: list[float], error: str) -> None:
    assert not tried_again([error])
    assert not tried_again([error, UNKNOWN]), "the newest error stands first"
    assert pauses == []
