"""Commands as a user types them after `make up`, in a shell that has sourced the env file."""

import subprocess

from toolkit import env_file
from toolkit.paths import CHECKOUT, Paths


def run_in_env(paths: Paths, commands: str, **variables: str) -> tuple[int, str]:
    """The exit code, and what was printed to either stream."""
    source = env_file.line_for(paths.env_file, CHECKOUT)
    result = subprocess.run(
        ["env", *(f"{key}={value}" for key, value in variables.items()), "sh", "-c", f"{source}; {commands}"],
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return result.returncode, result.stdout + (result.stderr if result.returncode else "")


def shell(paths: Paths, commands: str, **variables: str) -> str:
    """Runs commands that must succeed; returns their output."""
    code, output = run_in_env(paths, commands, **variables)
    assert code == 0, f"{commands} ended with {code}:\n{output}"
    return output
