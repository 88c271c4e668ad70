"""Upgrades of Kubernetes on TKE, by the real engine on the model of the cloud."""

from pathlib import Path

import pytest

from tests.cluster.api_server import ApiServer
from tests.cluster.tke_stack import TkeStack

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]


def test_a_cluster_goes_to_the_next_version_and_never_back(
    tmp_path: Path, api_server: ApiServer, namespace: str
) -> None:
    stack = TkeStack(tmp_path / "stack", api_server, namespace)
    stack.up(deletionProtection=False, version="1.32.2")
    (cluster,) = stack.things("cls")
    stack.up(deletionProtection=False, version="1.34.1")
    refusals = {
        "1.32.2": "but the cluster has 1.34.1, and TKE takes no cluster back",
        "1.34.9": "but the cluster has 1.34.1, which can go to no other one now",
        "1.38.1": "but the cluster has 1.34.1, and TKE leaves out no version: deploy one of 1.36 before it",
    }
    for version, words in refusals.items():
        output = stack.refused(deletionProtection=False, version=version)
        assert f"cluster.version is {version}, {words}" in " ".join(output.split())
        assert "Traceback" not in output
    assert {name: properties["clusterVersion"] for name, properties in stack.things("cls").items()} == {
        cluster: "1.34.1"
    }
    stack.up(deletionProtection=False, version="1.34.1")
    stack.destroy()
