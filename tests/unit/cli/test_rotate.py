"""The order of a rotation: at no moment is a push refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli import main as cli
from cli import stack_outputs
from cli.commands.rotate import Rotation
from toolkit.errors import UserError


class Played:
    """A CLI that notes what it is asked for, and keeps the setting."""

    def __init__(self, **setting: Any) -> None:
        self.setting = setting
        self.did: list[str] = []
        self.code = 0

    def read(self, *_: str) -> Any:
        return {"tekton-builds:webhook": {"value": json.dumps(self.setting)}} if self.setting else {}

    def run(self, *arguments: str, stdin: str | None = None) -> str:
        assert arguments[:2] == ("config", "set"), arguments
        self.setting[arguments[-2].removeprefix("webhook.")] = json.loads(arguments[-1])
        return ""

    def show(self, *arguments: str, log: Path | None = None) -> int:
        assert arguments[0] == "up", arguments
        both = " and before" if self.setting["previousToo"] else ""
        self.did.append(f"takes {self.setting['secretVersion']}{both}")
        return self.code


def rotate(played: Played, *repositories: str) -> list[str]:
    told: Any = played
    Rotation(cli=told, stack="dev", forge=lambda name: played.did.append(f"webhook of {name}")).run(
        repositories
    )
    return played.did


def test_the_old_secret_goes_when_every_webhook_has_the_new_one() -> None:
    assert rotate(Played(), "a/b", "a/c") == [
        "takes 2 and before",
        "webhook of a/b",
        "webhook of a/c",
        "takes 2",
    ]
    assert rotate(Played(secretVersion=7, previousToo=False), "a/b")[0] == "takes 8 and before"


def test_an_interrupted_rotation_is_finished_and_not_begun_again() -> None:
    assert rotate(Played(secretVersion=2, previousToo=True), "a/b") == ["webhook of a/b", "takes 2"]


def test_an_up_that_fails_leaves_the_webhooks_as_they_are() -> None:
    played = Played()
    played.code = 255
    with pytest.raises(UserError, match="`make rotate` goes on from here"):
        rotate(played, "a/b")
    assert played.did == ["takes 2 and before"]


def test_every_repository_must_be_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = {"repositories": {"a/b": ["main"], "a/c": ["main"]}}
    monkeypatch.setattr(stack_outputs, "read", lambda stack, paths: outputs)
    monkeypatch.setattr(stack_outputs, "cli", lambda stack, paths: None)
    assert cli.main(["rotate", "--stack", "dev", "--repository", "A/B"]) == 1
    said = capsys.readouterr().err
    assert "REPO must name every repository of the stack dev, and a/c is missing" in said
