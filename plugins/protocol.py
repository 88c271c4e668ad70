"""Pulumi's generated gRPC modules, without the SDK around them.

`import pulumi` takes longer than all else a small plugin does at its start, three times in every command. The
generated modules need none of it, so they are imported past the packages' `__init__`.
"""

import importlib.util
import os
import sys
from types import ModuleType

PACKAGES = ("pulumi", "pulumi.runtime", "pulumi.runtime.proto")


def _hollow_packages() -> list[str]:
    """Puts packages without content where the SDK's would be; gives their names."""
    if "pulumi" in sys.modules:
        return []
    spec = importlib.util.find_spec("pulumi")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("the Pulumi SDK is not installed beside the plugins; run `make venv`")
    for name in PACKAGES:
        package = ModuleType(name)
        package.__path__ = [os.path.join(spec.submodule_search_locations[0], *name.split(".")[1:])]
        sys.modules[name] = package
    return list(PACKAGES)


_hollow = _hollow_packages()
try:
    from pulumi.runtime.proto import (
        analyzer_pb2,
        language_pb2,
        language_pb2_grpc,
        plugin_pb2,
        provider_pb2,
        provider_pb2_grpc,
    )
finally:
    # Who wants the real SDK later in this process gets it.
    for _name in _hollow:
        del sys.modules[_name]

__all__ = [
    "analyzer_pb2",
    "language_pb2",
    "language_pb2_grpc",
    "plugin_pb2",
    "provider_pb2",
    "provider_pb2_grpc",
]
