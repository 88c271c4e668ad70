"""A file to source before plain commands: it sets the environment of the sandbox stack and nothing else."""

import shlex
from collections.abc import Mapping
from pathlib import Path

from toolkit.files import write_private


def render(variables: Mapping[str, str], folder: Path) -> str:
    """POSIX shell that exports the variables and puts `folder` first on PATH; sourcing it twice is once."""
    lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    quoted = shlex.quote(str(folder))
    return "\n".join(
        [
            "# Source this: . FILE",
            *lines,
            "unset PULUMI_CONFIG_PASSPHRASE  # the CLI would prefer it to the file",
            f'case ":$PATH:" in *:{quoted}:*) ;; *) PATH={quoted}:"$PATH" ;; esac',
            "export PATH",
            "",
        ]
    )


def write(file: Path, variables: Mapping[str, str], folder: Path) -> None:
    """Writes it, for the owner alone."""
    write_private(file, render(variables, folder))


def line_for(file: Path, working_directory: Path) -> str:
    """The line that sources it, as short as it can be typed from the working directory."""
    try:
        path = str(file.relative_to(working_directory))
    except ValueError:
        path = str(file)
    return f". {shlex.quote(path)}"
