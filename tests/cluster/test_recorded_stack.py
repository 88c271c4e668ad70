"""A stack that commit 4d96eb1 made, taken over by the present program and the official provider."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import program
from tests.cluster.api_server import ApiServer
from tests.cluster.checkout_stack import CheckoutStack, type_and_name
from tests.cluster.recorded_stack import RecordedStack
from tests.manifests import PATHS, served

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]

POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
NEW = {
    ("pulumi:index:Stash", "cluster-state"),
    ("tekton-builds:network:NetworkPolicies", "network"),
}
# What the recorded stack's secrets were replaced by.
SECRETS = {key: f"recorded-{key}" for key in ("registryPassword", "gitPassword", "statusToken")}
USERS = {"registryUsername": "builder", "gitUsername": "developer"}


@pytest.fixture(scope="module")
def cluster() -> Iterator[tuple[ApiServer, RecordedStack]]:
    with ApiServer(controllers=False) as server:
        stack = RecordedStack(server)
        stack.load()
        yield server, stack


@pytest.fixture
def stack(cluster: tuple[ApiServer, RecordedStack], tmp_path: Path) -> Iterator[CheckoutStack]:
    server, recorded = cluster
    objects = list(recorded.manifests())
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
        stack.succeed("stack import", stdin=recorded.state(server.kubeconfig, stack.salt))
        yield stack


def test_nothing_that_was_there_is_made_anew(
    cluster: tuple[ApiServer, RecordedStack], stack: CheckoutStack
) -> None:
    _, recorded = cluster
    before = recorded.uids
    steps = {type_and_name(step["urn"]): step["op"] for step in stack.steps()}
    changed = {name: op for name, op in steps.items() if op not in ("same", "update", "read")}
    new = {name for name, op in changed.items() if (name[0], op) != (POLICY, "create")}
    assert new == NEW, "another object of the stack would be created, deleted or replaced"
    stack.succeed("up", "--yes", "--skip-preview")
    assert recorded.uids == before, "an object is another one now"
    stack.succeed("up", "--yes", "--skip-preview", "--expect-no-changes")
