"""Starts plugins that are written in Python: component providers, and policy packs."""

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc

from plugins.language_python.children import Children, end
from plugins.language_python.installation import project_name
from plugins.language_python.policy import PolicyProxy
from plugins.language_python.streams import Stream, output_of
from plugins.language_python.toolchain import Toolchain, ToolchainError

Output = Iterator[tuple[Stream, bytes]]
ANALYZER = "analyzer"


def command_of(request: Any, toolchain: Toolchain) -> list[str]:
    """The command that starts it: its `__main__.py`, or its package's components. Raises ToolchainError."""
    folder, arguments = request.info.program_directory, list(request.args)
    if request.kind == ANALYZER:
        return [toolchain.python, "-u", "-m", "pulumi.policy", *arguments, folder]
    if Path(folder, "__main__.py").is_file():
        return [toolchain.python, folder, *arguments]
    package = project_name(Path(folder))
    if package is None:
        raise ToolchainError(
            f"the plugin in {folder} cannot be run: it has neither a __main__.py nor a pyproject.toml "
            "with a project name and a build-backend"
        )
    return [toolchain.python, "-m", "pulumi.run.plugin", package, *arguments]


def _environment(request: Any, toolchain: Toolchain) -> dict[str, str]:
    variables = dict(entry.split("=", 1) for entry in request.env)
    return toolchain.environment({**os.environ, **variables})


def run_plugin(
    request: Any, context: grpc.ServicerContext, children: Children
) -> Iterator[tuple[Stream, bytes] | int]:
    """The plugin's output while it runs, and its exit code at the end. Ends it when the engine hangs up."""
    is_policy = request.kind == ANALYZER
    toolchain = Toolchain.of(request.info, default_virtualenv=None if is_policy else "venv")
    command, env = command_of(request, toolchain), _environment(request, toolchain)
    proxy = PolicyProxy() if is_policy else None
    try:
        if proxy is not None:
            yield Stream.STDOUT, f"{proxy.port}\n".encode()
            env |= _stack_environment(proxy.configuration(lambda: not context.is_active()))
        process = children.start(
            command,
            env=env,
            # Policy packs have always worked in their own folder, other plugins in the program's.
            cwd=request.info.program_directory if is_policy else request.pwd or None,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        hang_up = threading.Thread(target=end, args=(process,), daemon=True)
        if not context.add_callback(hang_up.start):
            end(process)
        output = output_of(process)
        yield from output if proxy is None else _attach(proxy, output)
        yield children.wait(process)
    finally:
        if proxy is not None:
            proxy.stop()


def _attach(proxy: PolicyProxy, output: Output) -> Output:
    """The output without its first line, the pack's port: the engine has the proxy's."""
    line = b""
    for stream, piece in output:
        if stream is not Stream.STDOUT:
            yield stream, piece
            continue
        line += piece
        if b"\n" in line:
            port, remainder = line.split(b"\n", 1)
            if not port.strip().isdigit():
                raise ToolchainError(f"the policy pack's first line of output is no port: {port.decode()!r}")
            proxy.attach(int(port))
            if remainder:
                yield Stream.STDOUT, remainder
            break
    yield from output


def _stack_environment(configuration: Any) -> dict[str, str]:
    if configuration is None:
        return {}
    variables = {
        "PULUMI_ORGANIZATION": configuration.organization,
        "PULUMI_PROJECT": configuration.project,
        "PULUMI_STACK": configuration.stack,
        "PULUMI_DRY_RUN": "true" if configuration.dry_run else "false",
        "PULUMI_CONFIG": json.dumps(dict(configuration.config)),
    }
    return {key: value for key, value in variables.items() if value}
