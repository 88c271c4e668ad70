"""The language host's side of Pulumi's gRPC protocol."""

import functools
import importlib.metadata
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2

from plugins.language_python.children import Children, end
from plugins.language_python.installation import install
from plugins.language_python.packages import dependencies, installed_packages, plugins_of
from plugins.language_python.plugin import run_plugin
from plugins.language_python.streams import Stream
from plugins.language_python.toolchain import Toolchain, ToolchainError
from plugins.protocol import language_pb2, language_pb2_grpc, plugin_pb2

PROGRAM = str(Path(__file__).with_name("program.py"))
# program.py ends with it once the user has been told; it runs in another Python and cannot be imported here.
REPORTED = 32


def _one_sentence(method: Callable[..., Any]) -> Callable[..., Any]:
    """Passes an error that the user can correct on as one sentence, without a traceback."""

    @functools.wraps(method)
    def answer(self: "LanguageHost", request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(self, request, context)
        except ToolchainError as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))

    return answer


def _one_sentence_stream(method: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    @functools.wraps(method)
    def answer(self: "LanguageHost", request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        try:
            yield from method(self, request, context)
        except ToolchainError as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))

    return answer


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Starts programs with the Python they ask for; code generation is Unimplemented."""

    def __init__(self, engine_address: str) -> None:
        self.engine_address = engine_address
        self.children = Children()

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.engine_address = request.engine_address
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        return plugin_pb2.PluginInfo(version=importlib.metadata.version("pulumi"))

    @_one_sentence
    def About(self, request: Any, context: grpc.ServicerContext) -> Any:
        toolchain = Toolchain.of(request.info)
        process = subprocess.run(
            [toolchain.python, "-c", "import sys; print(sys.executable); print(sys.version.split()[0])"],
            env=toolchain.environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        executable, version = process.stdout.split("\n")[:2]
        metadata = {"toolchain": "Pip", "typechecker": (toolchain.typechecker or "None").capitalize()}
        return language_pb2.AboutResponse(executable=executable, version=version, metadata=metadata)

    @_one_sentence
    def GetRequiredPackages(self, request: Any, context: grpc.ServicerContext) -> Any:
        toolchain = Toolchain.of(request.info)
        if not toolchain.is_ready and _is_empty(toolchain.virtualenv):
            for stream, piece in install(toolchain, self.children):
                print(
                    piece.decode(errors="replace"),
                    end="",
                    file=sys.stderr if stream is Stream.STDERR else sys.stdout,
                )
        packages = [
            plugin_pb2.PackageDependency(
                name=plugin.name,
                kind="resource",
                version=plugin.version,
                server=plugin.server,
                parameterization=_parameterization(plugin.parameterization),
                extension=_parameterization(plugin.extension),
            )
            for plugin in plugins_of(installed_packages(toolchain))
        ]
        return language_pb2.GetRequiredPackagesResponse(packages=packages)

    @_one_sentence
    def GetProgramDependencies(self, request: Any, context: grpc.ServicerContext) -> Any:
        packages = dependencies(Toolchain.of(request.info), transitive=request.transitiveDependencies)
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[
                language_pb2.DependencyInfo(name=name, version=version) for name, version in packages
            ]
        )

    def RuntimeOptionsPrompts(self, request: Any, context: grpc.ServicerContext) -> Any:
        options = dict(request.info.options)
        if "toolchain" not in options:
            prompts = [
                _prompt("toolchain", "The toolchain that installs packages and runs the program", "pip")
            ]
        elif options["toolchain"] == "pip" and "virtualenv" not in options:
            prompts = [_prompt("virtualenv", "The virtual environment to use", "venv")]
        else:
            prompts = []
        return language_pb2.RuntimeOptionsResponse(prompts=prompts)

    def Template(self, request: Any, context: grpc.ServicerContext) -> Any:
        return language_pb2.TemplateResponse()

    @_one_sentence_stream
    def InstallDependencies(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        toolchain = Toolchain.of(request.info, default_virtualenv="venv" if request.is_plugin else None)
        for stream, piece in install(toolchain, self.children, is_plugin=request.is_plugin):
            yield language_pb2.InstallDependenciesResponse(**{stream.value: piece})

    @_one_sentence
    def Run(self, request: Any, context: grpc.ServicerContext) -> Any:
        toolchain = Toolchain.of(request.info)
        if request.attach_debugger:
            return language_pb2.RunResponse(
                error="attaching a debugger takes the official pulumi-language-python; this is its stand-in"
            )
        env = toolchain.environment()
        if toolchain.typechecker is not None:
            error = self._typecheck(toolchain, env)
            if error:
                return language_pb2.RunResponse(error=error)
        env["PULUMI_CONFIG"] = json.dumps(dict(request.config))
        env["PULUMI_CONFIG_SECRET_KEYS"] = json.dumps(list(request.configSecretKeys))
        process = self.children.start([toolchain.python, PROGRAM, *self._arguments(request)], env=env)
        if not context.add_callback(lambda: end(process)):
            end(process)
        code = self.children.wait(process)
        if code == REPORTED:
            return language_pb2.RunResponse(bail=True)
        if code < 0:
            return language_pb2.RunResponse(error=f"program was ended by signal {-code}")
        if code:
            return language_pb2.RunResponse(error=f"program exited with non-zero exit code: {code}")
        return language_pb2.RunResponse()

    @_one_sentence_stream
    def RunPlugin(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        for output in run_plugin(request, context, self.children):
            if isinstance(output, int):
                yield language_pb2.RunPluginResponse(exitcode=output)
            else:
                stream, piece = output
                response = language_pb2.RunPluginResponse()
                setattr(response, stream.value, piece)
                yield response

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.children.end_all()
        return empty_pb2.Empty()

    def _typecheck(self, toolchain: Toolchain, env: dict[str, str]) -> str | None:
        checker = self.children.start(
            [toolchain.python, "-m", str(toolchain.typechecker), str(toolchain.program)],
            env=env,
            cwd=str(toolchain.program),
        )
        code = self.children.wait(checker)
        return f"{toolchain.typechecker} ended with {code}; its findings are above" if code else None

    def _arguments(self, request: Any) -> list[str]:
        values = {
            "monitor": request.monitor_address,
            "engine": self.engine_address,
            "project": request.project,
            "root_directory": request.info.root_directory,
            "stack": request.stack,
            "pwd": request.pwd,
            "dry_run": "true" if request.dryRun else "false",
            "parallel": str(request.parallel),
            "organization": request.organization,
        }
        options = [word for key, value in values.items() if value for word in (f"--{key}", value)]
        return [*options, request.info.entry_point, *request.args]


def _is_empty(folder: Path | None) -> bool:
    return folder is not None and not (folder.exists() and any(folder.iterdir()))


def _parameterization(about: Any) -> Any:
    if about is None:
        return None
    import base64  # noqa: PLC0415 - parameterized packages are rare

    value = base64.b64decode(about.get("value") or "")
    return plugin_pb2.PackageParameterization(name=about["name"], version=about["version"], value=value)


def _prompt(key: str, description: str, value: str) -> Any:
    prompt = language_pb2.RuntimeOptionPrompt
    choice = prompt.RuntimeOptionValue(promptType=prompt.STRING, stringValue=value, displayName=value)
    return prompt(
        key=key, description=description, promptType=prompt.STRING, choices=[choice], default=choice
    )
