"""Who has an address range, and which process is whose."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from sandbox.node.claim import Claim, Process
from sandbox.node.problem import NodeError

RANGE = "10.201.0.0/16"
BOOT = Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def line(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "claims"


def claim(root: Path, name: str, network: str = RANGE) -> Claim:
    state = root.parent / name
    state.mkdir(exist_ok=True)
    return Claim(network, state, root)


def test_a_process_is_read_even_when_its_name_holds_brackets_and_blanks() -> None:
    process = Process.parse("boot 42 (a b) c) S 1 " + " ".join(str(number) for number in range(5, 40)))
    assert process == Process("boot", 42, 22), "field 22 is when it began"


@pytest.mark.parametrize("text", ["", "boot", "boot 42", "boot 42 (sh) S 1 2"])
def test_half_a_record_is_no_process(text: str) -> None:
    with pytest.raises(ValueError, match="no process"):
        Process.parse(text)


def test_this_process_is_alive() -> None:
    assert Process.parse(f"{BOOT} {line(os.getpid())}").alive()


def test_another_process_with_the_same_number_is_not_the_one() -> None:
    ours = Process.parse(f"{BOOT} {line(os.getpid())}")
    assert not Process(ours.boot, ours.pid, ours.began - 1).alive(), "numbers are used again"
    assert not Process("an earlier boot", ours.pid, ours.began).alive(), "and so are times, after a boot"


def test_a_range_belongs_to_one_sandbox_while_its_node_runs(root: Path) -> None:
    first, second = claim(root, "first"), claim(root, "second")
    with first.hold():
        first.process_file.write_text(f"{BOOT} {line(os.getpid())}")
    with pytest.raises(NodeError, match=rf"{first.state} is using {RANGE}"), second.hold():
        pass
    with first.hold():
        assert first.owner() == first.state, "the refusal changed nothing"


def test_a_range_whose_node_is_down_can_be_taken(root: Path) -> None:
    first, second = claim(root, "first"), claim(root, "second")
    with first.hold():
        first.process_file.write_text(f"an-earlier-boot {line(os.getpid())}")
    with second.hold():
        assert second.owner() == second.state
    assert Claim.of(first.state, root) == [], "whoever lost it has nothing to clean up in it"


def test_a_range_whose_checkout_was_deleted_is_taken_and_its_node_ended(root: Path) -> None:
    first, second = claim(root, "first"), claim(root, "second")
    with subprocess.Popen(["sleep", "600"]) as node:
        with first.hold():
            first.process_file.write_text(f"{BOOT} {line(node.pid)}")
        first.state.rmdir()
        with second.hold():  # nobody can run `make down` in a folder that is gone
            assert second.process() is None, "two nodes would have one address"
        assert node.wait(timeout=10) == -signal.SIGKILL
    assert second.owner() == second.state


def test_whoever_has_no_range_is_not_the_last_while_another_has_one(root: Path) -> None:
    with claim(root, "mine").hold():
        pass
    assert not claim(root, "other").is_last(), "its `down` must not take the other's mount points away"


def test_two_commands_at_once_are_kept_apart(root: Path) -> None:
    first = claim(root, "first")
    with first.hold(), pytest.raises(NodeError, match="is at work"), first.hold():
        pass


def test_a_sandbox_finds_its_claims_again_and_releases_them_without_a_trace(root: Path) -> None:
    mine, other = claim(root, "mine"), claim(root, "other", "10.202.0.0/16")
    with mine.hold(), other.hold():
        pass
    assert [found.network for found in Claim.of(mine.state, root)] == [RANGE]
    assert not mine.is_last(), "the other one is still there"
    with mine.hold():
        mine.release()
    assert other.is_last()
    with other.hold():
        other.release()
    assert not root.exists(), "the last one out removes the folder"
