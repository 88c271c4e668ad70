"""The plugin `pulumi-resource-kubernetes`: `python -m plugins.kubernetes <engine address>`."""

from __future__ import annotations

import argparse

import grpc

from plugins.kubernetes.servicer import KubernetesServicer
from plugins.protocol import provider_pb2_grpc
from plugins.serve import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="pulumi-resource-kubernetes")
    parser.add_argument("engine", nargs="?", default="", help="address of Pulumi's engine")
    options, _ = parser.parse_known_args()

    def register(server: grpc.Server) -> None:
        servicer = KubernetesServicer(options.engine)
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)

    serve(register)


if __name__ == "__main__":
    main()
