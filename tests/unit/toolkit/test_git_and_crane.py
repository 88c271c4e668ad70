"""The two programs that get a password from a file."""

import subprocess
from pathlib import Path

import pytest

from toolkit.crane import CraneError, logged_in
from toolkit.git import Git, GitError


def program(folder: Path, body: str) -> Path:
    file = folder / "program"
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(0o755)
    return file


def test_crane_finds_the_credentials_in_a_private_file_that_goes_away(tmp_path):
    show = program(tmp_path, 'echo "$DOCKER_CONFIG" "$@"; stat -c %a "$DOCKER_CONFIG/config.json"')
    with logged_in(show, "10.0.0.2:5000", "builder", "hush") as crane:
        crane.export("10.0.0.2:5000/a", tmp_path / "shown")
        folder, *rest = (tmp_path / "shown").read_text().split()
        assert rest == ["--insecure", "export", "10.0.0.2:5000/a", "-", "600"], "no password in the arguments"
        assert "YnVpbGRlcjpodXNo" in (Path(folder) / "config.json").read_text()
    assert not Path(folder).exists(), "the password must not stay behind"


def test_cranes_last_words_are_the_error(tmp_path):
    fail = program(tmp_path, "echo warning >&2; echo 'MANIFEST_UNKNOWN: no such image' >&2; exit 1")
    with (
        logged_in(fail, "r", "u", "p") as crane,
        pytest.raises(CraneError, match="MANIFEST_UNKNOWN: no such"),
    ):
        crane.pull("r/a@sha256:1")


def test_git_says_which_command_failed_and_why(tmp_path):
    with pytest.raises(GitError, match="git log failed: fatal: not a git repository"):
        Git(tmp_path, tmp_path / "credentials", "developer")("log")


def test_git_takes_nothing_from_the_users_own_configuration(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_AUTHOR_NAME", "somebody")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    git = Git(tmp_path, tmp_path / "credentials", "developer")
    git("init", "--quiet")
    git("commit", "--quiet", "--allow-empty", "--message", "one")
    assert git("log", "--format=%an <%ae>") == "developer <developer@sandbox.invalid>"


def test_git_reads_the_password_from_the_file(tmp_path):
    credentials = tmp_path / "git credentials"
    credentials.write_text("http://developer:hush@10.0.0.2:3000\n")
    git = Git(tmp_path, credentials, "developer")
    done = subprocess.run(
        ["git", *git._options, "credential", "fill"],
        input="protocol=http\nhost=10.0.0.2:3000\n\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert "password=hush" in done.stdout, "a blank in the path must not break the helper's command"
