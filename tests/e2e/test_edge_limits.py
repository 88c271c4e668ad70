"""Strangers and large bodies at the edge, while pushes come in."""

import json
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from cli.push import Push
from forges.signed_push import SignedPush, signature
from tests.e2e.delivery import accepted_delivery
from tests.e2e.kubectl import kubectl
from toolkit.git import Git
from toolkit.paths import Paths
from toolkit.polling import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

MB = 1_000_000
UNSIGNED, RIGHT = 2000, 10
WRONG = tuple(size * MB for size in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 18, 20, 22, 23, 24))
SECONDS = 30


def restarts(paths: Paths) -> dict[str, int]:
    """Restarts of each pod of the listener, of the edge and of Tekton's interceptors."""
    counts: dict[str, int] = {}
    for namespace, labels in (
        ("builds-webhook", "eventlistener=github-listener"),
        ("ingress", "app.kubernetes.io/name=traefik"),
        ("tekton-pipelines", "app.kubernetes.io/name=core-interceptors"),
    ):
        pods = kubectl(
            paths, "get", "pods", "--namespace", namespace, "--selector", labels, "--output", "json"
        )
        for pod in json.loads(pods)["items"]:
            statuses = pod["status"]["containerStatuses"]
            counts[pod["metadata"]["name"]] = sum(status["restartCount"] for status in statuses)
    return counts


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """The status that it is answered with."""
    with requests.Session() as session:
        session.trust_env = False
        headers = {"Content-Type": "application/json", "X-GitHub-Event": "push", **headers}
        return session.post(url, data=body, headers=headers, timeout=SECONDS).status_code


def large(push: SignedPush, size: int) -> dict[str, Any]:
    """Payload fields that make a push that large: commits, as GitHub lists them."""
    commit = {
        "id": push.after,
        "message": "Merge a long branch " + "of many words " * 20,
        "author": {"name": "Somebody", "email": "somebody@example.com"},
        "added": [f"services/catalogue/{number}/{secrets.token_hex(8)}.py" for number in range(30)],
    }
    return {"commits": [commit] * (size // len(json.dumps(commit)))}


def test_a_signed_push_of_24_mb_is_built(
    push: Push, git: Git, signed_push: Callable[..., SignedPush]
) -> None:
    tip = git("ls-remote", push.forge.clone_url, "refs/heads/main").split()[0]
    empty = signed_push(after=tip)
    delivery = signed_push(after=tip, extra_fields=large(empty, 24 * MB))
    assert 23 * MB < len(delivery.body) < 25 * MB, "GitHub's limit is 25 MB"
    run = push.find_run(tip, accepted_delivery(delivery.send()))
    assert len(push.follow(run["metadata"]["name"])) == 2


def test_a_body_that_no_forge_sends_is_refused_whether_its_size_is_said_or_not(
    outputs: dict[str, Any],
) -> None:
    body = b'{"a": "' + b"a" * (26 << 20) + b'"}'
    signed = {"X-Hub-Signature-256": signature(outputs["webhook_secret"], body)}
    assert post(outputs["hooks_url"], body, signed) == 413
    with requests.Session() as session:
        session.trust_env = False
        parts = (body[at : at + MB] for at in range(0, len(body), MB))
        answer = session.post(outputs["hooks_url"], data=parts, headers=signed, timeout=SECONDS)
    assert answer.status_code == 413, "chunked: it is counted while it comes"


def test_strangers_with_large_bodies_and_without_signatures_cost_no_push_and_no_listener(
    push: Push, paths: Paths, outputs: dict[str, Any], signed_push: Callable[..., SignedPush]
) -> None:
    url = outputs["hooks_url"]
    before = restarts(paths)
    wrong = {"X-Hub-Signature-256": "sha256=" + "0" * 64}
    right = [signed_push() for _ in range(RIGHT)]
    with ThreadPoolExecutor(len(WRONG) + 16 + RIGHT) as pool:
        # JSON inside of JSON makes six bytes of each `<`: the worst body that there is.
        bodies = [pool.submit(post, url, b'{"a": "' + b"<" * (size - 9) + b'"}', wrong) for size in WRONG]
        strangers = [pool.submit(post, url, b"{}", {}) for _ in range(UNSIGNED // 2)]
        pushes = [pool.submit(delivery.send) for delivery in right]
        strangers += [pool.submit(post, url, b"{}", {}) for _ in range(UNSIGNED // 2)]
        assert {answer.result() for answer in strangers} == {401}, "none of them is the listener's business"
        assert [answer.result().status_code for answer in pushes] == [202] * RIGHT
        assert {answer.result() for answer in bodies} <= {202, 429}, "taken and dropped, or no room"
    commits = {delivery.after for delivery in right}

    def built() -> set[str]:
        return {
            parameter["value"]
            for run in push.cluster.pipeline_runs()
            for parameter in run["spec"]["params"]
            if parameter["name"] == "revision"
        }

    wait_for("a run for each push", lambda: commits <= built() or f"{len(commits - built())} missing", 120)
    assert restarts(paths) == before, "one of them was ended by what came in"
