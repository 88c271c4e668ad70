"""Settings of a TKE cluster, and an account that can be asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.program import config
from tests.support.recorded import OUTPUTS
from tests.unit.components.cluster.tke.tke_program import ENDPOINT, KEY, Given, kubeconfig


@pytest.fixture
def given(tmp_path: Path) -> Given:
    return {**config(tmp_path / "kubeconfig"), "cluster": {"kind": "tke", "apiCidrs": ["100.64.7.0/24"]}}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Credentials are there; the API servers that were asked whether they are ready."""
    for name, value in KEY.items():
        monkeypatch.setenv(name, value)
    servers: list[str] = []
    monkeypatch.setattr(
        "components.cluster.tke.kubeconfig._ask", lambda server, _, **__: servers.append(server)
    )
    monkeypatch.setitem(OUTPUTS, ENDPOINT, {"kubeConfig": kubeconfig()})
    return servers
