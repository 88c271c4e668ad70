"""The stand-in with an account of its own for every test."""

from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from plugins.protocol import provider_pb2_grpc
from plugins.tencentcloud.provider import TencentCloudProvider
from tests.unit.plugins.provider_engine import Engine, serving
from tests.unit.plugins.tencentcloud.account_made import Made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "account.json"


@pytest.fixture
def cloud(file: Path) -> Iterator[Engine]:
    def register(server: grpc.Server) -> None:
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(TencentCloudProvider(file), server)

    with serving(register) as engine:
        yield engine


@pytest.fixture
def made(cloud: Engine, file: Path) -> Made:
    return Made(cloud, file)
