"""The script of the proof, with a curl that says what a network would."""

import os
import subprocess
from pathlib import Path

import pytest

from components.network.proof import SCRIPT

# The n-th try of HOST:PORT is the n-th word of the file with its name; the last one is repeated.
CURL = """#!/bin/sh
for word; do url=$word; done
target=${url#http://}
target=${target%/}
read -r word rest <"$target"
[ -z "$rest" ] || echo "$rest" >"$target"
echo "$word" >>tried
case $word in
open) echo 0.0003 ;;
refused) echo 0.000000; exit 7 ;;
timeout) echo 0.000000; exit 28 ;;
slow) echo 0.0003; exit 28 ;;
nameless) echo 0.000000; exit 6 ;;
esac
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {"curl": CURL, "sleep": "#!/bin/sh\n"}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    return tmp_path


def run(folder: Path, expected: str, **answers: str) -> list[str]:
    """What the tries of each target came to. Raises TimeoutExpired when the script does not end."""
    for target, words in answers.items():
        (folder / target).write_text(f"{words}\n")
    environment = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    command = ["sh", "-c", SCRIPT, "network-proof", expected, *answers]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, timeout=3)
    return (folder / "tried").read_text().split()


@pytest.mark.parametrize("word", ["refused", "timeout"])
def test_three_tries_without_an_answer_are_the_proof(folder: Path, word: str) -> None:
    assert run(folder, "closed", api=word) == [word] * 3


def test_policies_may_bind_some_seconds_after_the_pod_starts(folder: Path) -> None:
    words = "open timeout timeout open timeout timeout timeout"
    assert run(folder, "closed", api=words) == words.split()


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("open", "the pod gets through"),
        ("slow", "it is connected, whatever comes then"),
        ("nameless", "who has no address was not tried"),
    ],
)
def test_it_does_not_end_while_nothing_is_proved(folder: Path, word: str, reason: str) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        run(folder, "closed", api="timeout", interceptors=word)
    assert word in (folder / "tried").read_text(), reason


def test_the_first_of_several_targets_counts_as_the_last_does(folder: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        run(folder, "closed", api="open", interceptors="timeout")


def test_what_must_be_open_is_tried_until_it_is(folder: Path) -> None:
    words = "refused open open open"
    assert run(folder, "open", api=words) == words.split()
