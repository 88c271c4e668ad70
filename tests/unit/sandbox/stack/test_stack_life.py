"""The sandbox stack from one `up` to the next: locks, interruptions, another cluster."""

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.stack.pending_operations import take_over
from sandbox.stack.stack import Stack
from tests.unit.sandbox.stack.fake_cli import begun, lock, prepared
from toolkit.paths import Paths
from toolkit.pulumi_cli import Pulumi, PulumiError


def test_the_lock_of_a_killed_pulumi_is_taken_away(stack: Stack, paths: Paths) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    file = lock(paths, ended.pid)
    stack.unlock()
    assert not file.exists()


def test_the_lock_of_another_program_with_the_same_number_is_taken_away(stack: Stack, paths: Paths) -> None:
    file = lock(paths, os.getpid())
    stack.unlock()
    assert not file.exists(), "process numbers come again"


def test_the_lock_of_a_pulumi_that_lives_is_left_and_named(
    stack: Stack, paths: Paths, tmp_path: Path
) -> None:
    (tmp_path / "real").mkdir()
    program = tmp_path / "real" / "pulumi"
    program.write_bytes(Path("/bin/sleep").read_bytes())
    program.chmod(0o755)
    living = subprocess.Popen([program, "60"])
    try:
        file = lock(paths, living.pid)
        with pytest.raises(PulumiError, match=f"process {living.pid}"):
            stack.unlock()
        assert file.exists()
    finally:
        living.kill()
        living.wait()


def test_a_lock_that_was_cut_off_is_taken_away(stack: Stack, paths: Paths) -> None:
    file = lock(paths, 1)
    file.write_text('{"pid"')
    stack.unlock()
    assert not file.exists()


@pytest.mark.parametrize("failed", [False, True])
def test_an_up_to_another_cluster_forgets_what_was_in_the_last_one(
    failed: bool,
    stack: Stack,
    paths: Paths,
    calls: Callable[[], list[dict[str, object]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prepared(stack, paths)
    with monkeypatch.context() as patch:
        patch.setenv("FAKE_UP", "1" if failed else "0")
        stack.up(paths.logs / "up.log")
    prepared(stack, paths)
    stack.up(paths.logs / "up.log")
    assert not any("import" in call["arguments"] for call in calls()), "the same cluster"  # type: ignore[operator]
    prepared(stack, paths, ca="two")
    stack.up(paths.logs / "up.log")
    verbs = [call["arguments"][0] for call in calls()]  # type: ignore[index]
    assert verbs[-2:] == ["stack", "up"], "the old cluster's objects cannot even be refreshed: it is gone"
    assert json.loads(str(calls()[-2]["stdin"]))["deployment"].get("resources") is None


def test_a_failed_up_has_not_deployed(stack: Stack, paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared(stack, paths)
    monkeypatch.setenv("FAKE_UP", "3")
    assert stack.up(paths.logs / "up.log") == 3
    assert not stack.was_deployed


def test_what_a_killed_up_had_begun_is_asked_for(
    stack: Stack, paths: Paths, calls: Callable[[], list[dict[str, object]]]
) -> None:
    prepared(stack, paths)
    latest = {"resources": [], "pending_operations": [begun("kubernetes:tekton.dev/v1:Task", name="t")]}
    checkpoint = paths.state / "pulumi-state/.pulumi/stacks/tekton-builds/sandbox.json"
    checkpoint.write_text(json.dumps({"checkpoint": {"latest": latest}}))
    stack.recover()
    verbs = [call["arguments"][:2] for call in calls()][-3:]  # type: ignore[index]
    assert verbs == [["stack", "export"], ["stack", "import"], ["refresh", "--stack"]]
    assert "--target=urn:kubernetes:tekton.dev/v1:Task" in calls()[-1]["arguments"]  # type: ignore[operator]
    imported = json.loads(str(calls()[-2]["stdin"]))["deployment"]
    assert [resource["id"] for resource in imported["resources"]] == ["t"], "else the next create would fail"


def test_an_object_whose_creation_was_begun_becomes_a_resource() -> None:
    deployment = {
        "resources": [{"urn": "urn:kubernetes:core/v1:Service"}],
        "pending_operations": [
            begun("kubernetes:tekton.dev/v1:Task", name="t", namespace="n"),
            begun("kubernetes:core/v1:Service", name="s", namespace="n"),
            begun("kubernetes:core/v1:Pod", "deleting", name="p", namespace="n"),
            begun("kubernetes:core/v1:Event"),
            begun("random:index/randomPassword:RandomPassword", name="r"),
        ],
    }
    assert take_over(deployment) == ["urn:kubernetes:tekton.dev/v1:Task"], "only what can be asked for"
    assert deployment["resources"][1:] == [
        {
            "urn": "urn:kubernetes:tekton.dev/v1:Task",
            "type": "kubernetes:tekton.dev/v1:Task",
            "parent": "p",
            "inputs": {"metadata": {"name": "t", "namespace": "n"}},
            "id": "n/t",
            "outputs": {"metadata": {"name": "t", "namespace": "n"}},
        }
    ]
    assert "pending_operations" not in deployment, "the CLI warns of them for ever otherwise"


def test_the_clis_failure_is_its_own_last_words(program: Path, tmp_path: Path) -> None:
    with pytest.raises(PulumiError, match=r"^pulumi fail: error: the reason$"):
        Pulumi(program=program, project=tmp_path).run("fail")


def test_an_interruption_reaches_the_cli_once_and_waits_for_it(tmp_path: Path) -> None:
    program = tmp_path / "pulumi"
    program.write_text(
        "#!/bin/sh\ntrap 'echo interrupted; exit 0' INT\necho started\nwhile :; do sleep 0.05; done\n"
    )
    program.chmod(0o755)
    log = tmp_path / "log"

    def interrupt() -> None:
        while not (log.exists() and "started" in log.read_text()):
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        Pulumi(program=program, project=tmp_path).show("up", log=log)
    thread.join()
    assert log.read_text() == "started\ninterrupted\n", "it could finish and record what it had begun"
