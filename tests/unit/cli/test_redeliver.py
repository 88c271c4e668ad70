"""`make explain` and `make redeliver` at GitHub, with a cluster that is played."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cli import main as cli
from cli import stack_outputs
from cli.commands import redeliver as redeliver_command
from cli.runs import PipelineRunClient, Run
from tests.support.github_server import REPOSITORY, TOKEN, GitHub, github

URL, SECRET = "https://hooks.example.com/hooks", "hook-se-cret"
OUTPUTS = {
    "hooks_url": URL,
    "webhook_secret": SECRET,
    "namespace": "builds",
    "kubeconfig": "{}",
    "repositories": {REPOSITORY: ["main"]},
}
COMMIT = "a" * 40


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """The cluster's runs."""
    found: list[Run] = []
    monkeypatch.setattr(PipelineRunClient, "__init__", lambda *_: None)
    monkeypatch.setattr(PipelineRunClient, "all", lambda _: list(found))
    monkeypatch.setattr(PipelineRunClient, "describe", lambda _, run: [f"run       {run.name}"])
    return found


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, runs: list[Run]) -> Iterator[GitHub]:
    with github() as model:
        monkeypatch.setenv("GITHUB_API_URL", model.url)
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr(stack_outputs, "read", lambda stack, paths: OUTPUTS)
        monkeypatch.setattr(redeliver_command, "SECONDS", 0.05)
        model.add(name="web", config={"url": URL}, events=["push"])
        yield model


def deliver(
    hub: GitHub,
    commit: str = COMMIT,
    *,
    code: int = 202,
    secret: str = SECRET,
    guid: str = "",
    **payload: Any,
) -> str:
    """GitHub has delivered a push; the delivery's id."""
    body = {
        "ref": "refs/heads/main",
        "after": commit,
        "repository": {"full_name": REPOSITORY},
        **payload,
    }
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    signature = "sha256=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
    guid = guid or f"guid-of-{commit[:6]}"
    at = datetime.now(UTC) - timedelta(minutes=30 - len(hub.deliveries))
    hub.deliver(
        "push",
        code,
        "OK" if code == 202 else "Service Unavailable",
        guid=guid,
        delivered_at=at.isoformat(),
        request={"headers": {"X-Hub-Signature-256": signature}, "payload": body},
    )
    return guid


def made_by(guid: str, commit: str = COMMIT) -> Run:
    noted = {"repository": REPOSITORY, "branch": "main", "revision": commit}
    metadata = {
        "name": "github-run-x",
        "creationTimestamp": datetime.now(UTC).isoformat(),
        "labels": {"tekton-builds/delivery": guid},
        "annotations": {f"tekton-builds/{key}": value for key, value in noted.items()},
    }
    return Run(object={"metadata": metadata})


def explain(**what: str) -> int:
    asked = [f"--{key}={value}" for key, value in {"repository": REPOSITORY, **what}.items()]
    return cli.main(["explain", "--stack", "dev", *asked])


def redeliver() -> int:
    return cli.main(["redeliver", "--stack", "dev", "--repository", REPOSITORY])


def test_a_push_that_was_lost_is_delivered_again_by_github(
    hub: GitHub, runs: list[Run], capsys: pytest.CaptureFixture[str]
) -> None:
    guid = deliver(hub, code=503)
    assert explain(commit=COMMIT[:7]) == 1
    assert "the listener answered 503: Service Unavailable" in capsys.readouterr().out
    assert redeliver() == 1, "GitHub has been asked, and here no listener runs"
    assert hub.redelivered == [guid]
    assert "no run came" in capsys.readouterr().out
    runs.append(made_by(guid))
    assert redeliver() == 0
    assert hub.redelivered == [guid], "what has a run is never built twice"
    assert "has run github-run-x" in capsys.readouterr().out


def test_a_delivery_that_was_repeated_already_counts_once(hub: GitHub, runs: list[Run]) -> None:
    guid = deliver(hub, code=503)
    deliver(hub, guid=guid)
    runs.append(made_by(guid))
    assert redeliver() == 0
    assert hub.redelivered == []


def test_what_starts_no_run_is_told_why(hub: GitHub, capsys: pytest.CaptureFixture[str]) -> None:
    deliver(hub, ref="refs/tags/v1")
    assert explain(delivery="guid-of-aaaaaa") == 0
    assert "no run    it is a tag, v1" in capsys.readouterr().out
    assert redeliver() == 0
    assert hub.redelivered == []


def test_a_signature_that_cannot_be_checked_is_no_verdict(
    hub: GitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver(hub, secret="another")
    assert explain(commit=COMMIT) == 1
    assert "GitHub does not show whether it is signed" in capsys.readouterr().out, (
        "it shows data, and what it signed was text"
    )


def test_an_unsigned_delivery_is_told_so(hub: GitHub, capsys: pytest.CaptureFixture[str]) -> None:
    deliver(hub)
    hub.deliveries[0]["request"]["headers"] = {}
    assert explain(commit=COMMIT) == 0
    assert "not signed with the stack's secret" in capsys.readouterr().out


def test_a_run_needs_no_question_to_github(
    hub: GitHub, runs: list[Run], capsys: pytest.CaptureFixture[str]
) -> None:
    runs.append(made_by("some-id"))
    assert explain(delivery="some-id") == 0
    assert "run       github-run-x" in capsys.readouterr().out
    assert not hub.asked, "whoever has the cluster needs no token for it"


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"commit": COMMIT, "repository": ""}, "REPO is missing: give REPO=OWNER/NAME"),
        ({"commit": COMMIT, "repository": "team/none"}, "shows this token no repository"),
        ({}, "give one of the two: DELIVERY=ID or COMMIT=SHA"),
    ],
)
def test_a_mistake_is_one_sentence(
    hub: GitHub, capsys: pytest.CaptureFixture[str], asked: dict[str, str], sentence: str
) -> None:
    assert explain(**asked) == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1


def test_a_repository_without_our_webhook_is_told_what_makes_it(
    hub: GitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.hooks.clear()
    assert redeliver() == 1
    assert f"has no webhook for {URL}; `make webhook REPO={REPOSITORY}` makes it" in capsys.readouterr().err
