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
        if arguments[:2] == ("config", "rm"):
            del self.setting[arguments[-1].removeprefix("webhook.")]
            return ""
        assert arguments[:2] == ("config", "set"), arguments
        self.setting[arguments[-2].removeprefix("webhook.")] = json.loads(arguments[-1])
        return ""

    def show(self, *arguments: str, log: Path | None = None) -> int:
        assert arguments[0] == "up", arguments
        assert "previousToo" not in self.setting, "the program refuses a key beside its older name"
        both = " and before" if self.setting["acceptPrevious"] else ""
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
    assert rotate(Played(secretVersion=7, acceptPrevious=False), "a/b")[0] == "takes 8 and before"


def test_an_interrupted_rotation_is_finished_and_not_begun_again() -> None:
    assert rotate(Played(secretVersion=2, acceptPrevious=True), "a/b") == ["webhook of a/b", "takes 2"]


@pytest.mark.parametrize("previous_too", [False, True])
def test_an_older_key_is_taken_over_and_goes(*, previous_too: bool) -> None:
    played = Played(secretVersion=2, previousToo=previous_too)
    begun = [] if previous_too else ["takes 3 and before"]
    assert rotate(played, "a/b") == [*begun, "webhook of a/b", f"takes {2 if previous_too else 3}"]
    assert played.setting == {"secretVersion": 2 if previous_too else 3, "acceptPrevious": False}


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
