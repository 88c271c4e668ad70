"""Building one tool from its Go modules."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sandbox.toolchain.cache import key
from sandbox.toolchain.processes import CommandFailedError, Processes, ToolchainError
from sandbox.toolchain.tool import Tool

# Changes when this file makes something else of the same pins. A newer Go is no reason to build anew.
RECIPE = "1"

# What go says when a module's server refuses, or cannot be reached.
NETWORK = re.compile(
    r"dial tcp|connection refused|i/o timeout|TLS handshake|no such host|x509:|proxyconnect|unexpected EOF"
    r"|: (403|404|410|429|5\d\d) [A-Z]|module lookup disabled"
)

# What decides a build, whatever the user's own Go settings are.
ENVIRONMENT = {"GOFLAGS": "-mod=readonly -buildvcs=false", "GOWORK": "off"}


def environment(tool: Tool) -> dict[str, str]:
    """Go's settings for one tool. As few differences as can be: equal settings share Go's cache."""
    return {"CGO_ENABLED": "1" if tool.cgo else "0", **ENVIRONMENT}


def flags(tool: Tool) -> list[str]:
    """The flags of `go build`."""
    variables = " ".join(f"-X '{name}={value}'" for name, value in tool.variables.items())
    return [
        "-trimpath",
        f"-ldflags=-s -w {variables}".rstrip(),
        *([f"-tags={tool.tags}"] if tool.tags else []),
        *([f"-gcflags=all={tool.compiler}"] if tool.compiler else []),
    ]


def tool_key(tool: Tool) -> str:
    """Changes with the tool's pins and flags, with nothing else."""
    sources = [path for name in ("go.mod", "go.sum", "main.go") if (path := tool.source / name).is_file()]
    return key(
        RECIPE,
        *(path.read_bytes() for path in sources),
        *environment(tool).values(),
        *flags(tool),
        *tool.packages,
        *tool.names,
        *tool.files.values(),
        *tool.replaced,
        *((tool.source / own_file).read_bytes() for own_file in tool.replaced.values()),
        *(path.read_bytes() for name in tool.own_modules for path in sorted((tool.source / name).iterdir())),
        *tool.embedded,
        *tool.embedded.values(),
    )


def is_installed() -> bool:
    """Tells whether there is a Go to build with."""
    return shutil.which("go") is not None


def require_go() -> None:
    """Raises ToolchainError when there is none."""
    if not is_installed():
        raise ToolchainError(
            "Go is not installed, and the sandbox builds its tools with it: install Go 1.21 or newer "
            "(https://go.dev/dl, or your system's package golang) and run the same command again"
        )


def build(tool: Tool, folder: Path, processes: Processes, log: Path) -> None:
    """Compile the tool into `folder/bin` and copy its files into `folder/share`."""
    require_go()
    programs = folder / "bin"
    programs.mkdir()
    has_one_program = len(tool.programs) == 1
    target = str(programs / tool.programs[0]) if has_one_program else f"{programs}/"
    with _sources(tool) as sources:
        command = ["go", "build", *sources, *flags(tool), "-o", target, *tool.packages]
        try:
            processes.run(command, log=log, cwd=tool.source, env=environment(tool))
        except CommandFailedError as error:
            if not (refusal := next((line for line in error.lines if NETWORK.search(line)), None)):
                raise
            raise ToolchainError(
                f"the Go modules of {tool.name} cannot be fetched ({refusal.strip()}): check the network "
                f"and GOPROXY, and run the same command again; what was built is kept (log: {log})"
            ) from error
    for name in tool.links:
        (programs / name).symlink_to(tool.programs[0])
    if tool.files:
        module = module_sources(tool.source, tool.module)
        for name, path in tool.files.items():
            _copy(module / path, folder / "share" / name)


def fetch(tool: Tool, processes: Processes, log: Path) -> None:
    """Download the modules a tool is made of, so that no compiler waits for the network."""
    _list(tool, ["-deps", "-f", "{{with .Module}}{{.Path}}{{end}}"], processes, log)


def compile_packages(tool: Tool, processes: Processes, log: Path) -> None:
    """Compile all into Go's own cache and link nothing: what is left keeps one processor busy."""
    _list(tool, ["-export", "-f", "{{.ImportPath}}"], processes, log)


def _list(tool: Tool, wish: Sequence[str], processes: Processes, log: Path) -> None:
    with _sources(tool) as sources:
        command = ["go", "list", *sources, *flags(tool), *wish, *tool.packages]
        processes.run(command, log=log, cwd=tool.source, env=environment(tool))


def module_sources(source: Path, module: str) -> Path:
    """Folder of a module's sources that the go.mod in `source` names; downloads them if need be."""
    answer = subprocess.run(
        ["go", "mod", "download", "-json", module],
        cwd=source,
        env={**os.environ, **ENVIRONMENT},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise ToolchainError(
            f"Go has no sources of {module}: {answer.stderr.strip() or answer.stdout.strip()}"
        )
    return Path(json.loads(answer.stdout)["Dir"])


@contextmanager
def _sources(tool: Tool) -> Iterator[list[str]]:
    """Flags that make Go take our files for some of a module's, and the module's for some of ours."""
    with tempfile.TemporaryDirectory() as temporary:
        yield [*_replaced(tool, Path(temporary)), *_embedded(tool, Path(temporary))]


def _replaced(tool: Tool, temporary: Path) -> list[str]:
    """Go lets nobody overlay its module cache, so it gets a copy of the module, and a go.mod that says so."""
    if not tool.replaced:
        return []
    copy = temporary / "module"
    _copy(module_sources(tool.source, tool.module), copy)
    for module_file, own_file in tool.replaced.items():
        shutil.copyfile(tool.source / own_file, copy / module_file)
    modfile = temporary / "go.mod"
    modfile.write_text(f"{(tool.source / 'go.mod').read_text()}\nreplace {tool.module} => {copy}\n")
    shutil.copyfile(tool.source / "go.sum", modfile.with_suffix(".sum"))
    return [f"-modfile={modfile}"]


def _embedded(tool: Tool, temporary: Path) -> list[str]:
    """`//go:embed` reads beside our main.go alone: an overlay puts the module's files there."""
    if not tool.embedded:
        return []
    module = module_sources(tool.source, tool.module)
    files = {str(tool.source / name): str(module / path) for name, path in tool.embedded.items()}
    overlay = temporary / "overlay.json"
    overlay.write_text(json.dumps({"Replace": files}))
    return [f"-overlay={overlay}"]


def _copy(source: Path, target: Path) -> None:
    """Copy out of Go's module cache, where everything is read-only; ours can be deleted as usual."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, copy_function=shutil.copyfile)
        for path in (target, *target.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
    else:
        shutil.copyfile(source, target)
        target.chmod(0o755)
