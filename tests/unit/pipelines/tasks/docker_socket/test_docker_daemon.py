"""The Docker daemon beside a build; only dockerd itself is played."""

import subprocess
from pathlib import Path

from pipelines.tasks import DOCKER_SOCKET
from tests.support.steps import BOUNDS, play
from toolkit.polling import wait_for

DAEMON = """#!/bin/sh
trap 'exit 7' TERM
echo "$$" >"{folder}/pid.new"
mv "{folder}/pid.new" "{folder}/pid"
while :; do sleep 0.05; done
"""


def test_the_daemon_alone_is_privileged() -> None:
    spec = DOCKER_SOCKET.spec(client="cli", daemon="dind", flags="", **BOUNDS.values)
    (step,), (daemon,) = spec["steps"], spec["sidecars"]
    assert daemon["securityContext"]["privileged"] is True
    assert step["securityContext"]["allowPrivilegeEscalation"] is False


def test_the_daemon_watches_its_disk_and_tells_the_step() -> None:
    spec = DOCKER_SOCKET.spec(client="cli", daemon="dind", flags="", **BOUNDS.values)
    (step,), (daemon,) = spec["steps"], spec["sidecars"]
    told, tells = ({entry["name"]: entry.get("value") for entry in one["env"]} for one in (step, daemon))
    assert told["NOTE"] == tells["NOTE"]
    assert tells["NOTE"].startswith("/var/run/"), "the folder that both have"
    assert "watch_disk /var/lib/docker" in daemon["script"]


def test_the_daemon_is_a_process_that_its_watch_may_kill_and_ends_when_the_pod_does(tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (daemon,) = DOCKER_SOCKET.spec(client="cli", daemon="dind", flags="", **BOUNDS.values)["sidecars"]
    play(folder, "dockerd-entrypoint.sh", DAEMON.format(folder=folder))
    script = tmp_path / "daemon.sh"
    script.write_text(daemon["script"])
    values = {entry["name"]: entry.get("value", "") for entry in daemon["env"]}
    shell = subprocess.Popen(
        ["sh", script], env={**values, "PATH": f"{folder}:/usr/bin:/bin"}, stderr=subprocess.DEVNULL
    )
    try:
        pid = folder / "pid"
        wait_for("the daemon", pid.exists, 10)
        assert int(pid.read_text()) != shell.pid, "nobody in a container can kill its first process"
        shell.terminate()
        assert shell.wait(10) == 7, "the daemon ends as it likes, and its code is the container's"
    finally:
        shell.kill()
        shell.wait()
