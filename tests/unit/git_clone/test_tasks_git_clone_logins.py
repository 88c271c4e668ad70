"""Who git-clone is at a server, and who else learns of it."""

import subprocess
from pathlib import Path

from tests.unit.steps import Step, play


def test_a_password_is_given_to_the_repositorys_server_and_stands_in_no_log(step: Step) -> None:
    auth = step.workspace("basic-auth")
    (auth / "username").write_text("reader")
    (auth / "password").write_text("it's a $ecret\\n%s")
    step.run(url="http://127.0.0.1:9/team/shop.git")
    home = {"HOME": str(step.folder / "home"), "PATH": step.path, "GIT_TERMINAL_PROMPT": "0"}

    def asked(host: str) -> str:
        return subprocess.run(
            ["git", "credential", "fill"],
            input=f"protocol=http\nhost={host}\n\n",
            env=home,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        ).stdout

    answer = asked("127.0.0.1:9")
    assert "username=reader\n" in answer
    assert "password=it's a $ecret\\n%s\n" in answer, (
        "the password reaches the server as it is, byte for byte"
    )
    assert "ecret" not in asked("elsewhere.example.com"), "a submodule on another host would get our password"


def test_no_secret_is_printed_although_every_command_is(step: Step) -> None:
    auth = step.workspace("basic-auth")
    (auth / "username").write_text("reader")
    (auth / "password").write_text("pass-word")
    done = step.run(url="http://127.0.0.1:9/team/shop.git", verbose="true")
    assert done.code != 0
    assert "+ git" in done.err, "verbose prints the commands"
    assert "pass-word" not in done.out + done.err


def test_the_catalogs_form_of_basic_auth_still_works(step: Step, remote: Path) -> None:
    auth = step.workspace("basic-auth")
    (auth / ".git-credentials").write_text("https://user:pass@example.com")
    (auth / ".gitconfig").write_text("[credential]\n\thelper = store\n")
    done = step.run(url=f"file://{remote}")
    assert done.code == 0, done.err
    assert (step.folder / "home" / ".git-credentials").stat().st_mode & 0o777 == 0o400


def test_ssh_gets_the_key_and_the_known_hosts_of_the_secret(step: Step, tmp_path: Path) -> None:
    keys = step.workspace("ssh-directory")
    for name in ("id_ed25519", "known_hosts", "id_ed25519.pub"):
        (keys / name).write_text(name)
    fake = tmp_path / "bin"
    fake.mkdir()
    play(fake, "ssh", f'#!/bin/sh\nprintf "%s\\n" "$@" >{tmp_path}/arguments\nexit 1\n')
    step.path = f"{fake}:{step.path}"
    done = step.run(url="git@git.example.com:team/shop.git")
    assert done.code != 0
    arguments = (tmp_path / "arguments").read_text().splitlines()
    home = step.folder / "home" / ".ssh"
    assert f"UserKnownHostsFile={home}/known_hosts" in arguments
    assert "StrictHostKeyChecking=yes" in arguments, "an unknown server could be anybody"
    assert [arguments[index + 1] for index, one in enumerate(arguments) if one == "-i"] == [
        f"{home}/id_ed25519"
    ]
    assert (home / "id_ed25519").stat().st_mode & 0o777 == 0o400, "ssh refuses a key that others can read"
