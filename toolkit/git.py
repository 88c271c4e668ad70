"""Git as the forge's user, untouched by the configuration of whoever runs it."""

import os
import shlex
import subprocess
from pathlib import Path

SECONDS = 60  # a push to this machine; its hooks wait for SQLite


class GitError(Exception):
    """A git command failed: which one, and what git said."""


class Git:
    """Runs git in `folder`. `credentials`: a file as of git-credential-store: no password in an argument."""

    def __init__(self, folder: Path, credentials: Path, author: str) -> None:
        self.folder = folder
        self._options = [
            *("-c", "credential.helper="),
            *("-c", f"credential.helper=store --file={shlex.quote(str(credentials))}"),
            *("-c", "http.proxy="),
            *("-c", f"user.name={author}"),
            *("-c", f"user.email={author}@sandbox.invalid"),
            *("-c", "commit.gpgsign=false"),
        ]

    def __call__(self, *arguments: str) -> str:
        """Standard output, stripped. Raises GitError."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        process = subprocess.run(
            ["git", *self._options, *arguments],
            cwd=self.folder,
            env={
                **environment,
                "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_CONFIG_GLOBAL": os.devnull,
                "GIT_TERMINAL_PROMPT": "0",
                "LC_ALL": "C.UTF-8",
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        if process.returncode != 0:
            lines = process.stderr.strip().splitlines() or [f"exit code {process.returncode}"]
            # The first complaint is the cause; what follows is git's summary of it.
            reason = next((line for line in lines if line.startswith(("fatal:", "error:", " ! "))), lines[-1])
            raise GitError(f"git {arguments[0]} failed: {reason.strip()}")
        return process.stdout.strip()
