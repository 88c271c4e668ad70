"""Real connections of real pods to everything in the cluster."""

import json
from collections.abc import Iterator

import pytest
import yaml

from components.network.connections import PODS
from sandbox.network import Network
from tests.e2e import pod_network
from tests.e2e.kubectl import kubectl
from tests.support import program
from toolkit.paths import Paths

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

STRANGERS = "walls-strangers"
NODE_PORTS = {"API server": 6443, "kubelet": 10250, "etcd": 2379, "controllers": 10257, "scheduler": 10259}
METADATA = "169.254.169.254:80"
# Labels that an earlier NetworkPolicy trusted in any namespace, and those of pods that are let in somewhere.
LABELS = {"app.kubernetes.io/managed-by": "EventListener", "eventlistener": "github-listener"}


@pytest.fixture(scope="module")
def image() -> str:
    tracked = yaml.safe_load((program.ROOT / "Pulumi.sandbox.yaml").read_text())["config"]
    image: str = tracked["tekton-builds:images"]["curl"]
    return image.replace("10.201.0.2", Network().node)


@pytest.fixture(scope="module")
def strangers(paths: Paths) -> Iterator[str]:
    kubectl(paths, "create", "namespace", STRANGERS)
    yield STRANGERS
    kubectl(paths, "delete", "namespace", STRANGERS)


@pytest.fixture(scope="module")
def targets(paths: Paths) -> dict[str, str]:
    node = {f"{Network().node}:{port}": name for name, port in NODE_PORTS.items()}
    return {**pod_network.services(paths), **pod_network.pods(paths), **node, METADATA: "metadata"}


def descriptions(targets: dict[str, str], reached: set[str]) -> set[str]:
    return {f"{target} ({targets[target]})" for target in reached}


def test_a_pod_like_a_builds_reaches_what_is_listed_and_nothing_else(
    paths: Paths, image: str, targets: dict[str, str]
) -> None:
    listed_targets = {f"{Network().node}:{port}" for port in (3000, 5000)}
    reached = pod_network.reached(paths, image, "builds", {*targets, *listed_targets}, LABELS)
    assert listed_targets <= reached, "forge and registry, or this proves nothing"
    assert not descriptions(targets, reached - listed_targets)
    owners = set(targets.values())
    assert "kube-system/kube-dns" in owners, "name servers by TCP were tried"
    assert "tekton-pipelines/tekton-triggers-core-interceptors" in owners


@pytest.mark.parametrize("labels", [{}, LABELS], ids=["without_labels", "with_trusted_labels"])
def test_a_pod_of_another_namespace_reaches_the_edge_and_admission_alone(
    paths: Paths, image: str, strangers: str, targets: dict[str, str], labels: dict[str, str]
) -> None:
    namespaces = {pods.namespace for pods in PODS.values()}
    closed = {target: name for target, name in targets.items() if name.partition("/")[0] in namespaces}
    reached = pod_network.reached(paths, image, strangers, closed, labels)
    admission = {
        target for target in reached if "webhook" in closed[target] and target.endswith((":8443", ":443"))
    }
    assert admission, "an API server of any address is answered, or this proves nothing"
    edge = {target for target in reached if closed[target].startswith("ingress/")}
    assert not descriptions(closed, reached - admission - edge), "nothing else of ours answers a stranger"


def test_no_pod_of_the_proof_has_a_token(paths: Paths) -> None:
    jobs = json.loads(kubectl(paths, "get", "jobs", "-A", "-o", "json"))["items"]
    proofs = [job for job in jobs if job["metadata"]["name"].startswith("network-proof-")]
    assert {job["metadata"]["namespace"] for job in proofs} == {"builds", "builds-janitor"}
    for job in proofs:
        assert job["status"].get("succeeded") == 1
        assert job["spec"]["template"]["spec"]["automountServiceAccountToken"] is False
