"""Whether a delivery starts a run, and what is delivered again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cli.commands.redeliver import verdicts
from cli.deliveries.delivery import Delivery, refusal
from cli.runs import Run

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
BUILT = {"team/shop": ["main", "release/1"], "team/other": ["main"]}
COMMIT = "a" * 40


def delivery(commit: str = COMMIT, minutes_ago: int = 0, **changed: Any) -> Delivery:
    payload = {
        "ref": changed.pop("ref", "refs/heads/main"),
        "after": commit,
        "repository": {"full_name": changed.pop("repository", "Team/Shop")},
        **changed.pop("more", {}),
    }
    right = Delivery(
        identity=f"id-of-{commit[:8]}",
        event="push",
        at=NOW - timedelta(minutes=minutes_ago),
        status=202,
        reason="OK",
        payload=payload,
        signed=True,
    )
    return replace(right, **changed)


def run(of: Delivery, name: str = "run", **labels: str) -> Run:
    return Run(
        object={
            "metadata": {
                "name": name,
                "creationTimestamp": of.at.isoformat(),
                "labels": {"tekton-builds/delivery": of.identity, **labels},
                "annotations": {
                    "tekton-builds/repository": of.repository,
                    "tekton-builds/branch": of.branch,
                    "tekton-builds/revision": of.commit,
                },
            }
        }
    )


def test_a_push_of_a_branch_that_is_built_starts_a_run() -> None:
    assert refusal(delivery(), BUILT) is None
    assert refusal(delivery(ref="refs/heads/release/1"), BUILT) is None
    assert refusal(delivery(signed=None), BUILT) is None, "GitHub does not show it, so it may be right"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"signed": False}, "it is not signed with the stack's secret"),
        ({"event": "ping"}, "the event is ping, and nothing but a push is built"),
        ({"repository": "team/web"}, "the repository team/web is none of the stack's"),
        ({"ref": "refs/tags/v1"}, "it is a tag, v1, and nothing but a branch is built"),
        ({"ref": "refs/heads/wip"}, "the branch wip is not built; built are: main and release/1"),
        ({"commit": "0" * 40}, "the branch main was deleted"),
        ({"more": {"deleted": True}}, "the branch main was deleted"),
        ({"commit": "main"}, "'main' is no commit"),
        ({"more": {"repository": None}}, "the repository is missing, which is none of the stack's"),
    ],
)
def test_what_starts_no_run_is_told_why(changed: dict[str, Any], why: str) -> None:
    assert (refusal(delivery(**changed), BUILT) or "").startswith(why)


def said(deliveries: list[Delivery], runs: list[Run]) -> list[str]:
    found = verdicts(deliveries, runs, BUILT)
    assert [one.delivery for one in found] == deliveries[::-1], "the oldest comes first"
    return [one.reason for one in found]


def test_a_push_without_a_run_is_missing() -> None:
    assert said([delivery()], []) == [""]


def test_one_that_has_a_run_is_never_built_twice() -> None:
    assert said([delivery()], [run(delivery())]) == ["has run run"]
    again = replace(delivery(), identity="another")
    assert said([again], [run(delivery())]) == ["has run run"], "the same push by another delivery"
    elsewhere = delivery(repository="team/other")
    assert said([replace(elsewhere, identity="another")], [run(delivery())]) == [""], (
        "a fork has the same commits"
    )


def test_of_a_branch_the_newest_push_alone_is_delivered_again() -> None:
    old, new = delivery("b" * 40, 9), delivery("c" * 40, 5)
    assert said([new, old], []) == ["overtaken by cccccccccccc", ""]
    assert said([new, old], [run(new)]) == ["overtaken by cccccccccccc", "has run run"], (
        "built now, it would take the branch's tag from the newer one"
    )
    other = delivery("b" * 40, 9, ref="refs/heads/release/1")
    assert said([new, other], []) == ["", ""]


def test_what_may_have_been_built_and_deleted_is_left_alone() -> None:
    old = delivery("b" * 40, 60, ref="refs/heads/release/1")
    new = delivery("c" * 40, 5)
    assert said([new, old], [run(new)]) == [
        "older than every run that is kept: it may have been built",
        "has run run",
    ]


def test_one_that_starts_no_run_is_told_so_and_overtakes_nothing() -> None:
    tag = delivery("d" * 40, 1, ref="refs/tags/v1")
    assert said([tag, delivery(minutes_ago=2)], []) == [
        "",
        "it is a tag, v1, and nothing but a branch is built",
    ]
