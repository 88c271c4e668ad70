"""The tutorial's build step, run by real shells; only Docker itself is played."""

from pathlib import Path

import pytest

from pipelines.tasks import DOCKER_SOCKET
from tests.support.steps import BOUNDS, SHELLS, Outcome, Step, play

DIGEST = "sha256:" + "5" * 64
OTHER = "sha256:" + "7" * 64
# It answers at the third question, as a daemon that is starting does.
PLAYED = """#!/bin/sh
printf '%s\\n' "$*" >>"{folder}/calls"
case $1 in
info)
    echo x >>"{folder}/asked"
    if [ "$(wc -l <"{folder}/asked")" -lt "$(cat "{folder}/ready")" ]; then
        echo 'Cannot connect to the Docker daemon' >&2
        exit 1
    fi
    echo 29.8.1
    ;;
build)
    cp "$DOCKER_CONFIG/config.json" "{folder}/config.json" 2>/dev/null || true
    if [ -e "{folder}/fails" ]; then
        cat "{folder}/fails" >&2
        [ ! -e "{folder}/ends" ] || echo 1000000 >"{folder}/ready"
        exit 5
    fi
    ;;
image) cat "{folder}/digests" ;;
esac
"""


class Played:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        play(folder, "docker", PLAYED.format(folder=folder))
        (folder / "ready").write_text("3")
        self.digests(f"registry.example.com/apps/shop@{DIGEST}")

    def digests(self, *references: str) -> None:
        (self.folder / "digests").write_text("".join(f"{one} " for one in references))

    @property
    def calls(self) -> list[str]:
        return (self.folder / "calls").read_text().splitlines()


@pytest.fixture
def docker(tmp_path: Path) -> Played:
    return Played(tmp_path / "bin")


@pytest.fixture(params=SHELLS)
def step(request: pytest.FixtureRequest, tmp_path: Path, docker: Played) -> Step:
    path = f"{docker.folder}:/usr/local/bin:/usr/bin:/bin"
    made = Step(
        DOCKER_SOCKET.spec(client="cli", daemon="dind", flags="", **BOUNDS.values),
        tmp_path / "step",
        request.param,
        path,
    )
    folder = made.workspace("source") / "frontend"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM scratch\n")
    return made


def build(step: Step, **other: str) -> Outcome:
    given = {
        "image": "shop",
        "tag": "abc1234",
        "registry_url": "registry.example.com",
        "registry_mirror": "apps",
        "subdirectory": "",
        "context": "frontend",
    }
    return step.run(**{**given, **other})


def login(step: Step) -> None:
    secret = step.workspace("registry-auth")
    (secret / "username").write_text("alice")
    (secret / "password").write_text("pass-word")
    (secret / "config.json").write_text('{"auths": {}}')


def test_the_image_is_built_pushed_and_named_with_its_digest(step: Step, docker: Played) -> None:
    outcome = build(step)
    assert outcome.code == 0, outcome.err
    assert outcome.results == {
        "IMAGE_URL": "registry.example.com/apps/shop:abc1234",
        "IMAGE_DIGEST": DIGEST,
    }
    assert docker.calls[-2] == "push registry.example.com/apps/shop:abc1234"


def test_nothing_is_built_before_the_daemon_answers(step: Step, docker: Played) -> None:
    build(step)
    assert [call.split()[0] for call in docker.calls] == ["info", "info", "info", "build", "push", "image"]


def test_a_daemon_that_never_answers_is_told_with_its_last_words(
    step: Step, docker: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    (docker.folder / "ready").write_text("1000000")
    step.task["steps"][0]["env"].append({"name": "DAEMON_SECONDS", "value": "0"})
    outcome = build(step)
    assert outcome.code == 1
    assert "does not answer: Cannot connect to the Docker daemon" in outcome.err


@pytest.mark.parametrize(
    ("registry", "mirror", "image"),
    [
        ("docker.io", "", "docker.io/alice/shop"),
        ("docker.io", "team", "docker.io/team/shop"),
        ("ghcr.io", "team/a", "ghcr.io/team/a/shop"),
        ("ghcr.io", "", "ghcr.io/shop"),
    ],
)
def test_the_tag_follows_the_tutorials_rule(
    step: Step, docker: Played, registry: str, mirror: str, image: str
) -> None:
    login(step)
    docker.digests(f"other.example.com/shop@{OTHER}", f"{image.removeprefix('docker.io/')}@{DIGEST}")
    outcome = build(step, registry_url=registry, registry_mirror=mirror)
    assert outcome.results == {"IMAGE_URL": f"{image}:abc1234", "IMAGE_DIGEST": DIGEST}, outcome.err


def test_more_tags_and_labels_are_dockers_too(step: Step, docker: Played) -> None:
    outcome = build(step, tags="main latest", revision="a" * 40, source="https://git.example.com/a.git")
    assert outcome.code == 0, outcome.err
    pushed = [call.rpartition(":")[2] for call in docker.calls if call.startswith("push ")]
    assert pushed == ["abc1234", "main", "latest"]
    (built,) = [call for call in docker.calls if call.startswith("build ")]
    assert f"--label org.opencontainers.image.revision={'a' * 40}" in built
    assert "--label org.opencontainers.image.source=https://git.example.com/a.git" in built


def test_docker_hub_without_a_user_is_refused(step: Step) -> None:
    outcome = build(step, registry_url="docker.io", registry_mirror="")
    assert outcome.code == 1
    assert "registry_mirror or the user name in registry-auth" in outcome.err


def test_the_password_is_no_argument_and_reaches_docker_as_a_file(step: Step, docker: Played) -> None:
    login(step)
    build(step)
    assert "pass-word" not in "".join(docker.calls), "every process of the pod would see it"
    assert (docker.folder / "config.json").read_text() == '{"auths": {}}'


def test_a_login_that_is_only_for_pulling_reaches_docker_without_a_user(step: Step, docker: Played) -> None:
    (step.workspace("registry-auth") / "config.json").write_text('{"auths": {"quay.io": {}}}')
    done = build(step)
    assert done.code == 0, done.err
    assert "quay.io" in (docker.folder / "config.json").read_text()


@pytest.mark.parametrize(
    "wrong",
    [
        {"context": "../.."},
        {"subdirectory": ".."},
        {"dockerfile_path": "../../Dockerfile"},
        {"context": "no-folder"},
        {"dockerfile_path": "no-file"},
        {"context": "link"},
    ],
)
def test_what_leads_out_of_the_repository_is_refused(
    step: Step, docker: Played, wrong: dict[str, str]
) -> None:
    source = step.workspace("source")
    (source / "link").symlink_to(docker.folder)
    for outside in (docker.folder, source.parent, source.parent.parent):
        (outside / "Dockerfile").write_text("FROM base\n")  # what is not there is refused for that
    outcome = build(step, **wrong)
    assert outcome.code == 1
    assert not (docker.folder / "calls").exists(), "nothing is built"


def test_a_hostile_tag_stays_one_argument(step: Step, docker: Played) -> None:
    outcome = build(step, tag="a' $(touch owned) `touch owned`")
    assert not list(step.folder.rglob("owned")), outcome.err


def fails(docker: Played, said: str) -> None:
    (docker.folder / "fails").write_text(said)


@pytest.mark.parametrize(
    "said",
    ["The command 'make' returned a non-zero code: 137", "did not complete successfully: exit code: 137"],
)
def test_a_build_above_its_memory_ends_with_a_sentence(step: Step, docker: Played, said: str) -> None:
    fails(docker, said)
    outcome = build(step)
    assert outcome.code == 1
    assert said in outcome.out, "what Docker says stands in the log"
    assert "more than 4 GiB of memory, and builder.memoryGib" in outcome.err.splitlines()[-1]


def test_a_build_above_its_disk_ends_with_a_sentence(step: Step, docker: Played, tmp_path: Path) -> None:
    fails(docker, "Cannot connect to the Docker daemon")
    note = tmp_path / "note"
    note.touch()
    (one,) = step.task["steps"]
    one["env"] = [entry for entry in one["env"] if entry["name"] != "NOTE"]
    one["env"].append({"name": "NOTE", "value": str(note)})
    assert "more than 20 GiB of its node's disk, and builder.diskGib" in build(step).err.splitlines()[-1]


def test_another_failure_is_dockers_own(step: Step, docker: Played) -> None:
    fails(docker, "The command 'make' returned a non-zero code: 2")
    outcome = build(step)
    assert (outcome.code, "builder." in outcome.err) == (5, False)
    assert not any(call.startswith("push") for call in docker.calls)


def test_a_daemon_that_ends_in_the_middle_is_told_with_what_ends_daemons(step: Step, docker: Played) -> None:
    fails(docker, "unexpected EOF")
    (docker.folder / "ends").touch()
    outcome = build(step)
    assert outcome.code == 1
    assert "takes more than 4 GiB of memory: raise builder.memoryGib" in outcome.err.splitlines()[-1]
