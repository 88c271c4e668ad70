"""The CNI plugin as containerd runs it: a process, with the command in its environment."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sandbox.node_policies import plugin
from sandbox.node_policies.added_pods import AddedPod, serve

RESULT = {
    "cniVersion": "0.4.0",
    "interfaces": [{"name": "veth0"}, {"name": "eth0", "sandbox": "/run/netns/pod"}],
    "ips": [{"version": "4", "interface": 1, "address": "10.244.0.5/32", "gateway": "10.244.0.1"}],
}
POD = "IgnoreUnknown=1;K8S_POD_NAMESPACE=builds;K8S_POD_NAME=a;K8S_POD_INFRA_CONTAINER_ID=0123"


def call(command: str, socket: Path) -> tuple[int, Any]:
    """Status and answer; None without one."""
    configuration = {"cniVersion": "0.4.0", "name": "pods", "socket": str(socket), "prevResult": RESULT}
    done = subprocess.run(
        [sys.executable, "-IS", plugin.__file__],
        input=json.dumps(configuration),
        env={"CNI_COMMAND": command, "CNI_ARGS": POD, "CNI_CONTAINERID": "0123"},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert not done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout) if done.stdout else None


def test_add_hands_ptps_result_on_when_the_rules_are_in_force(tmp_path: Path) -> None:
    added: list[AddedPod] = []

    def add(pod: AddedPod) -> None:
        added.append(pod)
        pod.answer.put("")

    server = serve(tmp_path / "socket", add)
    try:
        assert call("ADD", tmp_path / "socket") == (0, RESULT)
    finally:
        server.shutdown()
        server.server_close()
    assert [(pod.namespace, pod.name, pod.address) for pod in added] == [("builds", "a", "10.244.0.5")]


def test_add_fails_as_the_specification_says_when_there_are_no_rules(tmp_path: Path) -> None:
    status, answer = call("ADD", tmp_path / "nobody")
    assert status == 1, "so the pod does not run"
    assert answer["code"] == plugin.TRY_AGAIN, "and the kubelet repeats it"
    assert "builds/a" in answer["msg"]


@pytest.mark.parametrize("command", ["DEL", "CHECK"])
def test_a_pod_ends_whether_or_not_the_enforcer_runs(tmp_path: Path, command: str) -> None:
    assert call(command, tmp_path / "nobody") == (0, None)


def test_it_says_which_versions_it_speaks(tmp_path: Path) -> None:
    status, answer = call("VERSION", tmp_path / "nobody")
    assert status == 0
    assert RESULT["cniVersion"] in answer["supportedVersions"]
