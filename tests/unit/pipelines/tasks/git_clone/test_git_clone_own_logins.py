"""A login of its own opens one URL, and the others of the same Secret open theirs."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.steps import Outcome, Step, play
from tests.unit.pipelines.tasks.git_clone.clone_step import git
from tests.unit.pipelines.tasks.git_clone.http_forge import PASSWORD, USER, HttpForge, basic, http_forge

LOGINS = {"team/app": ("app-user", "app-pass"), "team/lib": ("lib-user", "lib-pass")}


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[HttpForge]:
    with http_forge(tmp_path / "forge") as forge:
        for path in ("team/app", "team/lib", "team/common", "other/secret"):
            forge.make(f"{path}.git", path)
        forge.own |= {path: basic(*login) for path, login in LOGINS.items()}
        yield forge


def with_submodules(forge: HttpForge, *paths: str) -> None:
    names = [path.rpartition("/")[2] for path in paths]
    text = "".join(
        f'[submodule "{name}"]\n\tpath = {name}\n\turl = {forge.url(path)}.git\n'
        for name, path in zip(names, paths, strict=True)
    )
    tips = [git(forge.root / f"{path}.git", "rev-parse", "main") for path in paths]
    forge.commit(
        "team/app.git", {"file": "team/app", ".gitmodules": text}, dict(zip(names, tips, strict=True))
    )


def clone(step: Step, forge: HttpForge, *listed: str, stack_wide: bool = True) -> Outcome:
    auth = step.workspace("basic-auth")
    lines = []
    for path, login in LOGINS.items():
        name = path.replace("/", "-")
        for part, text in zip(("username", "password"), login, strict=True):
            (auth / f"{name}.{part}").write_text(text)
        lines.append(f"{name}.username {forge.url(path)}.git\n")
    (auth / "urls").write_text("".join(lines))
    if stack_wide:
        (auth / "username").write_text(USER)
        (auth / "password").write_text(PASSWORD)
    step.task["steps"][0]["env"].append({"name": "FETCH_PAUSES", "value": ""})
    urls = " ".join(f"{forge.url(path)}.git" for path in listed)
    return step.run(url=f"{forge.url('team/app')}.git", revision="main", loginUrls=urls)


def test_each_repository_is_shown_its_own_password_and_no_other(step: Step, forge: HttpForge) -> None:
    with_submodules(forge, "team/lib", "team/common")
    done = clone(step, forge, "team/lib", "team/common")
    assert done.code == 0, done.err
    for name in ("lib", "common"):
        assert (step.workspace("output") / name / "file").read_text() == f"team/{name}"
    assert forge.shown == {("team/app", "app-pass"), ("team/lib", "lib-pass"), ("team/common", PASSWORD)}
    for _, password in forge.shown:
        assert password not in done.out + done.err, "the log has a password"


def test_where_there_is_no_login_for_the_rest_none_is_sent(step: Step, forge: HttpForge) -> None:
    with_submodules(forge, "team/lib", "team/common")
    done = clone(step, forge, "team/lib", "team/common", stack_wide=False)
    assert done.code != 0
    assert forge.shown == {("team/app", "app-pass"), ("team/lib", "lib-pass")}


def test_what_is_not_listed_is_shown_none_of_them(step: Step, forge: HttpForge) -> None:
    with_submodules(forge, "other/secret")
    done = clone(step, forge, "team/lib")
    assert done.code != 0
    assert "submoduleUrls" in done.err
    assert forge.shown == {("team/app", "app-pass")}
    assert not list(step.workspace("output").glob("secret/file"))


SSH = {
    "git@git.example.com:team/app.git": ["login-app"],
    "ssh://git@git.example.com/team/lib": ["login-lib"],
    "git@git.example.com:team/common.git": ["id_rsa"],
    "git@git.example.com:other/secret.git": None,
    "git@elsewhere.example.com:team/lib.git": None,
}


@pytest.mark.parametrize(("url", "keys"), SSH.items())
def test_one_key_is_offered_to_each_url_as_a_forge_takes_the_first_that_it_knows(
    step: Step, tmp_path: Path, url: str, keys: list[str] | None
) -> None:
    folder = step.workspace("ssh-directory")
    for name in ("login-app", "login-lib", "id_rsa", "known_hosts"):
        (folder / name).write_text(name)
    (folder / "urls").write_text(
        "login-app git@git.example.com:team/app.git\nlogin-lib git@git.example.com:team/lib.git\n"
    )
    play(tmp_path, "ssh", f'#!/bin/sh\nprintf "%s\\n" "$@" >>{tmp_path}/arguments\nexit 1\n')
    step.path = f"{tmp_path}:{step.path}"
    step.run(
        url="git@git.example.com:team/app.git",
        loginUrls="git@git.example.com:team/lib.git git@git.example.com:team/common.git",
    )
    (tmp_path / "arguments").unlink()
    home = step.folder / "home"
    ssh = {"GIT_SSH_COMMAND": f"sh '{home}/.git-login/ssh'", "GIT_SSH_VARIANT": "ssh"}
    done = subprocess.run(
        ["git", "ls-remote", url],
        env={**ssh, "PATH": step.path, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    if keys is None:
        assert not (tmp_path / "arguments").exists(), "ssh is not called at all"
        assert "no key is offered" in done.stderr
        return
    arguments = (tmp_path / "arguments").read_text().splitlines()
    offered = [arguments[index + 1] for index, one in enumerate(arguments) if one == "-i"]
    assert offered == [f"{home}/.ssh/{key}" for key in keys]
    if keys != ["id_rsa"]:
        assert "IdentitiesOnly=yes" in arguments, "no other key of whoever runs ssh"
    assert f"UserKnownHostsFile={home}/.ssh/known_hosts" in arguments


def test_a_submodule_of_a_submodule_is_fetched_in_whatever_form_its_url_is(
    step: Step, forge: HttpForge
) -> None:
    modules = '[submodule "common"]\n\tpath = common\n\turl = git@localhost:team/common.git\n'
    tip = git(forge.root / "team/common.git", "rev-parse", "main")
    forge.commit("team/lib.git", {"file": "team/lib", ".gitmodules": modules}, {"common": tip})
    with_submodules(forge, "team/lib")
    done = clone(step, forge, "team/lib", "team/common")
    assert done.code == 0, done.err
    assert (step.workspace("output") / "lib" / "common" / "file").read_text() == "team/common"


def test_nobody_is_asked_for_a_login_that_is_missing(step: Step, forge: HttpForge) -> None:
    done = step.run(url=f"{forge.url('other/secret')}.git")
    assert done.code != 0
    assert "terminal prompts disabled" in done.err, "a prompt would wait for ever"
