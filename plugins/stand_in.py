"""Answers that are the same for every resource plugin that is a stand-in."""

from typing import Any, ClassVar

import grpc
from google.protobuf import empty_pb2

from plugins.protocol import plugin_pb2, provider_pb2, provider_pb2_grpc


def type_of(urn: str) -> str:
    """The resource type in a URN."""
    return urn.split("::")[2].rsplit("$", maxsplit=1)[-1]


class StandIn(provider_pb2_grpc.ResourceProviderServicer):
    """Takes secrets and previews, and has no configuration of its own."""

    VERSION: ClassVar[str]
    """The official plugin's, whose place it takes."""

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=self.VERSION)

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True)

    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:
        return provider_pb2.ConfigureResponse(acceptSecrets=True, supportsPreview=True, acceptResources=False)

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:
        return empty_pb2.Empty()
