"""The webhook that the stack's outputs become."""

from types import SimpleNamespace
from typing import Any

import pytest

from sandbox.forge.webhook import ensure_webhook

URL = "http://10.0.1.1/hooks"


class FakeGitea:
    """Keeps webhooks as Gitea does: the API shows all of one but its secret."""

    def __init__(self) -> None:
        self.hooks: dict[int, dict[str, Any]] = {}
        self.secrets: dict[int, str] = {}
        self.calls: list[str] = []

    def get(self, path: str) -> list[dict[str, Any]]:
        return list(self.hooks.values())

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        number = len(self.calls) + 1
        self.calls.append("post")
        self.secrets[number] = body["config"].pop("secret")
        self.hooks[number] = {**body, "id": number, "branch_filter": ""}
        return self.hooks[number]

    def delete(self, path: str) -> None:
        self.calls.append("delete")
        del self.hooks[int(path.rsplit("/", 1)[1])]


@pytest.fixture
def gitea() -> FakeGitea:
    return FakeGitea()


@pytest.fixture
def forge(gitea: FakeGitea) -> Any:
    return SimpleNamespace(
        api=gitea,
        account=SimpleNamespace(username="developer"),
        database=SimpleNamespace(webhook_secret=gitea.secrets.get),
    )


def test_the_webhook_delivers_signed_json_of_pushes_only(forge, gitea):
    number = ensure_webhook(forge, URL, "hush")
    hook = gitea.hooks[number]
    assert hook["events"] == ["push"], "nothing else may start a build"
    assert hook["config"] == {"url": URL, "content_type": "json"}
    assert hook["active"], "an inactive webhook delivers nothing"
    assert gitea.secrets[number] == "hush", "unsigned deliveries are refused"


def test_a_right_webhook_is_left_alone(forge, gitea):
    assert ensure_webhook(forge, URL, "hush") == ensure_webhook(forge, URL, "hush")
    assert gitea.calls == ["post"], "replacing it would lose its history of deliveries"


@pytest.mark.parametrize(
    ("url", "secret"),
    [("http://10.0.1.2/hooks", "hush"), (URL, "new")],
    ids=["another address", "another secret"],
)
def test_a_wrong_webhook_is_replaced(forge, gitea, url, secret):
    ensure_webhook(forge, URL, "hush")
    number = ensure_webhook(forge, url, secret)
    assert [hook["config"]["url"] for hook in gitea.hooks.values()] == [url], (
        "the old one would still deliver"
    )
    assert gitea.secrets[number] == secret


@pytest.mark.parametrize(
    "change", [{"active": False}, {"events": ["push", "create"]}, {"branch_filter": "dev"}], ids=str
)
def test_a_webhook_that_somebody_changed_is_replaced(forge, gitea, change):
    gitea.hooks[ensure_webhook(forge, URL, "hush")].update(change)
    assert gitea.hooks[ensure_webhook(forge, URL, "hush")]["active"]
    assert len(gitea.hooks) == 1, "two webhooks would build every commit twice"


def test_somebody_elses_webhook_stays(forge, gitea):
    gitea.post("", {"config": {"url": "http://chat.example/push", "secret": "s"}, "events": ["push"]})
    ensure_webhook(forge, URL, "hush")
    assert len(gitea.hooks) == 2, "only the one for our listener's path is ours"
