"""One real API server for all tests of this folder, and a fresh namespace for each test that asks."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from tests.cluster.api_server import ApiServer
from tests.cluster.objects import Objects


@pytest.fixture(scope="session")
def api_server() -> Iterator[ApiServer]:
    with ApiServer() as server:
        yield server


@pytest.fixture(scope="session")
def objects(api_server: ApiServer) -> Objects:
    """Direct access for a test's own arrangements and checks."""
    return Objects(api_server.kubeconfig_file)


@pytest.fixture
def namespace(objects: Objects) -> Iterator[str]:
    name = f"test-{uuid.uuid4().hex[:10]}"
    objects.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield name
    objects.delete("v1", "Namespace", None, name)
