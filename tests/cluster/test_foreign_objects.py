"""Objects of somebody else in a cluster: refused by name, and left as they are."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client, config

from tests.cluster.api_server import ApiServer
from tests.cluster.checkout_stack import CheckoutStack
from tests.support import program
from tests.support.manifests import served

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """A cluster in which somebody has Tekton's namespace and a namespace `builds`."""
    with ApiServer(controllers="") as server:
        api = client.CoreV1Api(config.new_client_from_config(str(server.kubeconfig_file)))
        for name in ("builds", "tekton-pipelines"):
            api.create_namespace({"metadata": {"name": name, "labels": {"whose": "theirs"}}})
        yield server


@pytest.fixture
def stack(cluster: ApiServer, tmp_path: Path) -> Iterator[CheckoutStack]:
    with served() as mirror:
        settings: dict[str, Any] = {
            **program.config(tmp_path / "unused"),
            "cluster": {"kind": "existing", "kubeconfig": str(cluster.kubeconfig_file)},
            "releaseMirror": mirror,
            "dashboard": {"enabled": False},
        }
        for key in ("registryUsername", "gitUsername"):
            del settings[key]
        yield CheckoutStack(tmp_path / "preview", "test", settings)


@pytest.mark.parametrize("command", [("preview",), ("up", "--yes", "--skip-preview")], ids=["preview", "up"])
def test_an_object_of_somebody_else_is_refused_and_stays_theirs(
    stack: CheckoutStack, cluster: ApiServer, command: tuple[str, ...]
) -> None:
    output = stack.fail(*command)
    assert "Namespace builds, Namespace tekton-pipelines already, and this stack has not made them" in output
    assert "cluster.adopt" in output, "the way for what an interrupted `up` has left"
    assert "Traceback" not in output
    api = client.CoreV1Api(config.new_client_from_config(str(cluster.kubeconfig_file)))
    for name in ("builds", "tekton-pipelines"):
        meta = api.read_namespace(name).metadata
        assert meta.labels["whose"] == "theirs"
        assert not [entry for entry in meta.managed_fields if "pulumi" in entry.manager], "it was taken over"
    assert not [resource["urn"] for resource in stack.resources if resource["type"].startswith("kubernetes:")]
