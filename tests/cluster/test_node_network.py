"""The pods' network on a real node: NetworkPolicies bind from a pod's first packet, whatever happens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster.node_sandbox import Sandbox
from toolkit.polling import wait_for

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]

WALLED = {"app": "walled"}
TRIES = 5
# Connects to the API server at once, and again: what comes through is a line.
SCRIPT = f"""for _ in $(seq {TRIES}); do nc -w 1 NODE 6443 -e true 2>/dev/null && echo reached; done; true"""


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("network"))
    node = sandbox.node
    node.up()
    node.registry.load([sandbox.toolchain.folder("busybox")])
    policy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "walled", "namespace": "default"},
        "spec": {"podSelector": {"matchLabels": WALLED}, "policyTypes": ["Egress"]},
    }
    node.apply(json.dumps(policy))
    yield sandbox
    node.down()


def reached(sandbox: Sandbox, name: str, labels: dict[str, str]) -> int:
    """Counts the tries of a new pod that came through."""
    image = f"{sandbox.network.registry}/sandbox/busybox:1.35"
    script = SCRIPT.replace("NODE", sandbox.network.node)
    pod: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default", "labels": labels},
        "spec": {
            "restartPolicy": "Never",
            "containers": [{"name": "tries", "image": image, "command": ["sh", "-c", script]}],
        },
    }
    sandbox.node.apply(json.dumps(pod))

    def ended() -> bool | str:
        phase = sandbox.kubectl("get", "pod", name, "--output=jsonpath={.status.phase}")
        return phase == "Succeeded" or phase

    wait_for(f"the tries of {name}", ended, seconds=120)
    return sandbox.kubectl("logs", name).split().count("reached")


def test_a_pod_that_no_policy_selects_gets_through(sandbox: Sandbox) -> None:
    assert reached(sandbox, "free", {}) == TRIES, "or the tries below would prove nothing"


def test_a_policy_binds_from_the_first_packet(sandbox: Sandbox) -> None:
    assert reached(sandbox, "walled", WALLED) == 0


def test_without_the_enforcer_no_pod_starts_and_with_it_again_it_is_bound(sandbox: Sandbox) -> None:
    node = sandbox.node
    node.services.stop("node-policies")
    image = f"{sandbox.network.registry}/sandbox/busybox:1.35"
    sandbox.kubectl(
        "run", "waits", f"--image={image}", "--labels=app=walled", "--restart=Never", "--", "true"
    )

    def refused() -> bool | str:
        events = sandbox.kubectl(
            "get", "events", "--field-selector=involvedObject.name=waits", "--output=json"
        )
        messages = [item["message"] for item in json.loads(events)["items"]]
        return any("gets no NetworkPolicies" in message for message in messages) or str(messages)

    wait_for("the kubelet's word on a pod without rules", refused, seconds=60)
    node.up()
    assert reached(sandbox, "later", WALLED) == 0
    wait_for(
        "the kubelet to try again",
        lambda: sandbox.kubectl("get", "pod", "waits", "--output=jsonpath={.status.phase}") == "Succeeded",
        seconds=60,
    )


def test_a_node_whose_pods_are_on_an_earlier_network_is_restarted(sandbox: Sandbox) -> None:
    before = sandbox.pid
    (sandbox.paths.state / "node" / "cni-state" / "pods.conflist").unlink()  # an earlier version wrote none
    sandbox.notes.texts.clear()
    assert not sandbox.node.up().new_cluster, "with everything that it had"
    assert sandbox.pid != before
    assert "earlier network" in sandbox.notes.texts[0]
    after = sandbox.pid
    sandbox.node.up()
    assert sandbox.pid == after, "once"
