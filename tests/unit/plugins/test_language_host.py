"""The stand-in for pulumi-language-python, driven as the engine drives it, over gRPC."""

import textwrap
import venv
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2

from plugins.language_python import program
from plugins.language_python.host import REPORTED
from plugins.protocol import language_pb2
from plugins.values import secret
from tests.support.engine_server import serving
from tests.unit.plugins.fake_engine import FakeEngine
from tests.unit.plugins.language_host import info, serving_host
from toolkit.polling import wait_for


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def address(engine: FakeEngine) -> Iterator[str]:
    with serving(engine) as address:
        yield address


@pytest.fixture
def host(address: str) -> Iterator[Any]:
    with serving_host(address) as host:
        yield host


@pytest.fixture
def run(tmp_path: Path, address: str, host: Any) -> Callable[..., Any]:
    """Runs a program with this text; gives the host's response."""

    def run(text: str | None, *, options: dict[str, Any] | None = None, **request: Any) -> Any:
        if text is not None:
            (tmp_path / "__main__.py").write_text(textwrap.dedent(text))
        return host.Run(
            language_pb2.RunRequest(
                **{
                    "project": "p",
                    "stack": "s",
                    "pwd": str(tmp_path),
                    "parallel": 4,
                    "monitor_address": address,
                    "info": info(tmp_path, **(options or {})),
                    **request,
                }
            )
        )

    return run


def refusal(call: Callable[[], Any]) -> str:
    """What the engine is told instead of an answer."""
    with pytest.raises(grpc.RpcError) as refused:
        call()
    details = str(refused.value.details())
    assert "Traceback" not in details, "a user's mistake is one sentence"
    return details


def test_a_program_learns_everything_about_its_run(
    run: Callable[..., Any], engine: FakeEngine, tmp_path: Path
) -> None:
    (tmp_path / "host.py").write_text("")  # a module that the language host has too
    response = run(
        """
        import os
        import host
        import pulumi

        config = pulumi.Config()
        pulumi.export("names", [pulumi.get_project(), pulumi.get_stack(), pulumi.get_organization()])
        pulumi.export("preview", pulumi.runtime.is_dry_run())
        pulumi.export("plain", config.require("plain"))
        pulumi.export("hidden", config.require_secret("hidden"))
        pulumi.export("marked", pulumi.runtime.is_config_secret("p:hidden"))
        pulumi.export("folder", os.getcwd())
        pulumi.export("module", os.path.realpath(host.__file__))
        """,
        config={"p:plain": "a 'b' \"c\"\n", "p:hidden": "h"},
        configSecretKeys=["p:hidden"],
        dryRun=True,
        organization="o",
    )
    assert (response.error, response.bail) == ("", False), engine.errors
    assert engine.outputs["names"] == ["p", "s", "o"]
    assert engine.outputs["preview"] is True
    assert engine.outputs["plain"] == "a 'b' \"c\"\n", "configuration arrives to the last character"
    assert engine.outputs["hidden"] == secret("h"), "a secret stays one"
    assert engine.outputs["marked"] is True
    assert engine.outputs["folder"] == str(tmp_path), "the program runs in its own folder"
    assert engine.outputs["module"] == str(tmp_path / "host.py"), "and imports its own modules"


def test_an_exception_is_shown_from_the_programs_first_line_on(
    run: Callable[..., Any], engine: FakeEngine
) -> None:
    response = run(
        """
        def fail():
            raise ValueError("no such thing")

        fail()
        """
    )
    assert response.bail, "the user has been told: the engine adds nothing"
    assert response.error == ""
    assert "ValueError: no such thing" in engine.errors
    assert "in fail" in engine.errors
    assert "runpy" not in engine.errors, "what lies above the program is of no use to its author"


def test_an_error_in_an_apply_is_shown_too(run: Callable[..., Any], engine: FakeEngine) -> None:
    response = run(
        """
        import pulumi

        pulumi.export("x", pulumi.Output.from_input(1).apply(lambda one: one / 0))
        """
    )
    assert response.bail
    assert "ZeroDivisionError" in engine.errors


def test_a_run_error_is_one_sentence_and_a_failed_program(
    run: Callable[..., Any], engine: FakeEngine
) -> None:
    response = run(
        """
        import pulumi

        raise pulumi.RunError("set the key `x`")
        """
    )
    assert engine.logged == ["set the key `x`"], "no traceback: the program itself has found the mistake"
    assert response.error == "program exited with non-zero exit code: 1"
    assert not response.bail


@pytest.mark.parametrize(
    ("end", "error"),
    [
        ("raise SystemExit(3)", "program exited with non-zero exit code: 3"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "program was ended by signal 9"),
        ("raise SystemExit(0)", ""),
    ],
)
def test_a_programs_exit_code_is_reported(run: Callable[..., Any], end: str, error: str) -> None:
    assert run(end).error == error


def test_a_syntax_error_names_its_place(run: Callable[..., Any], engine: FakeEngine) -> None:
    assert run("x = = 1").bail
    assert "SyntaxError" in engine.errors
    assert "__main__.py" in engine.errors


def test_a_folder_without_a_program_is_named(
    run: Callable[..., Any], engine: FakeEngine, tmp_path: Path
) -> None:
    assert run(None).bail
    assert engine.logged == [f"there is no program: `{tmp_path}` has no `__main__.py`"]


def test_the_program_runs_in_the_virtual_environment_that_it_names(
    run: Callable[..., Any], engine: FakeEngine, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    venv.create(tmp_path / "own", symlinks=True)
    response = run("raise SystemExit('never reached')", options={"virtualenv": "own"})
    assert response.error == "program exited with non-zero exit code: 1", "this environment has no SDK"
    assert "own/bin/python has no Pulumi SDK" in capfd.readouterr().err, "and the user is told which it is"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"virtualenv": "absent"}, ["virtualenv", "absent does not exist", "pulumi install"]),
        ({"virtualenv": 5}, ["virtualenv must be a string"]),
        ({"toolchain": "uv"}, ["toolchain is 'uv'", "official pulumi-language-python"]),
        ({"typechecker": "pyre"}, ["typechecker is 'pyre'", "mypy"]),
    ],
)
def test_an_option_that_cannot_be_used_is_refused_by_name(
    run: Callable[..., Any], options: dict[str, Any], words: list[str]
) -> None:
    details = refusal(lambda: run("", options=options))
    assert all(word in details for word in words), details


def test_a_type_checkers_findings_keep_the_program_from_running(
    run: Callable[..., Any], engine: FakeEngine
) -> None:
    response = run("x: int = 'text'", options={"typechecker": "mypy"})
    assert response.error == "mypy ended with 1; its findings are above"
    assert engine.outputs == {}, "the program has not run"


def test_cancelling_ends_the_program(run: Callable[..., Any], host: Any, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    code = f"""
        import pathlib, threading
        pathlib.Path({str(ready)!r}).touch()
        threading.Event().wait(60)
        """
    with ThreadPoolExecutor(1) as pool:
        response = pool.submit(run, code)
        wait_for("the program's start", ready.exists, seconds=30)
        host.Cancel(empty_pb2.Empty())
        assert response.result(10).error == "program was ended by signal 15", (
            "it must not outlive the engine's wish"
        )


def test_a_new_project_is_asked_for_its_virtual_environment(host: Any) -> None:
    def asked(**options: Any) -> list[str]:
        struct = struct_pb2.Struct()
        struct.update(options)
        request = language_pb2.RuntimeOptionsRequest(info=language_pb2.ProgramInfo(options=struct))
        return [prompt.key for prompt in host.RuntimeOptionsPrompts(request).prompts]

    assert asked() == ["toolchain"]
    assert asked(toolchain="pip") == ["virtualenv"]
    assert asked(toolchain="pip", virtualenv="v") == []


def test_what_it_does_not_know_is_unimplemented(host: Any) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        host.GenerateProject(language_pb2.GenerateProjectRequest())
    assert refused.value.code() == grpc.StatusCode.UNIMPLEMENTED, "the engine falls back or says so"


def test_the_program_and_the_host_agree_on_the_exit_code_of_a_reported_error() -> None:
    assert program.REPORTED == REPORTED, "the program runs in another Python and cannot import the host's"
