"""What git-clone fetches, and what it makes of hostile values."""

from pathlib import Path

import pytest

from pipelines.tasks import GIT_CLONE
from tests.support.steps import Step, play
from tests.unit.pipelines.tasks.git_clone.clone_step import HOSTILE, commit, git, text


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
        "changed": "[]",
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
    if "::" not in url:
        assert f"git-clone: the URL '{url}' is none" in done.err, "before any git has seen it"


@pytest.mark.parametrize("depth", ["", "-1", "1 --upload-pack=touch", "all"])
def test_a_depth_that_is_no_number_is_refused(step: Step, remote: Path, depth: str) -> None:
    done = step.run(url=f"file://{remote}", depth=depth)
    assert done.code != 0
    assert f"depth is '{depth}', but must be a number" in done.err


def test_no_checkout_runs_the_filter_of_git_lfs(step: Step, remote: Path) -> None:
    """It would ask whatever server .lfsconfig names, with the login."""
    commit(remote, ".gitattributes", "file filter=lfs\n")
    home = step.folder / "home"
    home.mkdir()
    (home / ".gitconfig").write_text('[filter "lfs"]\n\tsmudge = env >"$HOME"/seen; cat\n')
    done = step.run(url=f"file://{remote}")
    assert done.code == 0, done.err
    assert "GIT_LFS_SKIP_SMUDGE=1" in (home / "seen").read_text().splitlines()


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
    (step,) = GIT_CLONE.spec(image="git:1")["steps"]
    context = step["securityContext"]
    assert context["runAsNonRoot"] is True
    assert context["allowPrivilegeEscalation"] is False
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert "$(params" not in step["script"], "Tekton would paste the value into the script"


@pytest.mark.parametrize("verify", ["true", "false"])
def test_a_servers_certificate_is_verified_unless_the_task_says_not(
    step: Step, remote: Path, verify: str
) -> None:
    done = step.run(url=f"file://{remote}", **({} if verify == "true" else {"sslVerify": verify}))
    assert done.code == 0, done.err
    config = step.folder / "home" / ".gitconfig"
    assert git(step.folder, "config", "--file", str(config), "http.sslVerify") == verify


def test_another_commit_than_the_pushed_one_is_not_built(step: Step, remote: Path) -> None:
    folder, asked, other = step.folder / "bin", git(remote, "rev-parse", "main"), "1" * 40
    folder.mkdir()
    play(
        folder,
        "git",
        f'#!/bin/sh\n[ "$*" != "rev-parse HEAD" ] || exec echo {other}\nexec /usr/bin/git "$@"\n',
    )
    step.path = f"{folder}:{step.path}"
    done = step.run(url=f"file://{remote}", revision=asked)
    assert done.code != 0
    assert f"asked for {asked}, but got {other}" in done.err


def test_an_lfsconfig_that_is_a_link_to_nowhere_counts_too(step: Step, remote: Path) -> None:
    """git-lfs reads the commit's, whose text is the link's, and would send it the login of origin."""
    (remote / ".lfsconfig").symlink_to("[lfs]\n\turl = https://git.example.com/other/secret")
    commit(remote, "other", "text")
    folder = step.folder / "bin"
    folder.mkdir()
    given = f'[ "$1" != pull ] || printenv GIT_CONFIG_PARAMETERS >{folder}/given'
    play(folder, "git-lfs", f"#!/bin/sh\n{given}\n")
    step.path = f"{folder}:{step.path}"
    done = step.run(url=f"file://{remote}", lfs="true")
    assert "credential.helper" in (folder / "given").read_text(), done.err
