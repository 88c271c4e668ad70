"""The node on a real machine: from nothing to ready, through every accident, and away without a trace.

The tests of this file share one node and run in the order in which they stand here.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from sandbox.node import NodeError
from sandbox.node.claim import ROOT, Claim
from tests.cluster.node_sandbox import RANGE, Sandbox
from tests.cluster.node_traces import machine, pid_namespace, processes_in, traces
from toolkit.paths import CHECKOUT
from toolkit.polling import wait_for

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]

# A range of its own, so that a sandbox that is up stays as it is.
WEB = Path(__file__).with_name("web.yaml")

UP = """
import sys
from pathlib import Path
from sandbox.network import Network
from sandbox.node import Node
from toolkit.paths import Paths
from toolkit.progress import Progress
from sandbox.toolchain.toolchain import Toolchain
paths, progress = Paths(state=Path(sys.argv[1])), Progress()
Node(paths, Network(sys.argv[2]), Toolchain(paths, progress), progress).up()
"""


@pytest.fixture(scope="module")
def untouched() -> dict[str, object]:
    """The machine before any node was there."""
    return machine()


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory, untouched: dict[str, object]) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox"))
    yield sandbox
    sandbox.node.down()


def runs(sandbox: Sandbox) -> bool:
    """The node's first process is there, and nothing else yet."""
    return Claim(sandbox.network.range, sandbox.paths.state).process() is not None


def is_half_made(sandbox: Sandbox) -> bool:
    """The cluster has its certificates, and no API server yet."""
    return (sandbox.paths.state / "node" / "kubernetes" / "admin.conf").exists()


def interrupt_up(sandbox: Sandbox, condition: Callable[[Sandbox], bool]) -> None:
    """Ctrl-C in an `up`, as soon as it has come so far."""
    command = [sys.executable, "-c", UP, str(sandbox.paths.state), sandbox.network.range]
    with subprocess.Popen(
        command, cwd=CHECKOUT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as up:
        wait_for(f"an up that {condition.__name__}", lambda: condition(sandbox), 60, 0.02)
        os.killpg(up.pid, signal.SIGINT)  # as a terminal does: the whole foreground group
        up.wait(timeout=30)


def test_down_after_an_interrupted_up_leaves_nothing(sandbox: Sandbox) -> None:
    for condition in (runs, is_half_made):
        interrupt_up(sandbox, condition)
        sandbox.node.down()
        remains = {kind: entries for kind, entries in traces(sandbox.paths.state, RANGE).items() if entries}
        assert not remains, f"interrupted when it {condition.__name__} and taken down, it must leave nothing"


def test_up_after_two_interrupted_ones_makes_a_ready_node(sandbox: Sandbox) -> None:
    interrupt_up(sandbox, runs)
    interrupt_up(sandbox, is_half_made)
    up = sandbox.node.up()
    assert up.new_cluster, "nothing was deployed on this cluster yet, and the caller must know"
    assert set(sandbox.node.status().values()) == {"ok"}, "ready means that every part says so"
    sandbox.kubectl("create", "configmap", "marker")


def test_a_second_up_changes_nothing_and_takes_seconds(sandbox: Sandbox) -> None:
    before = sandbox.pid
    began = time.monotonic()
    up = sandbox.node.up()
    assert not up.new_cluster, "the cluster is the one that was there"
    assert sandbox.pid == before, "a node that works is left alone"
    assert time.monotonic() - began < 10, "looking at a node that works must not take long"


def test_secrets_are_for_the_owner_alone(sandbox: Sandbox) -> None:
    state = sandbox.paths.state
    for name in (
        "kubeconfig",
        "credentials.json",
        "node/containerd.toml",
        "node/htpasswd",
        "node/kubernetes/pki/ca.key",
    ):
        mode = (state / name).stat().st_mode & 0o777
        assert mode == 0o600, f"{name} holds a secret; others must not read it"


def test_a_volume_a_service_address_and_the_cluster_s_names_work(sandbox: Sandbox) -> None:
    node = sandbox.node
    node.registry.load(
        [sandbox.toolchain.folder(name) for name in ("busybox", "local-path-provisioner-image")]
    )
    node.provide_storage()
    manifest = WEB.read_text().replace("REGISTRY", sandbox.network.registry)
    node.apply(manifest)
    address = sandbox.network.load_balancers.replace("0/24", "1")
    sandbox.kubectl("rollout", "status", "deployment/web", "--timeout=90s")
    wait_for("the page", lambda: bool(sandbox.fetch(f"http://{address}/")), seconds=20)
    assert sandbox.fetch(f"http://{address}/") == "kubernetes.default resolves\n", (
        "the pod resolved a name of the cluster, wrote it to its volume, and is reached from this machine"
    )


def test_the_registry_refuses_whoever_has_no_password(sandbox: Sandbox) -> None:
    session = requests.Session()
    session.trust_env = False
    assert session.get(f"http://{sandbox.network.registry}/v2/", timeout=5).status_code == 401


def test_another_sandbox_is_told_who_has_the_range(sandbox: Sandbox, tmp_path: Path) -> None:
    second_sandbox = Sandbox(tmp_path / "other")
    with pytest.raises(NodeError, match=f"{sandbox.paths.state} is using {RANGE}"):
        second_sandbox.node.up()
    second_sandbox.node.down()
    assert set(sandbox.node.status().values()) == {"ok"}, (
        "its `down` must not touch a node that is not its own"
    )


@pytest.mark.parametrize(
    "victim",
    [
        *("containerd --config", "kubelet --config", "kube-proxy --config", "docker-registry serve"),
        *("busybox httpd -f -p", "sandbox.node.load_balancer", "sandbox.node_policies"),
        *("kube-apiserver --", "etcd --", "coredns -conf"),
        *("runsv kubelet", "runsv containerd"),
    ],
)
def test_after_kill_9_the_next_up_repairs(sandbox: Sandbox, victim: str) -> None:
    victims = sandbox.find(victim)
    assert victims, f"{victim} should run before it is killed"
    sandbox.node.run(["kill", "-9", *victims])
    assert not sandbox.node.up().new_cluster, f"without {victim} the cluster can go on"
    assert sandbox.has_marker(), "what was deployed is still there"
    wait_for(
        "every part to be well",
        lambda: set(sandbox.node.status().values()) == {"ok"} or str(sandbox.node.status()),
        60,
    )


@pytest.mark.parametrize(
    "accident",
    [
        pytest.param(["ip", "link", "delete", "LINK"], id="the link is deleted"),
        pytest.param(["ip", "address", "flush", "dev", "LINK"], id="its address is lost"),
        pytest.param(["ip", "route", "delete", "blackhole", RANGE], id="the blackhole route is deleted"),
        pytest.param(["umount", "--lazy", "/etc/kubernetes"], id="a mount is lost"),
    ],
)
def test_after_other_accidents_the_next_up_repairs(sandbox: Sandbox, accident: list[str]) -> None:
    if accident[0] == "umount":
        sandbox.node.run(accident)
    else:
        link = Claim(RANGE, sandbox.paths.state).link
        subprocess.run([word.replace("LINK", link) for word in accident], check=True)
    assert not sandbox.node.up().new_cluster, "the cluster can go on"
    assert sandbox.has_marker(), "what was deployed is still there"


def test_after_the_end_of_every_process_up_starts_with_what_there_was(sandbox: Sandbox) -> None:
    os.kill(sandbox.pid, signal.SIGKILL)
    sandbox.notes.texts.clear()
    assert not sandbox.node.up().new_cluster, "etcd's data is on disk"
    assert sandbox.has_marker(), "what was deployed is still there"
    assert len(sandbox.notes.texts) == 1, "one line says what happened"
    sandbox.kubectl("rollout", "status", "deployment/web", "--timeout=50s")


def test_after_a_reboot_up_starts_with_what_there_was(sandbox: Sandbox) -> None:
    claim = Claim(RANGE, sandbox.paths.state)
    os.kill(sandbox.pid, signal.SIGKILL)
    wait_for("the node to end", lambda: claim.process() is None, seconds=20)
    subprocess.run(["ip", "link", "delete", claim.link], check=False, capture_output=True)
    # What a boot does to /run where it is a tmpfs, and where it is not.
    text = claim.process_file.read_text()
    claim.process_file.write_text(f"0000{text[4:]}")
    assert not sandbox.node.up().new_cluster, "a reboot takes no data"
    assert sandbox.has_marker(), "what was deployed is still there"


def test_a_cluster_that_is_beyond_repair_starts_clean_and_says_so(sandbox: Sandbox) -> None:
    os.kill(sandbox.pid, signal.SIGKILL)
    for file in (sandbox.paths.state / "node" / "etcd").rglob("*.wal"):
        file.write_bytes(b"no write-ahead log")
    for file in (sandbox.paths.state / "node" / "etcd").rglob("db"):
        file.write_bytes(b"no database")
    sandbox.notes.texts.clear()
    up = sandbox.node.up()
    assert up.new_cluster, "whoever deployed something must know that it is gone"
    assert any("starts clean" in line for line in sandbox.notes.texts), "one line says what happened"
    assert not sandbox.has_marker()
    assert set(sandbox.node.status().values()) == {"ok"}


def test_down_leaves_no_trace_and_is_harmless_twice(sandbox: Sandbox, untouched: dict[str, object]) -> None:
    namespace = pid_namespace(sandbox.pid)
    present = traces(sandbox.paths.state, RANGE)
    for kind in ("processes", "mounts", "links", "addresses", "routes", "cgroups", "claims"):
        assert present[kind], f"the count of {kind} must see a node that runs, or it proves nothing"
    sandbox.node.down()
    assert not processes_in(namespace), "every process of the node's namespace has ended"
    remains = {kind: entries for kind, entries in traces(sandbox.paths.state, RANGE).items() if entries}
    assert not remains, "nothing of it may be left"
    if not any(ROOT.glob("*-16")):  # those folders belong to every sandbox of the machine
        assert machine() == untouched, "the machine is as it was"
    sandbox.node.down()
    assert sandbox.node.status() == {"node": "down"}
