"""The report to the forge, run by real shells; only curl is played."""

import json
from pathlib import Path

import pytest

from pipelines.tasks import COMMIT_STATUS
from tests.support.steps import SHELLS, Outcome, Step, play

PLAYED = """#!/bin/sh
cat >"{folder}/config"
printf '%s\\n' "$@" >"{folder}/arguments"
while [ $# -gt 1 ]; do
    if [ "$1" = --data ]; then printf %s "$2" >"{folder}/body"; fi
    shift
done
printf %s "$1" >"{folder}/url"
cat "{folder}/answer"
exit $(cat "{folder}/code")
"""
TOKEN = "secret-token"
RUN = {
    "api": "https://api.example.com",
    "repository": "team/shop",
    "revision": "a" * 40,
    "context": "tekton-builds/dev",
    "run": "github-run-x7k2p",
    "namespace": "builds",
}
LOGS = "tkn pipelinerun logs -n builds github-run-x7k2p"


class Forge:
    """A step whose curl answers what it is told to."""

    def __init__(self, folder: Path, shell: str) -> None:
        self.folder = folder
        folder.mkdir()
        play(folder, "curl", PLAYED.format(folder=folder))
        self.answers("{}\n201")
        self.step = Step(COMMIT_STATUS.spec(image="curl:1"), folder / "step", shell=shell)
        self.step.path = f"{folder}:{self.step.path}"
        (self.step.workspace("token") / "token").write_text(f"{TOKEN}\n")

    def answers(self, text: str, code: int = 0) -> None:
        (self.folder / "answer").write_text(text)
        (self.folder / "code").write_text(str(code))

    def told(self, outcome: str, tasks: str = "", **params: str) -> dict[str, str]:
        """What the forge is told."""
        done = self.step.run(**{**RUN, "outcome": outcome, "tasks": tasks, **params})
        assert done.code == 0, done.err
        found: dict[str, str] = json.loads((self.folder / "body").read_text())
        return found

    def run(self, **params: str) -> Outcome:
        return self.step.run(**{**RUN, "outcome": "pending", **params})


@pytest.fixture(params=SHELLS)
def forge(request: pytest.FixtureRequest, tmp_path: Path) -> Forge:
    return Forge(tmp_path / "forge", request.param)


def test_the_commit_is_told_where_its_log_is(forge: Forge) -> None:
    assert forge.told("pending") == {
        "state": "pending",
        "context": "tekton-builds/dev",
        "description": f"building: {LOGS}",
    }
    url = (forge.folder / "url").read_text()
    assert url == f"https://api.example.com/repos/team/shop/statuses/{'a' * 40}"


def test_the_dashboards_page_is_the_link_where_there_is_one(forge: Forge) -> None:
    page = "https://tekton.example.com/#/namespaces/builds/pipelineruns/"
    assert forge.told("pending", link=page)["target_url"] == f"{page}github-run-x7k2p"


ENDS = [
    ("Succeeded", "clone=Succeeded build-and-push-a=Succeeded", "success", "built: github-run-x7k2p"),
    ("Completed", "clone=Succeeded build-and-push-a=None", "success", "built: github-run-x7k2p"),
    ("Failed", "clone=Failed build-and-push-a=None", "failure", f"failed: clone; {LOGS}"),
    (
        "Failed",
        "clone=Succeeded build-and-push-a=Failed build-and-push-b=TaskRunTimeout",
        "failure",
        f"failed: build-and-push-a, build-and-push-b; {LOGS}",
    ),
    ("Failed", "clone=Succeeded build-and-push-a=TaskRunCancelled", "error", f"cancelled; {LOGS}"),
    ("None", "clone=None build-and-push-a=None", "error", f"cancelled; {LOGS}"),
    ("Failed", "clone= build-and-push-a=", "failure", f"failed; {LOGS}"),
]


@pytest.mark.parametrize(("outcome", "tasks", "state", "said"), ENDS)
def test_every_end_is_told_as_what_it_is(
    forge: Forge, outcome: str, tasks: str, state: str, said: str
) -> None:
    told = forge.told(outcome, tasks)
    assert (told["state"], told["description"]) == (state, said)


def test_what_is_too_long_for_the_forge_is_told_without_the_tasks(forge: Forge) -> None:
    tasks = " ".join(f"build-and-push-{number}-{'x' * 30}=Failed" for number in range(4))
    assert forge.told("Failed", tasks)["description"] == f"failure: {LOGS}"


def test_the_token_is_in_no_argument_and_in_no_log(forge: Forge) -> None:
    done = forge.run()
    assert TOKEN not in (forge.folder / "arguments").read_text(), "every process may read arguments"
    assert TOKEN not in done.out + done.err
    assert (forge.folder / "config").read_text() == f'header = "Authorization: Bearer {TOKEN}"\n'


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        ('{"message": "Bad credentials"}\n401', 0, 'answers 401: {"message": "Bad credentials"}'),
        ("gone\nfor\nlunch\n503", 0, "answers 503: goneforlunch"),
        ("", 7, "https://api.example.com cannot be reached"),
    ],
)
def test_a_forge_that_cannot_be_told_is_no_failure(forge: Forge, answer: str, code: int, said: str) -> None:
    forge.answers(answer, code)
    done = forge.run()
    assert done.code == 0, "the build goes on"
    assert said in done.err
    assert "the build goes on without it" in done.err


def test_a_secret_without_a_token_is_no_failure(forge: Forge) -> None:
    (forge.step.workspace("token") / "token").unlink()
    done = forge.run()
    assert done.code == 0
    assert "there is no token" in done.err
    assert not (forge.folder / "url").exists(), "nobody is asked without one"


@pytest.mark.parametrize(
    "wrong", [{"context": 'a"b'}, {"context": "a\\b"}, {"revision": "main"}, {"revision": ""}]
)
def test_what_would_break_out_of_the_message_is_never_sent(forge: Forge, wrong: dict[str, str]) -> None:
    done = forge.run(**wrong)
    assert done.code == 0
    assert not (forge.folder / "url").exists()
