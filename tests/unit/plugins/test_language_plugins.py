"""Plugins written in Python, started by the language host, and their installation."""

import os
import sys
import textwrap
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from plugins.language_python.children import Children
from plugins.language_python.installation import install
from plugins.language_python.plugin import command_of
from plugins.language_python.toolchain import Toolchain, ToolchainError
from plugins.protocol import language_pb2
from tests.unit.plugins.language_host import info, serving_host
from toolkit.polling import wait_for

PACKAGE = '[project]\nname = "my-components"\n[build-system]\nbuild-backend = "setuptools.build_meta"\n'


@pytest.fixture
def host() -> Iterator[Any]:
    with serving_host("127.0.0.1:1") as host:
        yield host


@pytest.fixture
def request_for(tmp_path: Path) -> Callable[..., Any]:
    """A request to run the plugin in `tmp_path`, whose program has this text."""

    def make(text: str, *, kind: str = "resource", **fields: Any) -> Any:
        (tmp_path / "__main__.py").write_text(textwrap.dedent(text))
        return language_pb2.RunPluginRequest(info=info(tmp_path), kind=kind, **fields)

    return make


def collect(responses: Iterator[Any]) -> SimpleNamespace:
    """What a plugin wrote, and its exit code."""
    all_of = SimpleNamespace(stdout=b"", stderr=b"", code=None)
    for response in responses:
        all_of.stdout += response.stdout
        all_of.stderr += response.stderr
        if response.WhichOneof("output") == "exitcode":
            all_of.code = response.exitcode
    return all_of


def test_a_plugins_output_and_exit_code_reach_the_engine(
    host: Any, request_for: Callable[..., Any], tmp_path: Path
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    request = request_for(
        """
        import os, sys
        print(os.environ["FROM_ENGINE"], os.getcwd(), sys.argv[1:])
        print("to stderr", file=sys.stderr)
        sys.exit(7)
        """,
        pwd=str(work),
        args=["127.0.0.1:5"],
        env=["FROM_ENGINE=a=b"],
    )
    plugin = collect(host.RunPlugin(request))
    assert plugin.stdout.decode().split() == ["a=b", str(work), "['127.0.0.1:5']"]
    assert plugin.stderr == b"to stderr\n"
    assert plugin.code == 7


def test_a_plugin_ends_when_the_engine_hangs_up(
    host: Any, request_for: Callable[..., Any], tmp_path: Path
) -> None:
    request = request_for(
        f"""
        import os, pathlib, threading
        pathlib.Path({str(tmp_path / "pid")!r}).write_text(str(os.getpid()))
        print("started", flush=True)
        threading.Event().wait(60)
        """
    )
    responses = host.RunPlugin(request)
    assert next(responses).stdout.strip() == b"started"
    process = Path("/proc", (tmp_path / "pid").read_text())
    responses.cancel()
    wait_for("the plugin's end", lambda: not process.exists() or "it still runs", seconds=10)


def test_a_package_without_a_main_is_run_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(PACKAGE)
    request = language_pb2.RunPluginRequest(
        info=language_pb2.ProgramInfo(program_directory=str(tmp_path)), args=["127.0.0.1:5"]
    )
    toolchain = Toolchain(program=tmp_path, virtualenv=Path(sys.prefix))
    assert command_of(request, toolchain)[1:] == ["-m", "pulumi.run.plugin", "my-components", "127.0.0.1:5"]


def test_a_folder_with_neither_is_refused_in_one_sentence(tmp_path: Path) -> None:
    request = language_pb2.RunPluginRequest(info=language_pb2.ProgramInfo(program_directory=str(tmp_path)))
    with pytest.raises(ToolchainError, match=r"__main__\.py nor a pyproject\.toml"):
        command_of(request, Toolchain(program=tmp_path, virtualenv=Path(sys.prefix)))


PACK = """
    import json, os, sys
    from concurrent.futures import ThreadPoolExecutor
    import grpc
    from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

    class Pack(analyzer_pb2_grpc.AnalyzerServicer):
        def GetAnalyzerInfo(self, request, context):
            told = [os.environ.get(f"PULUMI_{name}") for name in ("PROJECT", "STACK", "DRY_RUN", "CONFIG")]
            return analyzer_pb2.AnalyzerInfo(name=json.dumps(told), displayName=os.getcwd())
        def Analyze(self, request, context):
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "the pack's own words")

    server = grpc.server(ThreadPoolExecutor(2))
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Pack(), server)
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    print("a later line", flush=True)
    server.wait_for_termination()
"""


@pytest.fixture
def pack(host: Any, request_for: Callable[..., Any]) -> Iterator[tuple[Any, Any]]:
    """A policy pack that was asked to run: a stub of what the engine talks to, and the rest of its output."""
    responses = host.RunPlugin(request_for(PACK, kind="analyzer", args=["127.0.0.1:5"]))
    port = int(next(responses).stdout)
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield analyzer_pb2_grpc.AnalyzerStub(channel), responses
    responses.cancel()


def test_a_policy_pack_knows_the_stack_and_works_in_its_own_folder(
    pack: tuple[Any, Any], tmp_path: Path
) -> None:
    engine, _ = pack
    engine.Handshake(analyzer_pb2.AnalyzerHandshakeRequest(), timeout=20)
    engine.ConfigureStack(
        analyzer_pb2.AnalyzerStackConfigureRequest(project="p", stack="s", config={"p:k": "v"}), timeout=20
    )
    about = engine.GetAnalyzerInfo(empty_pb2.Empty(), timeout=20)
    assert about.name == '["p", "s", "false", "{\\"p:k\\": \\"v\\"}"]', "packs read it from their environment"
    assert about.displayName == str(tmp_path)


def test_a_policy_pack_without_a_stack_is_started_too(pack: tuple[Any, Any]) -> None:
    engine, responses = pack
    about = engine.GetAnalyzerInfo(empty_pb2.Empty(), timeout=20)
    assert about.name == "[null, null, null, null]", "`pulumi policy` asks without a stack"
    assert next(responses).stdout.strip() == b"a later line", "only the port, its first line, is kept back"


def test_a_policy_packs_error_is_passed_on(pack: tuple[Any, Any]) -> None:
    engine, _ = pack
    with pytest.raises(grpc.RpcError) as refused:
        engine.Analyze(analyzer_pb2.AnalyzeRequest(), timeout=20)
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert refused.value.details() == "the pack's own words"


def test_a_policy_pack_that_does_not_start_is_no_endless_wait(
    host: Any, request_for: Callable[..., Any]
) -> None:
    responses = host.RunPlugin(request_for("raise SystemExit('no such pack')", kind="analyzer", args=["x"]))
    port = int(next(responses).stdout)
    with ThreadPoolExecutor(1) as pool, grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        asked = pool.submit(
            analyzer_pb2_grpc.AnalyzerStub(channel).GetAnalyzerInfo, empty_pb2.Empty(), timeout=20
        )
        plugin = collect(responses)
        assert b"no such pack" in plugin.stderr
        assert plugin.code == 1
        with pytest.raises(grpc.RpcError) as refused:
            asked.result(20)
        assert refused.value.code() == grpc.StatusCode.UNAVAILABLE


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """A Python on PATH, and one in each environment it makes, that writes down how it is called."""
    record = tmp_path / "calls"
    python = tmp_path / "bin" / "python3"
    python.parent.mkdir()
    python.write_text(
        f'#!/bin/sh\necho "$@" >>{record}\n'
        '[ "$2" = venv ] && mkdir -p "$3/bin" && cp "$0" "$3/bin/python"\n'
        '[ "$4" = -r ] && [ -f broken ] && { echo "no such package" >&2; exit 3; }\n'
        "exit 0\n"
    )
    python.chmod(0o755)
    monkeypatch.setenv("PATH", f"{python.parent}:/usr/bin:/bin")
    monkeypatch.delenv("PULUMI_PYTHON_CMD", raising=False)
    return lambda: record.read_text().splitlines()


def test_installing_makes_the_environment_and_installs_the_requirements(
    recorded: Callable[[], list[str]], tmp_path: Path
) -> None:
    (tmp_path / "requirements.txt").touch()
    toolchain = Toolchain(program=tmp_path, virtualenv=tmp_path / "venv")
    said = b"".join(piece for _, piece in install(toolchain, Children())).decode()
    assert recorded() == [
        f"-m venv {tmp_path / 'venv'}",
        "-m pip install --upgrade pip setuptools wheel",
        "-m pip install -r requirements.txt",
    ]
    assert said.endswith("Finished installing dependencies\n")


def test_a_plugins_own_package_is_installed_before_its_requirements(
    recorded: Callable[[], list[str]], tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").write_text(PACKAGE)
    list(install(Toolchain(program=tmp_path, virtualenv=tmp_path / "venv"), Children(), is_plugin=True))
    assert recorded()[-1] == f"-m pip install {tmp_path}"


def test_a_failed_installation_names_the_command_and_shows_its_output(
    recorded: Callable[[], list[str]], tmp_path: Path
) -> None:
    (tmp_path / "requirements.txt").touch()
    (tmp_path / "broken").touch()
    said: list[bytes] = []
    output = install(Toolchain(program=tmp_path), Children())
    with pytest.raises(ToolchainError, match=r"installing the dependencies failed: .* ended with 3"):
        said.extend(piece for _, piece in output)
    assert b"no such package" in b"".join(said), "the reason has been shown before"
    assert recorded(), "the Python on PATH was used: there is no virtual environment"


def test_the_environment_is_activated_as_its_own_script_does() -> None:
    env = Toolchain(program=Path("/p"), virtualenv=Path("/v")).environment({"PATH": "/a", "PYTHONHOME": "/x"})
    assert env == {"PATH": f"/v/bin{os.pathsep}/a", "VIRTUAL_ENV": "/v"}
