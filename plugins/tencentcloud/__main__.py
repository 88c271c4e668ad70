"""The plugin `pulumi-resource-tencentcloud`."""

import grpc

from plugins.protocol import provider_pb2_grpc
from plugins.serve import serve
from plugins.tencentcloud.account import state_file
from plugins.tencentcloud.provider import TencentCloudProvider


def register(server: grpc.Server) -> None:
    """Adds the provider to the server."""
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(TencentCloudProvider(state_file()), server)


if __name__ == "__main__":
    serve(register)
