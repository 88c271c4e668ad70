"""The janitor: its script against a kubectl that is played, and the component around it."""

import datetime
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pipelines import template
from tests.support.manifests import served
from tests.support.program import ROOT, SECRETS, config, run
from tests.support.recorded import Recording
from tests.support.steps import SHELLS, play
from tests.unit.settings.loading import refusal

PLAYED = """#!/bin/sh
echo "$*" | tr '\\n' ' ' >>"{folder}/calls"
echo >>"{folder}/calls"
case $* in
*" get "*) cat "{folder}/runs" ;;
esac
"""
NOW = datetime.datetime.now(datetime.UTC)


def at(**ago: float) -> str:
    return (NOW - datetime.timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Played:
    """One look of the janitor at these runs: name, line, pipeline, began, ended, status."""

    def __init__(self, folder: Path, shell: str) -> None:
        self.folder, self.shell = folder, shell
        folder.mkdir()
        play(folder, "kubectl", PLAYED.format(folder=folder))

    def look(self, *runs: str, **environment: str) -> tuple[list[str], list[str]]:
        """The names of what it cancelled and of what it deleted."""
        (self.folder / "runs").write_text("".join(f"{run}\n" for run in runs))
        (self.folder / "calls").write_text("")
        given = {
            "PATH": f"{self.folder}:{os.environ['PATH']}",
            "NAMESPACE": "builds",
            "SELECTOR": "app.kubernetes.io/part-of=tekton-builds",
            "LINE": template.BRANCH_KEY,
            "PIPELINE": "tekton.dev/pipeline",
            "CANCEL": "true",
            "LIMIT": "0",
            "KEEP": "3",
            "DAYS": "7",
            "PAUSE": "never",
            **environment,
        }
        script = (ROOT / "components" / "builds" / "janitor.sh").read_text()
        subprocess.run([*self.shell.split(), "-c", script], env=given, check=True, timeout=20)
        calls = [call.split() for call in (self.folder / "calls").read_text().splitlines()]
        assert all(call[:2] == ["--namespace", "builds"] for call in calls), "it touches one namespace"
        return (
            [call[4] for call in calls if call[2] == "patch" and "CancelledRunFinally" in call[-1]],
            [call[4] for call in calls if call[2] == "delete"],
        )

    def start(self, *runs: str, **environment: str) -> list[str]:
        """The names of what it let start, in their order."""
        self.look(*runs, **environment)
        calls = [call.split() for call in (self.folder / "calls").read_text().splitlines()]
        return [call[4] for call in calls if call[2] == "patch" and '"remove",' in call]


@pytest.fixture(params=SHELLS)
def janitor(request: pytest.FixtureRequest, tmp_path: Path) -> Played:
    return Played(tmp_path / "bin", request.param)


def test_a_run_that_a_newer_push_to_its_branch_has_overtaken_is_cancelled(janitor: Played) -> None:
    cancelled, deleted = janitor.look(
        f"old main p {at(minutes=3)} - -",
        f"older main p {at(minutes=5)} - -",
        f"new main p {at(minutes=1)} - -",
        f"other release p {at(minutes=9)} - -",
    )
    assert sorted(cancelled) == ["old", "older"]
    assert deleted == []


def test_a_newer_run_counts_although_it_is_done(janitor: Played) -> None:
    cancelled, _ = janitor.look(
        f"old main p {at(minutes=3)} - -", f"new main p {at(minutes=2)} {at(minutes=1)} -"
    )
    assert cancelled == ["old"], "else the older commit would get the branch's tag last"


def test_what_is_done_or_cancelled_or_nobodys_is_left_alone(janitor: Played) -> None:
    cancelled, _ = janitor.look(
        f"done main p {at(minutes=5)} {at(minutes=4)} -",
        f"going main p {at(minutes=3)} - CancelledRunFinally",
        f"by-hand - p {at(minutes=9)} - -",
        f"by-hand-too - p {at(minutes=1)} - -",
        f"new main p {at(minutes=1)} - -",
    )
    assert cancelled == []


def test_two_pushes_of_one_second_are_both_built(janitor: Played) -> None:
    same = at(minutes=1)
    cancelled, _ = janitor.look(f"a main p {same} - -", f"b main p {same} - -")
    assert cancelled == [], "nobody knows which of the two is the newer one"


def test_nothing_is_cancelled_where_the_settings_say_so(janitor: Played) -> None:
    cancelled, _ = janitor.look(
        f"old main p {at(minutes=3)} - -", f"new main p {at(minutes=1)} - -", CANCEL="false"
    )
    assert cancelled == []


def test_the_last_runs_of_each_pipeline_stay(janitor: Played) -> None:
    done = [
        f"{name}-{n} main {name} {at(hours=n)} {at(hours=n - 0.5)} -" for n in range(1, 6) for name in "pq"
    ]
    _, deleted = janitor.look(*done)
    assert sorted(deleted) == ["p-4", "p-5", "q-4", "q-5"], "three of each, the newest"


def test_an_old_run_goes_and_one_that_still_runs_stays(janitor: Played) -> None:
    _, deleted = janitor.look(
        f"old main p {at(days=9)} {at(days=8)} -",
        f"young main p {at(days=6)} {at(days=6)} -",
        f"slow release p {at(days=9)} - -",
    )
    assert deleted == ["old"]


QUEUE = [
    f"{name} {name} p {at(minutes=age)} - PipelineRunPending"
    for name, age in zip("bca", (2, 1, 3), strict=True)
]
BUSY = [f"busy x p {at(minutes=9)} - -", f"ending y p {at(minutes=9)} - CancelledRunFinally"]


def test_those_that_wait_start_in_their_order_as_there_is_room(janitor: Played) -> None:
    assert janitor.start(*QUEUE, LIMIT="2") == ["a", "b"], "the oldest first"
    assert janitor.start(*QUEUE, BUSY[0], LIMIT="2") == ["a"]
    assert janitor.start(*QUEUE, *BUSY, LIMIT="2") == [], "one that ends has not ended"
    assert janitor.start(*QUEUE, f"done z p {at(minutes=9)} {at(minutes=8)} -", LIMIT="1") == ["a"]


def test_what_an_earlier_limit_has_left_waiting_starts_when_there_is_none(janitor: Played) -> None:
    assert janitor.start(*QUEUE, *BUSY, LIMIT="0") == ["a", "b", "c"]


def test_one_that_waits_is_overtaken_like_any_other(janitor: Played) -> None:
    cancelled, _ = janitor.look(
        f"old main p {at(minutes=3)} - PipelineRunPending",
        f"new main p {at(minutes=1)} - PipelineRunPending",
        LIMIT="1",
    )
    assert cancelled == ["old"], "else it would be built first, and for nothing"


def test_no_runs_are_no_work(janitor: Played) -> None:
    assert janitor.look() == ([], [])


@pytest.fixture
def given(tmp_path: Path) -> dict[str, Any]:
    return config(tmp_path / "kubeconfig")


def deploy(given: dict[str, Any], tmp_path: Path) -> Recording:
    with served() as mirror, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        return run({**given, "releaseMirror": mirror}, SECRETS)


def test_the_settings_reach_the_script_and_the_runs(given: dict[str, Any], tmp_path: Path) -> None:
    chosen = {
        "cancelSuperseded": False,
        "historyLimit": 7,
        "historyDays": 2,
        "timeoutMinutes": 90,
        "volumeGib": 20,
        "concurrencyLimit": 3,
    }
    recording = deploy({**given, "runs": chosen}, tmp_path)
    (container,) = recording.one("Deployment", "janitor").plain()["spec"]["template"]["spec"]["containers"]
    environment = {one["name"]: one["value"] for one in container["env"]}
    assert {key: environment[key] for key in ("CANCEL", "LIMIT", "KEEP", "DAYS", "NAMESPACE")} == {
        "LIMIT": "3",
        "CANCEL": "false",
        "KEEP": "7",
        "DAYS": "2",
        "NAMESPACE": "builds",
    }
    (made,) = recording.one("TriggerTemplate", "github-template").plain()["spec"]["resourcetemplates"]
    assert made["spec"]["timeouts"] == {"pipeline": "93m0s", "tasks": "90m0s", "finally": "3m0s"}, (
        "a run that is ended still says so"
    )
    assert made["spec"]["status"] == "PipelineRunPending", "with a limit, nothing starts by itself"
    claim = made["spec"]["workspaces"][0]["volumeClaimTemplate"]["spec"]
    assert claim["resources"]["requests"]["storage"] == "20Gi"


def test_a_mistake_is_one_sentence(given: dict[str, Any]) -> None:
    (sentence,) = refusal({**given, "runs": {"historyLimit": 0}})
    assert sentence == "runs.historyLimit is 0, but must be at least 1"
