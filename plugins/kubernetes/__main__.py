"""The plugin `pulumi-resource-kubernetes`: `python -m plugins.kubernetes <engine address>`."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from plugins.kubernetes.servicer import KubernetesServicer
from plugins.serve import CHANNEL_OPTIONS


async def serve(engine_address: str) -> None:
    """Prints the port on the first line, as the engine reads it, and serves until it is ended."""
    # Construct runs Pulumi's own Python runtime, which lives on an event loop: hence grpc.aio.
    server = grpc.aio.server(options=CHANNEL_OPTIONS)
    servicer = KubernetesServicer(engine_address)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _end, servicer)
    await server.wait_for_termination()


def _end(servicer: KubernetesServicer) -> None:
    servicer.cluster.cancel()
    os._exit(0)  # threads may still wait for the server; there is nothing they could tell anybody


def main() -> None:
    parser = argparse.ArgumentParser(prog="pulumi-resource-kubernetes")
    parser.add_argument("engine", nargs="?", default="", help="address of Pulumi's engine")
    options, _ = parser.parse_known_args()
    asyncio.run(serve(options.engine))


if __name__ == "__main__":
    main()
