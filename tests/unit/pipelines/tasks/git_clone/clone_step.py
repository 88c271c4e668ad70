"""The script of git-clone, run as its step runs it."""

import os
import subprocess
from pathlib import Path

from tests.support.steps import Step

HOSTILE = [
    "--upload-pack=touch pwned",
    "+refs/heads/*:refs/heads/*",
    "main:refs/heads/other",
    "main other",
    "main\nother",
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned",
    "' ; touch pwned ; '",
    '" ; touch pwned ; "',
    "a" * 300,
    "refs/heads/*",
]


def git(folder: Path, *arguments: str) -> str:
    who = {f"GIT_{role}_{what}": "a@b.c" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    command = ["git", "-c", "protocol.file.allow=always", *arguments]
    environment = {**os.environ, **who, "GIT_CONFIG_GLOBAL": "/dev/null"}
    return subprocess.run(
        command, cwd=folder, env=environment, check=True, capture_output=True, text=True, timeout=60
    ).stdout.strip()


def commit(repository: Path, name: str, text: str) -> str:
    file = repository / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", f"{name}: {text}")
    return git(repository, "rev-parse", "HEAD")


def text(step: Step, subdirectory: str = "") -> str:
    return (step.workspace("output") / subdirectory / "file").read_text(encoding="utf-8")
