"""A stack that commit 4d96eb1 has made, taken over by the present program: every object stays what it is."""

import json
import secrets
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.push import Push
from forges.signed_push import SignedPush
from sandbox.forge.forge import BRANCH, REPOSITORY
from sandbox.forge.webhook import ensure_webhook
from sandbox.network import Network
from sandbox.stack.settings_file import PROJECT
from sandbox.stack.stack import Stack
from tests.e2e.delivery import accepted_delivery
from tests.e2e.kubectl import kubectl
from tests.e2e.long.test_installs import summary
from toolkit.paths import CHECKOUT, Paths
from toolkit.pulumi_cli import Pulumi

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

COMMIT = "4d96eb1b76a3b87b8aa0d1a78865c927ab7a1098"
# The route is in the controller's own namespace now, and the edge has no rights in the listener's.
MOVED_URNS = ("Ingress::hooks", "Role::ingress-serves-1", "RoleBinding::ingress-serves-1")
REMOVED_OBJECTS = {
    "Ingress/builds-webhook/ingress-resource",
    "Role/builds-webhook/traefik-ingress",
    "RoleBinding/builds-webhook/traefik-ingress",
}
PAUSE = 2.0  # seconds between two pushes
KINDS = "namespaces,crds,deployments,services,secrets,configmaps,serviceaccounts,roles,rolebindings"
CLUSTER = "clusterroles,clusterrolebindings,ingresses,ingressclasses,networkpolicies"
WEBHOOKS = "mutatingwebhookconfigurations,validatingwebhookconfigurations,clusterinterceptors"
TEKTONS = "tasks.v1.tekton.dev,pipelines.v1.tekton.dev,eventlisteners,triggertemplates"


@pytest.fixture
def stack(paths: Paths) -> Stack:
    return Stack(paths, Network(), paths.state / "bin" / "pulumi")


@pytest.fixture
def older(stack: Stack, paths: Paths, tmp_path: Path) -> dict[str, Any]:
    """The outputs of the stack as the program of that commit makes it."""
    program = tmp_path / "older"
    subprocess.run(["git", "clone", "--quiet", CHECKOUT, program], check=True)
    subprocess.run(["git", "checkout", "--quiet", COMMIT], cwd=program, check=True)
    (program / ".venv").symlink_to(CHECKOUT / ".venv")
    (program / ".sandbox").symlink_to(paths.state)
    assert stack.destroy(tmp_path / "destroy.log") == 0, (tmp_path / "destroy.log").read_text()
    cli = Pulumi(
        program=paths.state / "bin" / "pulumi",
        environment=stack.environment,
        project=program,
        temporary=paths.temporary,
    )
    log, file = tmp_path / "older.log", Path(stack.environment["PULUMI_OPTION_CONFIG_FILE"])
    present = file.read_text()
    file.write_text(as_it_was(present))
    try:
        with edge_of_today(paths):
            code = cli.show("up", "--stack", stack.name, "--yes", "--skip-preview", log=log)
    finally:
        file.write_text(present)
    assert code == 0, log.read_text()
    return stack.outputs()


@contextmanager
def edge_of_today(paths: Paths) -> Iterator[None]:
    """Traefik's image is the present one, and begins only if it may read ConfigMaps, unlike that commit's."""
    name = "edge-of-today"
    kubectl(paths, "create", "clusterrole", name, "--verb=list,watch", "--resource=configmaps")
    account = "--serviceaccount=ingress:traefik"
    kubectl(paths, "create", "clusterrolebinding", name, f"--clusterrole={name}", account)
    try:
        yield
    finally:
        kubectl(paths, "delete", "clusterrole,clusterrolebinding", name)


def as_it_was(stack_file: str) -> str:
    """The stack's file with the keys of that commit, whose private ranges had no ports.

    Its Tekton is the present one: the registry has no other.
    """
    settings = yaml.safe_load(stack_file)
    config = settings["config"]
    builder = config[f"{PROJECT}:builder"]
    builder["egressCidrs"] = [block["cidr"] for block in builder.pop("egress")]
    config[f"{PROJECT}:releaseLock"] = str(CHECKOUT / config[f"{PROJECT}:releaseLock"])
    return yaml.safe_dump(settings)


def uids(paths: Paths) -> dict[str, str]:
    """Every object of the stack's kinds in the cluster, by kind, namespace and name."""
    kinds = ",".join((KINDS, CLUSTER, WEBHOOKS, TEKTONS))
    items = json.loads(kubectl(paths, "get", kinds, "--all-namespaces", "--output", "json"))["items"]
    return {
        "/".join((item["kind"], item["metadata"].get("namespace", ""), item["metadata"]["name"])): item[
            "metadata"
        ]["uid"]
        for item in items
    }


@contextmanager
def pushing(new_push: Callable[[], SignedPush]) -> Iterator[list[SignedPush]]:
    """Deliveries all the time; those that were made."""
    deliveries: list[SignedPush] = []
    ended = threading.Event()

    def deliver() -> None:
        while not ended.wait(PAUSE):
            delivery = new_push()
            accepted_delivery(delivery.send())
            deliveries.append(delivery)

    thread = threading.Thread(target=deliver)
    thread.start()
    try:
        yield deliveries
    finally:
        ended.set()
        thread.join()


def test_every_object_keeps_its_identity_and_no_push_is_lost(
    older: dict[str, Any], stack: Stack, push: Push, paths: Paths, tmp_path: Path
) -> None:
    ensure_webhook(push.forge, older["hooks_url"], older["webhook_secret"])
    before = uids(paths)
    cli = Pulumi(program=paths.state / "bin" / "pulumi", environment=stack.environment)
    steps = cli.read("preview", "--stack", stack.name, "--json")["steps"]
    planned = {step["urn"]: step["op"] for step in steps if not step["urn"].endswith(MOVED_URNS)}
    touched = {urn: op for urn, op in planned.items() if op not in {"same", "update", "create"}}
    assert not touched, f"what was there would go or be made anew: {touched}"
    repository = push.forge.api.get(f"repos/{push.forge.account.username}/{REPOSITORY}")
    branch = push.forge.api.get(f"repos/{push.forge.account.username}/{REPOSITORY}/branches/{BRANCH}")

    def new_push() -> SignedPush:
        return SignedPush(
            url=older["hooks_url"],
            secret=older["webhook_secret"],
            repository=repository,
            after=branch["commit"]["id"],
            identity=secrets.token_hex(16),
        )

    log = tmp_path / "up.log"
    with pushing(new_push) as deliveries:
        assert stack.up(log) == 0, log.read_text()
    assert stack.outputs()["webhook_secret"] == older["webhook_secret"], "the forge signs with the old one"
    after = uids(paths)
    expected = {name: uid for name, uid in before.items() if name not in REMOVED_OBJECTS}
    assert {name: after.get(name) for name in expected} == expected, "an object was made anew"
    assert not REMOVED_OBJECTS & after.keys(), "the edge reads what is beside the webhook's secret"
    runs = {run["metadata"]["labels"].get("tekton-builds/delivery") for run in push.cluster.pipeline_runs()}
    lost = [delivery.identity for delivery in deliveries if delivery.identity not in runs]
    assert deliveries, "nothing was delivered meanwhile, so nothing is proved"
    assert not lost, f"{len(lost)} of {len(deliveries)} pushes have no run"
    second_log = tmp_path / "again.log"
    assert stack.up(second_log) == 0, second_log.read_text()
    assert summary(second_log)[1:] == ["unchanged"], second_log.read_text()
    assert len(push.run()) == 2, "a push through the forge becomes its images"
