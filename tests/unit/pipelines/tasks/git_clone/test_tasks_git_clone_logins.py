"""Who git-clone is at a server, and who else learns of it."""

import subprocess
from pathlib import Path

import pytest

from tests.support.steps import Step, play


def test_a_password_is_given_to_the_repository_alone_and_as_it_is(step: Step) -> None:
    step.task["steps"][0]["env"].append({"name": "FETCH_PAUSES", "value": ""})
    auth = step.workspace("basic-auth")
    (auth / "username").write_text("reader")
    (auth / "password").write_text("it's a $ecret\\n%s")
    step.run(
        url="https://git.example.com:9/team/my%20shop.git", loginUrls="https://git.example.com:9/team/lib"
    )
    home = {"HOME": str(step.folder / "home"), "PATH": step.path, "GIT_TERMINAL_PROMPT": "0"}

    def asked(url: str) -> str:
        return subprocess.run(
            ["git", "credential", "fill"],
            input=f"url={url}\n\n",
            env=home,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=30,
        ).stdout

    def refused(url: str) -> bool:
        answer = asked(url)
        return "ecret" not in answer and "no login is sent to" in answer

    server = "https://git.example.com:9/team"
    for path in (
        "my%20shop.git",
        "my%20shop",
        "my%20shop.git/info/lfs",
        "lib",
        "lib.git",
        "lib.git/info/lfs",
    ):
        answer = asked(f"{server}/{path}")
        assert "username=reader\n" in answer, path
        assert "password=it's a $ecret\\n%s\n" in answer, (
            "the password reaches the server as it is, byte for byte"
        )
    for path in (
        "",
        "other.git",
        "my%20shop.git/x",
        "my%20shop.git/../other.git",
        "lib2",
        "lib.git/info/lfs/../..",
    ):
        assert refused(f"{server}/{path}"), f"{path} is another repository"
    for url in ("https://elsewhere.example.com:9/team/lib", "http://git.example.com:9/team/lib"):
        assert refused(url), f"{url} is another server"


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


SSH = {
    "git@git.example.com:team/shop.git": True,
    "ssh://git@git.example.com/team/shop.git": True,
    "ssh://git@GIT.example.com:22/team/shop": True,
    "git@git.example.com:team/lib": True,
    "git@git.example.com:other/secret.git": False,
    "git@git.example.com:team/shop.git/../../other/secret.git": False,
    "ssh://git@git.example.com:2222/team/shop.git": False,
    "git@elsewhere.example.com:team/shop.git": False,
    "git@elsewhere.example.com:team/tool.git": False,
    "ssh://git@elsewhere.example.com:2222/team/tool.git": True,
}


def play_ssh(step: Step, folder: Path, code: int) -> None:
    """An ssh that notes its arguments in the folder, and the key that the step has for it."""
    (step.workspace("ssh-directory") / "id_rsa").write_text("key")
    fake = folder / "bin"
    fake.mkdir()
    play(fake, "ssh", f'#!/bin/sh\nprintf "%s\\n" "$@" >>{folder}/arguments\nexit {code}\n')
    step.path = f"{fake}:{step.path}"


@pytest.mark.parametrize(("url", "offered"), SSH.items())
def test_a_key_is_offered_to_the_repository_and_the_listed_urls_alone(
    step: Step, tmp_path: Path, url: str, offered: bool
) -> None:
    play_ssh(step, tmp_path, code=1)
    step.run(
        url="git@git.example.com:team/shop.git",
        loginUrls="git@git.example.com:team/lib.git ssh://git@elsewhere.example.com:2222/team/tool.git",
    )
    command = f"sh '{step.folder}/home/.git-login/ssh'"
    ssh = {"GIT_SSH_COMMAND": command, "GIT_SSH_VARIANT": "ssh", "PATH": step.path, "HOME": str(tmp_path)}
    (tmp_path / "arguments").unlink()
    done = subprocess.run(["git", "ls-remote", url], env=ssh, capture_output=True, check=False, timeout=30)
    assert (tmp_path / "arguments").exists() == offered, done.stderr


@pytest.mark.parametrize(
    ("command", "offered"),
    [
        ("git-lfs-authenticate team/shop.git download", True),
        ("git-lfs-transfer team/shop.git download", True),
        ("git-lfs-authenticate other/secret.git download", False),
        ("git-lfs-authenticate team/shop.git upload", False),
        ("git-lfs-transfer team/shop.git upload", False),
        ("git-receive-pack 'team/shop.git'", False),
        ("sh", False),
    ],
)
def test_ssh_is_for_fetching_alone_and_for_the_same(
    step: Step, tmp_path: Path, command: str, offered: bool
) -> None:
    play_ssh(step, tmp_path, code=0)
    step.run(url="git@git.example.com:team/shop.git")
    (tmp_path / "arguments").unlink()
    # As git-lfs calls it: its own options, a separator, and the path as it stands in the URL.
    words = ["-oControlMaster=auto", "-p", "22", "--", "git@git.example.com", command]
    script = str(step.folder / "home" / ".git-login" / "ssh")
    subprocess.run(["sh", script, *words], env={"PATH": step.path}, check=False, timeout=30)
    assert (tmp_path / "arguments").exists() == offered
