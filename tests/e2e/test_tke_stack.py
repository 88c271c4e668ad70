"""The program for TKE against the model of the cloud: from a VPC to a built image, and back to nothing.

It has a node of its own beside the sandbox that is up. The tests run in the order in which they stand here.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.commands.push import push
from sandbox.network import Network
from sandbox.stack.environment import TKE_STACK
from sandbox.stack.stack import Stack
from tests.e2e import tke_quotas
from tests.e2e.cluster_objects import everything
from tests.e2e.kubectl import kubectl
from tests.e2e.tke_quotas import TkeQuotas
from tests.support.account import NEW_ACCOUNT
from tests.support.clone import cloned
from toolkit.paths import Paths
from toolkit.polling import wait_for
from toolkit.pulumi_cli import Pulumi

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(900)]

RANGE = os.environ.get("SANDBOX_TKE_NETWORK", "10.232.0.0/16")
# What goes first stands first: nothing may be left without what it is deleted through.
ORDER = (
    "EventListener webhook-listener",
    "pulumi:providers:kubernetes cluster",
    "ClusterEndpoint cluster-endpoint",
    "NodePool cluster-nodes-base",
    "Kubernetes:Cluster cluster",
    "Vpc:Instance cluster-network-vpc",
)


# The clone's own code: another checkout's would make `make up` begin the node anew.
NODE = f"""
from sandbox.network import Network
from toolkit.paths import Paths
from toolkit.progress import Progress
from sandbox.toolchain.toolchain import Toolchain
from sandbox.sandbox import Sandbox

paths = Paths()
with Toolchain(paths, Progress()) as toolchain:
    sandbox = Sandbox(paths, Network(), toolchain, Progress(), stack={TKE_STACK!r})
    sandbox.begin_builds()
    sandbox.start_node()
    sandbox.fill_node()
"""


@dataclass(frozen=True)
class Cloud:
    """The model's account and the stack in it."""

    paths: Paths
    network: Network
    stack: Stack
    objects_before: set[str]
    """Objects of its cluster before the stack."""

    @property
    def account(self) -> dict[str, object]:
        model: dict[str, object] = json.loads((self.paths.state / "tencentcloud.json").read_text())
        return model

    def kubectl(self, *arguments: str) -> str:
        return kubectl(self.paths, *arguments)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    clone = cloned(tmp_path_factory.mktemp("tke") / "clone")
    paths, network = Paths(state=clone / ".sandbox"), Network(RANGE)

    def run(command: str, *arguments: str) -> None:
        """A command as README says it, and what is no word of it."""
        environment = {**os.environ, "SANDBOX_NETWORK": RANGE}
        words = [*command.split(), *arguments]
        subprocess.run(words, cwd=clone, env=environment, stdin=subprocess.DEVNULL, check=True)

    try:
        run(".venv/bin/python -c", NODE)
        with TkeQuotas(paths.kubeconfig):
            objects_before = everything(paths)
            run("make up STACK=tke-sandbox")
            yield Cloud(
                paths,
                network,
                Stack(paths, network, paths.state / "bin" / "pulumi", TKE_STACK),
                objects_before,
            )
    finally:
        run("make down")


def test_a_push_to_a_cluster_that_the_program_made_becomes_images(cloud: Cloud) -> None:
    kinds = {name.partition("-")[0] for name in cloud.account}
    assert kinds == {"vpc", "rtb", "subnet", "sg", "cls", "np"}, "network, groups, control plane and nodes"
    assert push(cloud.paths, cloud.network) == 0, "what it printed says why"
    quota = ("get", "resourcequota", tke_quotas.NAME, "--namespace", "builds", "--output")
    usage = json.loads(cloud.kubectl(*quota, "jsonpath={.status.used}"))
    assert int(usage["count/pipelineruns.tekton.dev"]) == 1, "the run was made under a quota, as in TKE"


def test_a_second_up_changes_nothing(cloud: Cloud, tmp_path: Path) -> None:
    log = tmp_path / "up.log"
    assert cloud.stack.up(log) == 0, log.read_text()
    summary = log.read_text().partition("Resources:")[2].split("Duration")[0].split()
    assert summary[1:] == ["unchanged"], f"a provider or the program wants to change something: {summary}"


def test_another_endpoint_of_the_cluster_replaces_nothing_in_it(cloud: Cloud) -> None:
    (state,) = cloud.paths.state.glob(f"pulumi-state/.pulumi/stacks/*/{TKE_STACK}.json")
    resources = json.loads(state.read_text())["checkpoint"]["latest"]["resources"]
    (endpoint,) = [
        resource["urn"] for resource in resources if resource["urn"].endswith("::cluster-endpoint")
    ]
    cli = Pulumi(program=cloud.paths.state / "bin" / "pulumi", environment=cloud.stack.environment)
    steps = cli.read("preview", "--stack", TKE_STACK, "--json", "--replace", endpoint)["steps"]
    operations = {(step["op"], step["urn"].split("::")[2].rpartition("$")[2]) for step in steps}
    assert ("replace", "tencentcloud:Kubernetes/clusterEndpoint:ClusterEndpoint") in operations
    in_cluster = {op for op, kind in operations if kind.startswith(("kubernetes:", "pulumi:providers:kub"))}
    assert in_cluster <= {"same", "update"}, "every object of the cluster would be made anew"


def test_the_state_holds_no_secret_in_the_clear(cloud: Cloud) -> None:
    (state,) = cloud.paths.state.glob(f"pulumi-state/.pulumi/stacks/*/{TKE_STACK}.json")
    text = state.read_text()
    assert "cluster-endpoint" in text, "this is the stack's state"
    assert "client-key-data" not in text, "the administrator's kubeconfig"
    for key in ("secretKey", "secretId"):
        assert f'"{key}": "' not in text, f"the account's {key}"
    assert '"password": "' not in text.replace('"password": ""', ""), "the nodes' password"


def test_the_other_stack_of_the_sandbox_is_told_that_the_cluster_is_taken(
    cloud: Cloud, tmp_path: Path
) -> None:
    program = cloud.paths.state / "bin" / "pulumi"
    with pytest.raises(Exception, match="make destroy STACK=tke-sandbox"):
        Stack(cloud.paths, cloud.network, program).up(tmp_path / "log")


def test_destroy_goes_from_the_inside_out_and_leaves_nothing(cloud: Cloud, tmp_path: Path) -> None:
    log = tmp_path / "destroy.log"
    assert cloud.stack.destroy(log) == 0, log.read_text()
    lines = log.read_text().splitlines()
    deleted = [line for line in lines if " deleted (" in line]
    places = [next(i for i, line in enumerate(deleted) if name in line) for name in ORDER]
    assert places == sorted(places), f"not in the order {ORDER}: {places}"
    assert set(cloud.account) == NEW_ACCOUNT, "the account is as new"
    path = "jsonpath={.items[*].metadata.namespace}"
    homes = cloud.kubectl("get", "pods", "--all-namespaces", "--output", path).split()
    assert set(homes) <= {"kube-system", "local-path-storage"}, "a pod of the stack outlives it"

    def as_before() -> bool | str:
        changed = everything(cloud.paths) ^ cloud.objects_before
        return not changed or ", ".join(sorted(changed)[:20])

    wait_for("the cluster to be as it was before the stack", as_before, 30)
