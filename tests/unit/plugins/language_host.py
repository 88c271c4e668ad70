"""The language host, served as the engine finds it, and what it is told about a program."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import struct_pb2

from plugins.language_python.host import LanguageHost
from plugins.protocol import language_pb2, language_pb2_grpc
from plugins.serve import start


@contextmanager
def serving_host(address: str) -> Iterator[Any]:
    """A client of a language host whose engine is at `address`."""
    servicer = LanguageHost(address)
    server, port = start(
        lambda server: language_pb2_grpc.add_LanguageRuntimeServicer_to_server(servicer, server)
    )
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield language_pb2_grpc.LanguageRuntimeStub(channel)
    servicer.children.end_all()
    server.stop(0)


def info(folder: Path, **options: Any) -> Any:
    struct = struct_pb2.Struct()
    struct.update({"virtualenv": sys.prefix, **options})
    return language_pb2.ProgramInfo(
        root_directory=str(folder), program_directory=str(folder), entry_point=".", options=struct
    )
