"""The plugin `pulumi-language-python`; its last argument is the engine's address."""

import os
import signal
import sys
from types import FrameType

import grpc

from plugins.language_python.host import LanguageHost
from plugins.protocol import language_pb2_grpc
from plugins.serve import serve


def main() -> None:
    """Serves the language host until the engine ends it; what it started ends with it."""
    host = LanguageHost(engine_address=sys.argv[-1] if len(sys.argv) > 1 else "")

    def end(_signal: int, _frame: FrameType | None) -> None:
        host.children.end_all()
        os._exit(0)

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)

    def register(server: grpc.Server) -> None:
        language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)

    serve(register)


if __name__ == "__main__":
    main()
