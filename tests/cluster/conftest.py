"""One real API server for all tests of this folder, and a fresh namespace for each test that asks."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from plugins.kubernetes.api import Api
from plugins.kubernetes.kubeconfig import load_kubeconfig, new_client
from tests.cluster.api_server import ApiServer


@pytest.fixture(scope="session")
def api_server() -> Iterator[ApiServer]:
    with ApiServer() as server:
        yield server


@pytest.fixture(scope="session")
def api(api_server: ApiServer) -> Api:
    """Direct access for a test's own arrangements and checks."""
    return Api(new_client(load_kubeconfig(api_server.kubeconfig)))


@pytest.fixture
def namespace(api: Api) -> Iterator[str]:
    name = f"test-{uuid.uuid4().hex[:10]}"
    api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}, field_manager="test")
    yield name
    api.delete("v1", "Namespace", None, name)
