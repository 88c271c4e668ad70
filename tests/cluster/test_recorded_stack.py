"""A stack that commit 4d96eb1 made, taken over by the present program and the official provider."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.api_server import ApiServer
from tests.cluster.checkout_stack import CheckoutStack, type_and_name
from tests.cluster.objects import Objects
from tests.cluster.recorded_stack import RecordedStack
from tests.support import program
from tests.support.manifests import PATHS, served

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]

GARBAGE_COLLECTOR = "garbage-collector-controller"  # it ends a deletion in the foreground
RBAC = "kubernetes:rbac.authorization.k8s.io/v1"
INGRESS = "networking.k8s.io/v1/Ingress"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
NEW_RESOURCES = {
    ("pulumi:index:Stash", "cluster-state"),
    ("tekton-builds:network:NetworkPolicies", "network"),
    # The webhook's routes and limits, and what stands for the listener beside the certificate.
    ("kubernetes:core/v1:ConfigMap", "ingress-hooks"),
    ("kubernetes:core/v1:Service", "hooks-backend"),
    # What builds may take, who goes first, and what a drain leaves.
    ("tekton-builds:priority:Priority", "priority"),
    ("kubernetes:scheduling.k8s.io/v1:PriorityClass", "priority-infrastructure"),
    ("kubernetes:scheduling.k8s.io/v1:PriorityClass", "priority-builds"),
    ("kubernetes:core/v1:LimitRange", "builds-limits"),
    ("kubernetes:core/v1:ResourceQuota", "builds-quota"),
    ("kubernetes:policy/v1:PodDisruptionBudget", "tekton-budget-tekton-pipelines-controller"),
    ("kubernetes:policy/v1:PodDisruptionBudget", "tekton-budget-tekton-pipelines-webhook"),
    ("kubernetes:policy/v1:PodDisruptionBudget", "tekton-budget-tekton-triggers-core-interceptors"),
}
# The route is in the controller's own namespace, as it reads the Secrets of no other any more.
MOVED_RESOURCES = {("kubernetes:networking.k8s.io/v1:Ingress", "hooks")}
REMOVED_RESOURCES = {(f"{RBAC}:{kind}", "ingress-serves-1") for kind in ("Role", "RoleBinding")}
REMOVED_OBJECTS = {
    f"{INGRESS}/builds-webhook/ingress-resource",
    *(
        f"rbac.authorization.k8s.io/v1/{kind}/builds-webhook/traefik-ingress"
        for kind in ("Role", "RoleBinding")
    ),
}
# What the recorded stack's secrets were replaced by.
SECRETS = {key: f"recorded-{key}" for key in ("registryPassword", "gitPassword", "statusToken")}
USERS = {"registryUsername": "builder", "gitUsername": "developer"}


@pytest.fixture(scope="module")
def cluster() -> Iterator[tuple[ApiServer, RecordedStack]]:
    with ApiServer(controllers=GARBAGE_COLLECTOR) as server:
        stack = RecordedStack(server)
        stack.load()
        yield server, stack


@pytest.fixture
def stack(cluster: tuple[ApiServer, RecordedStack], tmp_path: Path) -> Iterator[CheckoutStack]:
    server, recording = cluster
    objects = list(recording.manifests())
    # Which release an object came from makes no difference: they are staged together.
    names = ("tekton-pipelines", "tekton-triggers", "tekton-interceptors")
    text = {
        PATHS[name]: yaml.safe_dump_all(objects[index:] if index == 2 else objects[index : index + 1])
        for index, name in enumerate(names)
    }
    with served(lambda path: (200, {}, text[path]) if path in text else (404, {}, "")) as mirror:
        tracked = yaml.safe_load((program.ROOT / "Pulumi.sandbox.yaml").read_text())["config"]
        settings: dict[str, Any] = {
            key.removeprefix("tekton-builds:"): value for key, value in tracked.items()
        }
        del settings["releaseLock"]
        settings |= USERS | {"releaseMirror": mirror}
        # It has no pods that could prove anything.
        settings |= {"networkPolicies": "unenforced", "acceptSecretsReadable": True}
        settings["cluster"] = {"kind": "existing", "kubeconfig": str(server.kubeconfig_file)}
        stack = CheckoutStack(tmp_path / "stack", "sandbox", settings)
        for key, value in SECRETS.items():
            stack.secret(key, value)
        stack.succeed("stack import", stdin=recording.state(server.kubeconfig, stack.salt))
        yield stack


@contextmanager
def controller_answers(server: ApiServer) -> Iterator[None]:
    """The route gets the address that an ingress controller would give it."""
    objects, ended = Objects(server.kubeconfig_file), threading.Event()
    place = ("networking.k8s.io/v1", "Ingress", "ingress", "ingress-resource")

    def answer() -> None:
        while not ended.wait(0.5) and objects.get(*place) is None:
            pass
        if not ended.is_set():
            objects.give_address(*place, "192.0.2.7")

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def test_nothing_that_was_there_is_made_anew(
    cluster: tuple[ApiServer, RecordedStack], stack: CheckoutStack
) -> None:
    server, recording = cluster
    before = recording.uids
    steps = {type_and_name(step["urn"]): step["op"] for step in stack.steps()}
    changed = {name: op for name, op in steps.items() if op not in ("same", "update")}
    changes = {name for name, op in changed.items() if (name[0], op) != (POLICY, "create")}
    assert changes == NEW_RESOURCES | MOVED_RESOURCES | REMOVED_RESOURCES, (
        "another object would be created, deleted or replaced"
    )
    with controller_answers(server):
        stack.succeed("up", "--yes", "--skip-preview")
    expected = {name: uid for name, uid in before.items() if name not in REMOVED_OBJECTS}
    assert recording.uids == expected, "an object is another one now"
    stack.succeed("up", "--yes", "--skip-preview", "--expect-no-changes")
