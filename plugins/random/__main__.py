"""The plugin `pulumi-resource-random`."""

import grpc

from plugins.protocol import provider_pb2_grpc
from plugins.random.provider import RandomProvider
from plugins.serve import serve


def register(server: grpc.Server) -> None:
    """Adds the provider to the server."""
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(RandomProvider(), server)


if __name__ == "__main__":
    serve(register)
