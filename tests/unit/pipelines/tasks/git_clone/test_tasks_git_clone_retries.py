"""A fetch that may succeed later is made again; one that cannot is not."""

from pathlib import Path

import pytest

from tests.support.steps import SECONDS, Step, play
from tests.unit.pipelines.tasks.git_clone.clone_step import commit, git

# It fails as often as it is told, with the words it is told, and is git otherwise.
PLAYED = """#!/bin/sh
case " $* " in
*" fetch "*)
    echo x >>"{folder}/fetches"
    if [ "$(wc -l <"{folder}/fetches")" -le "$(cat "{folder}/failures")" ]; then
        cat "{folder}/words" >&2
        exit 128
    fi
    ;;
esac
exec /usr/bin/git "$@"
"""
PASSING = [
    "fatal: unable to access 'https://a/': Could not resolve host: a",
    "fatal: unable to access 'https://a/': Failed to connect to a port 443 after 2 ms",
    "fatal: unable to access 'https://a/': The requested URL returned error: 503",
    "ssh: connect to host a port 22: Connection refused",
    "fatal: the remote end hung up unexpectedly",
]
LASTING = [
    "fatal: couldn't find remote ref main",
    "fatal: Authentication failed for 'https://a/'",
    "fatal: unable to access 'https://a/': The requested URL returned error: 403",
    "Host key verification failed.",
]


@pytest.fixture
def failing(step: Step, tmp_path: Path) -> Path:
    """The folder that says how git fails."""
    folder = tmp_path / "failing"
    folder.mkdir()
    play(folder, "git", PLAYED.format(folder=folder))
    step.path = f"{folder}:{step.path}"
    step.task["steps"][0]["env"].append({"name": "FETCH_PAUSES", "value": "0 0"})
    return folder


def tried(folder: Path) -> int:
    return len((folder / "fetches").read_text().splitlines())


@pytest.mark.parametrize("words", PASSING)
def test_what_passes_is_tried_again(step: Step, remote: Path, failing: Path, words: str) -> None:
    (failing / "words").write_text(words)
    (failing / "failures").write_text("2")
    done = step.run(url=str(remote))
    assert done.code == 0, done.err
    assert tried(failing) == 3
    assert words in done.err, "the log says what was wrong in between"


@pytest.mark.parametrize("words", LASTING)
def test_what_lasts_is_told_at_once(step: Step, remote: Path, failing: Path, words: str) -> None:
    (failing / "words").write_text(words)
    (failing / "failures").write_text("9")
    done = step.run(url=str(remote))
    assert done.code == 1
    assert tried(failing) == 1
    assert f"cannot fetch 'HEAD' from {remote}" in done.err


def test_it_ends_some_time(step: Step, remote: Path, failing: Path) -> None:
    (failing / "words").write_text(PASSING[0])
    (failing / "failures").write_text("9")
    done = step.run(url=str(remote))
    assert done.code == 1
    assert tried(failing) == 3


def test_a_server_that_is_silent_on_a_submodule_holds_nobody_up(step: Step, remote: Path) -> None:
    """A network that drops what it does not allow lets git wait for minutes."""
    commit(remote, ".gitmodules", '[submodule "dep"]\n\tpath = dep\n\turl = git@git.example.com:a/b.git\n')
    git(remote, "update-index", "--add", "--cacheinfo", f"160000,{git(remote, 'rev-parse', 'HEAD')},dep")
    git(remote, "commit", "-q", "-m", "dep")
    folder = step.folder / "bin"
    folder.mkdir()
    play(folder, "git", f'#!/bin/sh\n[ "$1" != ls-remote ] || exec sleep {SECONDS}\nexec /usr/bin/git "$@"\n')
    step.path = f"{folder}:{step.path}"
    step.task["steps"][0]["env"].append({"name": "PUBLIC_SECONDS", "value": "1"})
    done = step.run(url=f"file://{remote}")
    assert done.code != 0
    assert "https://git.example.com/a/b.git is not public" in done.err
