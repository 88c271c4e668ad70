"""`make webhook`, against a server that speaks GitHub's documented shapes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli import main as cli
from cli import stack_outputs
from cli.deliveries import webhook
from tests.support.github_server import REPOSITORY, TOKEN, GitHub, github

URL, SECRET = "https://hooks.example.com/hooks", "hook-se-cret"
OUTPUTS = {"hooks_url": URL, "webhook_secret": SECRET}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    with github() as model:
        monkeypatch.setenv("GITHUB_API_URL", model.url)
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        monkeypatch.delenv("GH_TOKEN", raising=False)
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr(stack_outputs, "read", lambda stack, paths: OUTPUTS)
        monkeypatch.setattr(webhook, "INTERVAL", 0.01)
        yield model


def make(repository: str = REPOSITORY, stack: str = "dev") -> int:
    return cli.main(["webhook", "--stack", stack, "--repository", repository])


def refused(capsys: pytest.CaptureFixture[str], repository: str = REPOSITORY) -> str:
    """The one sentence that it ends with."""
    assert make(repository) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert said.err.count("\n") == 1, f"more than one sentence: {said.err}"
    assert TOKEN not in said.err, "it would be in a log"
    assert SECRET not in said.err, "it would be in a log"
    return said.err


def test_it_delivers_signed_pushes_and_nothing_else(hub: GitHub, capsys: pytest.CaptureFixture[str]) -> None:
    assert make() == 0
    (hook,) = hub.hooks
    assert hook["config"] == {"url": URL, "content_type": "json", "secret": SECRET, "insecure_ssl": "0"}
    assert (hook["events"], hook["active"], hook["name"]) == (["push"], True, "web")
    said = capsys.readouterr().out
    assert said == f"{REPOSITORY} delivers its pushes to {URL}; GitHub's ping was answered with 202\n"


def test_twice_is_one_webhook_with_the_secret_of_now(hub: GitHub) -> None:
    assert make() == 0
    hub.hooks[0] |= {"active": False, "events": ["pull_request"]}
    hub.hooks[0]["config"] = {"url": URL, "content_type": "form", "secret": "an older one"}
    assert make() == 0
    (hook,) = hub.hooks
    assert hook["config"]["secret"] == SECRET
    assert (hook["config"]["content_type"], hook["events"], hook["active"]) == ("json", ["push"], True)


def test_webhooks_of_others_are_left_alone_and_doubles_go(hub: GitHub) -> None:
    other = {"name": "web", "config": {"url": "https://chat.example.com/hooks"}, "events": ["push"]}
    for url in (other["config"]["url"], URL.replace("https", "http"), URL):
        hub.add(**{**other, "config": {"url": url}})
        hub.asked.append(("a hook", "of its own number"))
    assert make() == 0
    assert [one["config"]["url"] for one in hub.hooks] == ["https://chat.example.com/hooks", URL], (
        "a second one for the same listener would start every build twice"
    )


def test_an_older_ping_is_no_answer(
    hub: GitHub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook.ping, "__kwdefaults__", {"seconds": 0.05})
    hub.deliver("ping", 202, "Accepted")
    hub.ping = None
    assert "GitHub has not called yet; the webhook is made" in refused(capsys)
    assert hub.hooks


def test_an_address_that_github_cannot_reach_is_told(hub: GitHub, capsys: pytest.CaptureFixture[str]) -> None:
    hub.ping = (502, "failed to connect to host")
    said = refused(capsys)
    assert f"GitHub's ping did not reach {URL}: failed to connect to host (502)" in said
    assert hub.hooks, "it is made, and works once the address can be reached"


def test_a_wrong_token_is_told(
    hub: GitHub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.support.github_server.TOKEN", "another")
    assert "does not know the token in GITHUB_TOKEN" in refused(capsys)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (403, "the token may not change the webhooks of example/shop (why): give a fine-grained token"),
        (404, "shows this token no repository or no webhooks of example/shop"),
        (422, "refused a webhook of example/shop with 422: why"),
        (503, "refused a webhook of example/shop with 503: why"),
    ],
)
def test_a_refusal_is_one_sentence(
    hub: GitHub, capsys: pytest.CaptureFixture[str], status: int, words: str
) -> None:
    hub.refusal = (status, "why")
    assert words in refused(capsys)


def test_a_repository_that_is_not_there_is_told(hub: GitHub, capsys: pytest.CaptureFixture[str]) -> None:
    assert "of example/none: check the name" in refused(capsys, "example/none")


def test_an_archived_repository_is_told(hub: GitHub, capsys: pytest.CaptureFixture[str]) -> None:
    hub.archived = True
    assert "example/shop is archived" in refused(capsys)


@pytest.mark.parametrize("name", ["shop", "https://github.com/example/shop", "a/b/c", "a/b?c", "a b/c"])
def test_a_malformed_name_is_told(hub: GitHub, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert f"REPO is {name!r}, but must be OWNER/NAME" in refused(capsys, name)
    assert not hub.asked


def test_no_name_and_no_token_are_told(
    hub: GitHub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "REPO is missing" in refused(capsys, "")
    monkeypatch.delenv("GITHUB_TOKEN")
    assert "GITHUB_TOKEN is not set" in refused(capsys)
    monkeypatch.setenv("GH_TOKEN", TOKEN)
    assert make() == 0, "the name that GitHub's own CLI reads"


def test_a_stack_without_outputs_is_told(
    hub: GitHub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack_outputs, "read", lambda stack, paths: {})
    assert "the stack dev has no output hooks_url; `make up STACK=dev` gives it one" in refused(capsys)


def test_github_that_cannot_be_reached_is_told(
    hub: GitHub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")
    assert "http://127.0.0.1:9 cannot be reached" in refused(capsys)


def test_the_sandbox_has_one_repository(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(stack_outputs, "read", lambda stack, paths: OUTPUTS)
    monkeypatch.setattr("cli.main.Paths", lambda: __import__("toolkit.paths").paths.Paths(state=tmp_path))
    assert cli.main(["webhook", "--repository", "example/shop"]) == 1
    assert "the sandbox's forge has developer/example alone" in capsys.readouterr().err
