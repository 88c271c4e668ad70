"""Gitea's configuration and its user."""

import configparser
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from sandbox.credentials import Account
from sandbox.forge import Forge
from sandbox.gitea import GiteaError

PASSWORD = "the-password-of-this-test"


@pytest.fixture
def forge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Forge:
    monkeypatch.setattr(os, "chown", lambda *arguments: None)  # the tests need no root
    return Forge(
        state=tmp_path / "forge",
        url="http://10.0.0.2:3000",
        account=Account(username="developer", password=PASSWORD),
        program=Path("/cache/gitea"),
        static=Path("/cache/static"),
        webhook_targets="10.0.1.0/24",
    )


def configuration(forge: Forge) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string("[global]\n" + (forge.state / "work" / "app.ini").read_text())
    return parser


def test_the_configuration_opens_nothing_that_a_push_does_not_need(forge):
    forge.configure()
    found = configuration(forge)
    assert found["server"]["http_addr"] == "10.0.0.2", "it listens on the node's address alone"
    assert found["webhook"]["allowed_host_list"] == "10.0.1.0/24", (
        "a webhook may call the load balancer alone"
    )
    assert found["service"]["disable_registration"] == "true"
    assert found["security"]["install_lock"] == "true", "else the first visitor becomes the administrator"
    assert found["server"]["disable_ssh"] == "true"


def test_configuring_twice_keeps_the_secrets(forge):
    forge.configure()
    key = forge.state / "work" / "secret_key"
    first = key.read_text()
    forge.configure()
    assert key.read_text() == first, "what Gitea encrypted with it would be lost"


def test_secrets_are_files_that_nobody_else_reads(forge):
    forge.configure()
    for file in (forge.state / "work").glob("*_*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name
    assert len({file.read_text() for file in (forge.state / "work").glob("*_*")}) == 3, "three secrets"


class FakeNode:
    """Answers Gitea's commands and remembers them."""

    def __init__(self, users: str) -> None:
        self.users = users
        self.commands: list[list[str]] = []

    def __call__(self, command: Any) -> str:
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
    api, node = FakeApi(401), FakeNode(users)
    monkeypatch.setattr("sandbox.forge.Gitea", api)
    forge.configure()
    forge.ensure_user(node)
    assert len(node.commands) == commands, "a user is made once; one that exists gets the right password"
    assert PASSWORD not in str(node.commands), "every process of the machine reads arguments"
    (patch,) = [body for call, _, body in api.calls if call == "patch"]
    assert patch["password"] == PASSWORD
    token = node.commands[-1][-1]
    assert ("delete", f"users/developer/tokens/{token}", None) in api.calls, "the token's work is done"


def test_a_user_whose_password_works_is_left_alone(forge, monkeypatch):
    node = FakeNode("1 developer d@x")
    monkeypatch.setattr("sandbox.forge.Gitea", FakeApi(None))
    forge.configure()
    forge.ensure_user(node)
    assert node.commands == []
    assert stat.S_IMODE(forge.git_credentials.stat().st_mode) == 0o600
    assert forge.git_credentials.read_text() == f"http://developer:{PASSWORD}@10.0.0.2:3000\n"


def test_a_forge_that_fails_otherwise_is_not_taken_for_one_without_a_user(forge, monkeypatch):
    monkeypatch.setattr("sandbox.forge.Gitea", FakeApi(500))
    with pytest.raises(GiteaError, match="answered 500"):
        forge.ensure_user(FakeNode(""))


def test_the_run_script_becomes_gitea_and_takes_paths_with_blanks(forge):
    text = forge.run_script
    assert text.startswith("#!/bin/sh\n")
    assert "\nexec env " in text, "a supervisor's signals must reach Gitea itself"
    assert text.rstrip().endswith(" web")
