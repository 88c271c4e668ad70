"""One plugin process for most tests: it keeps nothing between requests but its connection."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.api_server import ApiServer
from tests.cluster.kubernetes_plugin.plugin import Plugin


@pytest.fixture(scope="session")
def plugin(api_server: ApiServer) -> Iterator[Plugin]:
    with Plugin(kubeconfig=api_server.kubeconfig) as running:
        yield running


@pytest.fixture
def api_server_file(api_server: ApiServer) -> Path:
    return api_server.kubeconfig_file
