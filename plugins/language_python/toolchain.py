"""The Python a program runs with: `runtime.options` of Pulumi.yaml, as the official host reads them."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TYPECHECKERS = ("mypy", "pyright")


class ToolchainError(Exception):
    """A reason why a program has no Python, in one sentence for the user."""


@dataclass(frozen=True, kw_only=True)
class Toolchain:
    """pip, with the virtual environment `virtualenv` (absolute), or the Python on PATH when it is None."""

    program: Path
    virtualenv: Path | None = None
    typechecker: str | None = None

    @classmethod
    def of(cls, info: Any, *, default_virtualenv: str | None = None) -> "Toolchain":
        """Reads a request's ProgramInfo. Raises ToolchainError, naming the option that cannot be used."""
        options: Mapping[str, Any] = dict(info.options)
        for key, value in options.items():
            if key in ("virtualenv", "typechecker", "toolchain") and not isinstance(value, str):
                raise ToolchainError(f"runtime option {key} must be a string, got: {value!r}")
        toolchain = options.get("toolchain", "pip")
        if toolchain != "pip":
            raise ToolchainError(
                f"runtime option toolchain is {toolchain!r}: that takes the official pulumi-language-python; "
                "this stand-in knows pip"
            )
        typechecker = options.get("typechecker")
        if typechecker is not None and typechecker not in TYPECHECKERS:
            raise ToolchainError(
                f"runtime option typechecker is {typechecker!r}: use one of {', '.join(TYPECHECKERS)}"
            )
        virtualenv = options.get("virtualenv") or default_virtualenv
        return cls(
            program=Path(info.program_directory),
            virtualenv=Path(info.root_directory, virtualenv) if virtualenv else None,
            typechecker=typechecker,
        )

    @property
    def is_ready(self) -> bool:
        """True when there is a Python to start."""
        return self.virtualenv is None or (self.virtualenv / "bin" / "python").is_file()

    @property
    def python(self) -> str:
        """The interpreter's path. Raises ToolchainError when there is none."""
        if self.virtualenv is None:
            return system_python()
        if not self.is_ready:
            problem = "is no virtual environment" if self.virtualenv.exists() else "does not exist"
            raise ToolchainError(
                f"runtime option virtualenv: {self.virtualenv} {problem}; run `pulumi install`, or "
                f"`python3 -m venv {self.virtualenv}` and its `bin/pip install -r requirements.txt`"
            )
        return str(self.virtualenv / "bin" / "python")

    def environment(self, base: Mapping[str, str] = os.environ) -> dict[str, str]:
        """`base` with the virtual environment activated."""
        env = dict(base)
        if self.virtualenv is not None:
            env["PATH"] = os.pathsep.join(filter(None, [str(self.virtualenv / "bin"), env.get("PATH")]))
            env["VIRTUAL_ENV"] = str(self.virtualenv)
            env.pop("PYTHONHOME", None)
        return env


def system_python() -> str:
    """The Python of PULUMI_PYTHON_CMD, else python3 or python on PATH. Raises ToolchainError."""
    setting = os.environ.get("PULUMI_PYTHON_CMD")
    for name in [setting] if setting else ["python3", "python"]:
        path = shutil.which(name)
        if path:
            return path
    raise ToolchainError(f"{setting or 'python3'} is not on PATH; install Python, or set PULUMI_PYTHON_CMD")
