"""The clone step, run by real shells against real repositories."""

import os
import subprocess
from pathlib import Path

import pytest

from components.tasks import git_clone
from tests.unit.steps import SHELLS, Step

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


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """Two commits on main, and a branch with a third."""
    repository = tmp_path / "remote"
    repository.mkdir()
    git(repository, "init", "-q", "-b", "main")
    commit(repository, "file", "first")
    commit(repository, "file", "second")
    git(repository, "checkout", "-q", "-b", "feature/x")
    commit(repository, "file", "feature")
    git(repository, "tag", "-a", "v1", "-m", "v1")
    git(repository, "checkout", "-q", "main")
    git(repository, "config", "uploadpack.allowAnySHA1InWant", "true")
    return repository


@pytest.fixture(params=SHELLS)
def step(request: pytest.FixtureRequest, tmp_path: Path) -> Step:
    return Step(git_clone.spec("git:1"), tmp_path / "step", shell=request.param)


def text(step: Step, subdirectory: str = "") -> str:
    return (step.workspace("output") / subdirectory / "file").read_text(encoding="utf-8")


def test_the_pushed_commit_is_cloned_and_nothing_else(step: Step, remote: Path) -> None:
    pushed = git(remote, "rev-parse", "HEAD")
    commit(remote, "file", "pushed meanwhile")
    done = step.run(url=f"file://{remote}", revision=pushed)
    assert done.code == 0, done.err
    assert text(step) == "second", "two quick pushes must build two different commits"
    assert done.results == {
        "commit": pushed,
        "commit_short": git(remote, "rev-parse", "--short", pushed),
        "url": f"file://{remote}",
    }
    assert git(step.workspace("output"), "rev-list", "--count", "HEAD") == "1", (
        "a shallow fetch was asked for"
    )


@pytest.mark.parametrize(
    ("revision", "expected"),
    [
        ("", "second"),
        ("main", "second"),
        ("feature/x", "feature"),
        ("v1", "feature"),
        ("refs/heads/main", "second"),
    ],
)
def test_branches_and_tags_work_too(step: Step, remote: Path, revision: str, expected: str) -> None:
    done = step.run(url=f"file://{remote}", revision=revision)
    assert done.code == 0, done.err
    assert text(step) == expected


@pytest.mark.parametrize("revision", HOSTILE)
def test_a_hostile_revision_is_data_and_fails(step: Step, remote: Path, revision: str) -> None:
    done = step.run(url=f"file://{remote}", revision=revision)
    assert done.code != 0, "no such revision exists"
    assert "git-clone:" in done.err, "the reader must learn what was wrong"
    assert not list(step.folder.rglob("pwned")), "a part of the revision was executed"
    assert done.results == {}, "a failed clone must not hand on a commit"


@pytest.mark.parametrize("url", ["--upload-pack=touch pwned", "", "ext::sh -c 'touch pwned'"])
def test_a_hostile_url_is_data_and_fails(step: Step, url: str) -> None:
    done = step.run(url=url)
    assert done.code != 0
    assert not list(step.folder.rglob("pwned")), "a part of the URL was executed"


def test_a_commit_that_the_server_does_not_have_is_an_error(step: Step, remote: Path) -> None:
    missing = "1" * 40
    done = step.run(url=f"file://{remote}", revision=missing)
    assert done.code != 0
    assert f"cannot fetch '{missing}' from file://{remote}" in done.err


@pytest.mark.parametrize("subdirectory", ["../other", "a/../../b"])
def test_the_clone_stays_in_its_workspace(step: Step, remote: Path, subdirectory: str) -> None:
    done = step.run(url=f"file://{remote}", subdirectory=subdirectory)
    assert done.code != 0
    assert "must stay inside the workspace" in done.err


def test_what_was_there_before_is_removed_but_not_its_neighbours(step: Step, remote: Path) -> None:
    output = step.workspace("output")
    (output / "here").mkdir()
    (output / "here" / ".hidden").write_text("old")
    (output / "neighbour").write_text("kept")
    done = step.run(url=f"file://{remote}", subdirectory="here")
    assert done.code == 0, done.err
    assert text(step, "here") == "second"
    assert not (output / "here" / ".hidden").exists()
    assert (output / "neighbour").read_text() == "kept", "another run's checkout was deleted"


def test_a_second_clone_into_the_same_folder_moves_it_to_the_new_revision(step: Step, remote: Path) -> None:
    for revision, expected in (("main", "second"), ("feature/x", "feature")):
        done = step.run(url=f"file://{remote}", revision=revision, deleteExisting="false")
        assert done.code == 0, done.err
        assert text(step) == expected


def test_depth_zero_fetches_the_whole_history(step: Step, remote: Path) -> None:
    done = step.run(url=f"file://{remote}", depth="0")
    assert done.code == 0, done.err
    assert git(step.workspace("output"), "rev-list", "--count", "HEAD") == "2"


def test_a_refspec_is_fetched_beside_the_revision(step: Step, remote: Path) -> None:
    done = step.run(
        url=f"file://{remote}",
        refspec="refs/heads/main:refs/heads/main refs/heads/feature/x:refs/heads/feature/x",
        revision="feature/x",
    )
    assert done.code == 0, done.err
    assert text(step) == "feature"
    assert git(step.workspace("output"), "rev-parse", "main") == git(remote, "rev-parse", "main")


def test_only_the_sparse_folders_are_checked_out(step: Step, remote: Path) -> None:
    commit(remote, "backend/file", "b")
    commit(remote, "frontend/file", "f")
    done = step.run(url=f"file://{remote}", sparseCheckoutDirectories="backend,docs")
    assert done.code == 0, done.err
    assert text(step, "backend") == "b"
    assert not (step.workspace("output") / "frontend").exists()


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
    (fake / "ssh").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >{tmp_path}/arguments\nexit 1\n')
    (fake / "ssh").chmod(0o755)
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


def test_submodules_are_fetched_only_when_wanted(step: Step, remote: Path, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    git(inner, "init", "-q", "-b", "main")
    commit(inner, "file", "inner")
    git(remote, "submodule", "--quiet", "add", f"file://{inner}", "inner")
    git(remote, "commit", "-q", "-m", "submodule")
    allow = step.folder / "home"
    allow.mkdir(exist_ok=True)
    (allow / ".gitconfig").write_text('[protocol "file"]\n\tallow = always\n')
    done = step.run(url=f"file://{remote}", submodules="false")
    assert done.code == 0, done.err
    assert not (step.workspace("output") / "inner" / "file").exists()
    done = step.run(url=f"file://{remote}")
    assert done.code == 0, done.err
    assert text(step, "inner") == "inner"


def test_a_url_with_everything_that_must_be_quoted_is_still_one_url(step: Step, remote: Path) -> None:
    odd = remote.rename(remote.with_name("a b'c\"d$e"))
    done = step.run(url=str(odd))
    assert done.code == 0, done.err


def test_a_step_may_not_be_root_and_holds_no_value_in_its_script() -> None:
    (step,) = git_clone.spec("git:1")["steps"]
    context = step["securityContext"]
    assert context["runAsNonRoot"] is True
    assert context["allowPrivilegeEscalation"] is False
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert "$(params" not in step["script"], "Tekton would paste the value into the script"
