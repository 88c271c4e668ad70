"""A resource plugin, asked as the engine asks it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import grpc

from plugins.protocol import provider_pb2, provider_pb2_grpc
from plugins.serve import start
from plugins.values import from_wire, to_wire


class Engine:
    """The calls of one resource's life, with plain dictionaries."""

    def __init__(self, stub: Any) -> None:
        self.stub = stub

    @staticmethod
    def urn(kind: str) -> str:
        return f"urn:pulumi:stack::project::parent:p:P${kind}::name"

    def check(self, kind: str, **inputs: Any) -> dict[str, str]:
        """What is wrong with the inputs, by property."""
        answer = self.stub.Check(provider_pb2.CheckRequest(urn=self.urn(kind), news=to_wire(inputs)))
        return {failure.property: failure.reason for failure in answer.failures}

    def create(self, kind: str, *, preview: bool = False, **inputs: Any) -> tuple[str, dict[str, Any]]:
        """The id and the outputs as they come, secret marks and all."""
        assert self.check(kind, **inputs) == {}, "these inputs are right"
        answer = self.stub.Create(
            provider_pb2.CreateRequest(urn=self.urn(kind), properties=to_wire(inputs), preview=preview)
        )
        return answer.id, from_wire(answer.properties)

    def diff(self, kind: str, old: dict[str, Any], new: dict[str, Any]) -> Any:
        return self.stub.Diff(
            provider_pb2.DiffRequest(
                urn=self.urn(kind),
                id="id",
                olds=to_wire(old),
                old_inputs=to_wire(old),
                news=to_wire(new),
            )
        )


@contextmanager
def serving(register: Callable[[grpc.Server], None]) -> Iterator[Engine]:
    """A client of the plugin that `register` adds."""
    server, port = start(register)
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Engine(provider_pb2_grpc.ResourceProviderStub(channel))
    server.stop(0)
