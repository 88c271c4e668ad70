"""The forge's user."""

import stat
from pathlib import Path
from typing import Any

import pytest

from forges.gitea import GiteaError
from sandbox.credentials import Account
from sandbox.forge.forge import Forge

PASSWORD = "the-password-of-this-test"


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    account = Account(username="developer", password=PASSWORD)
    (tmp_path / "forge").mkdir()
    return Forge(state=tmp_path / "forge", url="http://10.0.0.2:3000", account=account)


class FakeGitea:
    """Answers Gitea's commands and remembers them."""

    def __init__(self, users: str) -> None:
        self.users = users
        self.commands: list[list[str]] = []

    def __call__(self, *command: str) -> str:
        self.commands.append(list(command))
        if "list" in command:
            return f"ID Username Email\n{self.users}"
        return "the-token\n" if "generate-access-token" in command else "done\n"


class FakeApi:
    def __init__(self, status: int | None) -> None:
        self.status = status
        self.calls: list[tuple[str, str, Any]] = []

    def __call__(self, url: str, authorization: object) -> "FakeApi":
        self.calls.append(("login", url, authorization))
        return self

    def get(self, path: str) -> dict[str, str]:
        if self.status:
            raise GiteaError(f"GET {path}", self.status, "no")
        return {"login": "developer"}

    def patch(self, path: str, body: Any) -> None:
        self.calls.append(("patch", path, body))

    def delete(self, path: str) -> None:
        self.calls.append(("delete", path, None))


@pytest.mark.parametrize(("users", "commands"), [("", 3), ("1 developer d@x", 2)], ids=["new", "known"])
def test_the_password_is_set_without_ever_being_an_argument(forge, monkeypatch, users, commands):
    api, gitea = FakeApi(401), FakeGitea(users)
    monkeypatch.setattr("sandbox.forge.forge.Gitea", api)
    forge.ensure_user(gitea)
    assert len(gitea.commands) == commands, "a user is made once; one that exists gets the right password"
    assert PASSWORD not in str(gitea.commands), "every process of the machine reads arguments"
    (patch,) = [body for call, _, body in api.calls if call == "patch"]
    assert patch["password"] == PASSWORD
    token = gitea.commands[-1][-1]
    assert ("delete", f"users/developer/tokens/{token}", None) in api.calls, "the token's work is done"


def test_a_user_whose_password_works_is_left_alone(forge, monkeypatch):
    gitea = FakeGitea("1 developer d@x")
    monkeypatch.setattr("sandbox.forge.forge.Gitea", FakeApi(None))
    forge.ensure_user(gitea)
    assert gitea.commands == []
    assert stat.S_IMODE(forge.git_credentials.stat().st_mode) == 0o600
    assert forge.git_credentials.read_text() == f"http://developer:{PASSWORD}@10.0.0.2:3000\n"


def test_a_forge_that_fails_otherwise_is_not_taken_for_one_without_a_user(forge, monkeypatch):
    monkeypatch.setattr("sandbox.forge.forge.Gitea", FakeApi(500))
    with pytest.raises(GiteaError, match="answered 500"):
        forge.ensure_user(FakeGitea(""))
