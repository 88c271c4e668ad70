"""Which addresses are one repository's, by the function that all of git-clone's logins rest on."""

import subprocess
from pathlib import Path

import pytest

from pipelines.tasks import GIT_CLONE
from tests.support.steps import SHELLS

LOGIN = (GIT_CLONE.folder / "git_login.sh").read_text()
PLACES = {
    "https://git.example.com/team/app.git": "git.example.com/team/app",
    "http://reader:word@Git.Example.com:8080/team/app/": "git.example.com/team/app",
    "ssh://git@git.example.com:2222/team/app.git": "git.example.com/team/app",
    "git@GIT.example.com:team/app": "git.example.com/team/app",
    "git@git.example.com:/team/app.git": "git.example.com/team/app",
    "https://git.example.com/Team/app": "git.example.com/Team/app",
}
NOWHERE = [
    "ext::sh -c touch% pwned",
    "file:///team/app.git",
    "../team/app.git",
    "/team/app.git",
    "--upload-pack=touch pwned",
    "team",
    "https://git.example.com",
]


def place(folder: Path, shell: str, url: str) -> tuple[int, str]:
    done = subprocess.run(
        [*shell.split(), "-c", f'{LOGIN}\nplace "$1"', "place", url],
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    return done.returncode, done.stdout.strip()


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(("url", "expected"), PLACES.items())
def test_every_form_of_an_address_is_one_place(tmp_path: Path, shell: str, url: str, expected: str) -> None:
    assert place(tmp_path, shell, url) == (0, expected)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("url", NOWHERE)
def test_what_is_no_address_of_a_server_is_no_place(tmp_path: Path, shell: str, url: str) -> None:
    assert place(tmp_path, shell, url) == (1, ""), "or a login might be taken for it"
