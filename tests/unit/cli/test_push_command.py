"""What `make push` says when it cannot even begin, and its exit code."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from cli.commands import push as push_command
from forges.gitea import GiteaError
from sandbox.forge.forge import Forge
from sandbox.network import Network
from toolkit.paths import Paths

OUTPUTS = {"hooks_url": "http://10.0.1.1/hooks", "webhook_secret": "hush", "namespace": "builds"}


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """A sandbox that is up, as far as files go."""
    paths = Paths(state=tmp_path, cache=tmp_path)
    paths.kubeconfig.touch()
    monkeypatch.setattr(push_command, "Stack", lambda *arguments: SimpleNamespace(outputs=lambda: OUTPUTS))
    monkeypatch.setattr(Forge, "wait", lambda self, seconds: None)
    return paths


def test_without_a_sandbox_it_names_the_command_that_starts_one(paths, capsys):
    paths.kubeconfig.unlink()
    assert push_command.push(paths, Network()) == 1
    said = capsys.readouterr().err
    assert "no sandbox runs; `make up` starts one" in said
    assert len(said.splitlines()) == 1, "one clear sentence"


def test_outputs_that_are_missing_are_named(paths, capsys, monkeypatch):
    monkeypatch.setattr(
        push_command, "Stack", lambda *_: SimpleNamespace(outputs=lambda: {"namespace": "builds"})
    )
    assert push_command.push(paths, Network()) == 1
    assert "has no output hooks_url, webhook_secret" in capsys.readouterr().err


def test_a_forge_that_refuses_is_one_sentence_without_a_traceback(paths, capsys, monkeypatch):
    def refuse(*arguments: object) -> None:
        raise GiteaError("GET repos/developer/example/hooks", 403, "no rights")

    monkeypatch.setattr(push_command, "ensure_webhook", refuse)
    assert push_command.push(paths, Network()) == 1
    said = capsys.readouterr().err
    assert "the forge answered 403 to GET repos/developer/example/hooks: no rights" in said
    assert len(said.splitlines()) == 1, "one clear sentence"


def test_a_forge_that_does_not_answer_names_the_command_that_repairs_it(paths, capsys, monkeypatch):
    def silent(self: Forge, seconds: float) -> None:
        raise TimeoutError(f"the forge at {self.url}: not within {seconds} s; last seen: ConnectionError")

    monkeypatch.setattr(Forge, "wait", silent)
    assert push_command.push(paths, Network()) == 1
    assert "last seen: ConnectionError; `make up` repairs the sandbox" in capsys.readouterr().err
