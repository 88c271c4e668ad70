"""A build that takes too much: it is ended, and its log says so in one sentence."""

from pathlib import Path

import pytest

from pipelines.tasks import build_image
from tests.support.steps import BOUNDS, Step, play
from tests.unit.pipelines.tasks.build_image.buildkit import IMAGE, Played

KILLED = 'error: failed to solve: process "/bin/sh -c make" did not complete successfully: exit code: 137\n'
FULL = "error: failed to solve: failed to copy: write /layers/x: no space left on device\n"
GONE = "error: failed to receive status: rpc error: code = Unavailable desc = EOF\n"
# As moby's script: the daemon in the background, and its end is the client's end.
DAEMONLESS = """#!/bin/sh
echo tried >>"{folder}/tries"
$BUILDKITD --addr=unix:///a >"{folder}/log" 2>&1 &
wait $! || printf '%s' '{said}' >&2
exit 1
"""
# It writes a MiB in each tenth of a second, until it is ended or there are thirty.
DAEMON = """#!/bin/sh
echo "$@" >"{folder}/arguments"
for number in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    head -c 1048576 /dev/zero >>"$LAYERS/$number"
    {after}
    sleep 0.1
done
echo done >"{folder}/done"
"""

NAMELESS = """[ "$number" != 1 ] || exec 9>"$LAYERS/open"
    rm -f "$LAYERS"/*
    head -c 1048576 /dev/zero >&9"""


def environment(step: Step, **values: str) -> None:
    """Variables of the step in place of its own."""
    (one,) = step.task["steps"]
    one["env"] = [entry for entry in one["env"] if entry["name"] not in values]
    one["env"] += [{"name": name, "value": value} for name, value in values.items()]


def writing(step: Step, buildkit: Played, kib: int, after: str = ":") -> None:
    """Gives the step a daemon that writes, and so much room."""
    layers = step.folder / "layers"
    layers.mkdir()
    play(buildkit.folder, "buildctl-daemonless.sh", DAEMONLESS.format(folder=buildkit.folder, said=GONE))
    play(buildkit.folder, "buildkitd", DAEMON.format(folder=buildkit.folder, after=after))
    environment(
        step,
        LAYERS=str(layers),
        DISK_KIB=str(kib),
        WATCH_SECONDS="0.1",
        PUSH_PAUSES="0 0",
        CGROUP_PATH="/none",
    )


def test_a_build_above_its_disk_is_ended_with_a_sentence_and_not_tried_again(
    step: Step, buildkit: Played
) -> None:
    writing(step, buildkit, kib=4096)
    done = step.run(**IMAGE)
    assert done.code == 1
    assert done.err.splitlines()[-1].startswith(
        "build-image: the build took more than 20 GiB of its node's disk, and builder.diskGib allows no more"
    )
    assert not (buildkit.folder / "done").exists(), "it was ended in the middle"
    assert buildkit.tries == 1
    assert buildkit["arguments"] == "--addr=unix:///a\n", "the daemon's arguments are its own"


def test_what_is_written_and_has_no_name_counts(step: Step, buildkit: Played) -> None:
    writing(step, buildkit, kib=4096, after=NAMELESS)
    assert "builder.diskGib allows no more" in step.run(**IMAGE).err


def test_a_build_within_its_disk_is_left_alone(step: Step, buildkit: Played) -> None:
    writing(step, buildkit, kib=64 * 1024)
    done = step.run(**IMAGE)
    assert (buildkit.folder / "done").exists()
    assert "diskGib" not in done.err


def cgroup(folder: Path, *, version: int, kills: int) -> str:
    """A container's own cgroup as it sees it."""
    name = {1: "memory/memory.oom_control", 2: "memory.events"}[version]
    text = {
        1: f"oom_kill_disable 0\nunder_oom 0\noom_kill {kills}\n",
        2: f"low 0\nhigh 0\nmax 90\noom 2\noom_kill {kills}\noom_group_kill 0\n",
    }[version]
    file = folder / "cgroup" / name
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return str(folder / "cgroup")


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("said", [KILLED, GONE], ids=["a command", "the daemon"])
def test_a_build_above_its_memory_ends_with_a_sentence(
    step: Step, buildkit: Played, tmp_path: Path, version: int, said: str
) -> None:
    buildkit.fails(said)
    environment(step, CGROUP_PATH=cgroup(tmp_path, version=version, kills=1), PUSH_PAUSES="0 0")
    done = step.run(**IMAGE)
    assert done.code == 1
    assert done.err.splitlines()[-1].startswith(
        "build-image: the build took more than 4 GiB of memory, and builder.memoryGib allows no more"
    )
    assert buildkit.tries == 1, "it would take as much again"


@pytest.mark.parametrize("version", [1, 2])
def test_a_build_that_fails_by_itself_is_no_matter_of_memory(
    step: Step, buildkit: Played, tmp_path: Path, version: int
) -> None:
    buildkit.fails(KILLED)
    environment(step, CGROUP_PATH=cgroup(tmp_path, version=version, kills=0))
    done = step.run(**IMAGE)
    assert (done.code, "memoryGib" in done.err) == (3, False), "a command may end itself with 137"


def test_a_build_is_fine_whose_killed_process_nobody_missed(
    step: Step, buildkit: Played, tmp_path: Path
) -> None:
    environment(step, CGROUP_PATH=cgroup(tmp_path, version=2, kills=1))
    assert step.run(**IMAGE).code == 0


@pytest.mark.parametrize(
    ("said", "key"),
    [(KILLED, "builder.memoryGib"), (FULL, "builder.buildkitdVolumeGib")],
    ids=["memory", "volume"],
)
def test_the_bound_of_a_shared_daemon_is_named_by_what_it_says(
    calling: Step, buildkit: Played, said: str, key: str
) -> None:
    buildkit.fails(said)
    environment(calling, PUSH_PAUSES="0 0")
    done = calling.run(**IMAGE)
    assert (done.code, buildkit.tries) == (1, 1)
    assert key in done.err.splitlines()[-1]


def test_the_kubelets_bounds_stand_behind_the_steps_own() -> None:
    spec = build_image.spec("buildkit:1", BOUNDS)
    (step,), (volume,) = spec["steps"], spec["volumes"]
    assert step["computeResources"] == {
        "requests": {"cpu": "250m", "memory": "512Mi", "ephemeral-storage": "2560Mi"},
        "limits": {"cpu": "4", "memory": "4Gi", "ephemeral-storage": "25Gi"},
    }
    assert volume["emptyDir"] == {"sizeLimit": "25Gi"}
    (mount,) = step["volumeMounts"]
    assert mount["name"] == volume["name"]
    assert {"name": "LAYERS", "value": mount["mountPath"]} in step["env"]
