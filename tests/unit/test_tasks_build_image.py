"""The build step, run by real shells; only BuildKit itself is played."""

import json
from pathlib import Path

import pytest

from components.tasks import build_image
from tests.unit.steps import SHELLS, Step

DIGEST = "sha256:" + "5" * 64
OTHER = "sha256:" + "7" * 64
# What buildctl writes: the image's digest, and others beside it that are not the image's.
METADATA = {
    "buildx.build.provenance": {"digest": {"sha256": "7" * 64}},
    "containerimage.config.digest": OTHER,
    "containerimage.descriptor": {"mediaType": "application/json", "digest": OTHER, "size": 480},
    "containerimage.digest": DIGEST,
    "image.name": "registry.example.com/apps/shop:abc1234",
}
PLAYED = """#!/bin/sh
printf '%s\\n' "$@" >"{folder}/arguments"
printf '%s\\n' "$BUILDKITD_FLAGS" >"{folder}/flags"
printf '%s\\n' "${{DOCKER_CONFIG:-none}}" >"{folder}/docker-config"
for argument in "$@"; do
    case $argument in --metadata-file=*) cp "{folder}/metadata" "${{argument#*=}}" ;; esac
done
for flag in $BUILDKITD_FLAGS; do
    case $flag in --config=*) cp "${{flag#*=}}" "{folder}/buildkitd.toml" ;; esac
done
exit $(cat "{folder}/code")
"""


class Played:
    """A buildctl-daemonless.sh that notes how it was called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        command = folder / "buildctl-daemonless.sh"
        command.write_text(PLAYED.format(folder=folder))
        command.chmod(0o755)
        (folder / "metadata").write_text(json.dumps(METADATA, indent=2))
        (folder / "code").write_text("0")
        self.node_forbids("", code=0)

    def __getitem__(self, name: str) -> str:
        return (self.folder / name).read_text()

    def node_forbids(self, said: str, code: int = 1) -> None:
        """What rootlesskit says when it is asked for a namespace with a mount."""
        command = self.folder / "rootlesskit"
        command.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit {code}\n")
        command.chmod(0o755)

    def fails(self) -> None:
        (self.folder / "code").write_text("3")


@pytest.fixture
def buildkit(tmp_path: Path) -> Played:
    return Played(tmp_path / "bin")


@pytest.fixture(params=SHELLS)
def step(request: pytest.FixtureRequest, tmp_path: Path, buildkit: Played) -> Step:
    step = Step(build_image.spec("buildkit:1"), tmp_path / "step", shell=request.param)
    step.path = f"{buildkit.folder}:{step.path}"
    source = step.workspace("source")
    (source / "frontend").mkdir()
    (source / "frontend" / "Dockerfile").write_text("FROM scratch\n")
    return step


IMAGE = {"image": "registry.example.com/apps/shop", "tag": "abc1234", "context": "frontend"}


def test_the_results_are_the_image_and_its_own_digest(step: Step) -> None:
    done = step.run(**IMAGE)
    assert done.code == 0, done.err
    assert done.results == {"IMAGE_URL": "registry.example.com/apps/shop:abc1234", "IMAGE_DIGEST": DIGEST}


def test_buildkit_gets_context_dockerfile_and_destination(step: Step, buildkit: Played) -> None:
    step.run(**IMAGE)
    context = step.workspace("source") / "frontend"
    arguments = buildkit["arguments"].splitlines()
    assert arguments[0] == "build"
    for expected in (
        f"--local=context={context}",
        f"--local=dockerfile={context}",
        "--opt=filename=Dockerfile",
        '--output=type=image,"name=registry.example.com/apps/shop:abc1234",push=true',
    ):
        assert expected in arguments, f"{expected} is missing in {arguments}"


def test_every_tag_is_pushed_at_once(step: Step, buildkit: Played) -> None:
    done = step.run(**IMAGE, tags="main latest")
    names = ",".join(f"registry.example.com/apps/shop:{tag}" for tag in ("abc1234", "main", "latest"))
    assert f'--output=type=image,"name={names}",push=true' in buildkit["arguments"].splitlines()
    assert done.results["IMAGE_URL"] == "registry.example.com/apps/shop:abc1234", "the one that stays"


@pytest.mark.parametrize("tag", ['a"b', "a,push=false", "-a", "a:b", "$(touch pwned)", "a\tb,c"])
def test_a_tag_is_no_option_of_buildkits(step: Step, buildkit: Played, tag: str) -> None:
    done = step.run(**IMAGE, tags=tag)
    assert done.code != 0
    assert "is none" in done.err
    assert not (buildkit.folder / "arguments").exists()
    assert not list(step.folder.rglob("pwned"))


def test_layers_are_kept_beside_the_image_when_a_tag_for_them_is_given(step: Step, buildkit: Played) -> None:
    step.run(**IMAGE)
    assert "cache" not in buildkit["arguments"]
    step.run(**IMAGE, cache="buildcache")
    (found,) = [line for line in buildkit["arguments"].splitlines() if line.startswith("--import-cache")]
    assert found == "--import-cache=type=registry,ref=registry.example.com/apps/shop:buildcache"
    (kept,) = [line for line in buildkit["arguments"].splitlines() if line.startswith("--export-cache")]
    assert kept.startswith(found.replace("import", "export") + ",mode=max"), "layers of earlier stages too"
    assert "ignore-error=true" in kept, "a registry that takes no cache still takes the image"


def test_the_image_says_what_it_was_built_from(step: Step, buildkit: Played) -> None:
    step.run(**IMAGE)
    assert "--opt=label" not in buildkit["arguments"]
    step.run(**IMAGE, revision="a" * 40, source="https://git.example.com/a'b.git")
    lines = buildkit["arguments"].splitlines()
    assert f"--opt=label:org.opencontainers.image.revision={'a' * 40}" in lines
    assert "--opt=label:org.opencontainers.image.source=https://git.example.com/a'b.git" in lines


def test_it_needs_no_privilege(step: Step, buildkit: Played) -> None:
    step.run(**IMAGE)
    assert "--oci-worker-no-process-sandbox" in buildkit["flags"]


def test_a_registry_over_plain_http_is_named_to_the_daemon_and_no_other(step: Step, buildkit: Played) -> None:
    step.run(**IMAGE, insecureRegistry="10.0.0.2:5000")
    assert buildkit["buildkitd.toml"] == '[registry."10.0.0.2:5000"]\n  http = true\n  insecure = true\n'
    step.run(**IMAGE)
    assert buildkit["buildkitd.toml"] == "", "TLS is the rule"


def test_credentials_come_from_the_workspace_if_there_is_one(step: Step, buildkit: Played) -> None:
    step.run(**IMAGE)
    assert buildkit["docker-config"] == "none\n"
    auth = step.workspace("registry-auth")
    step.run(**IMAGE)
    assert buildkit["docker-config"] == f"{auth}\n"


def test_a_build_that_fails_has_no_results(step: Step, buildkit: Played) -> None:
    buildkit.fails()
    done = step.run(**IMAGE)
    assert done.code == 3, "the exit code is BuildKit's"
    assert done.results == {}


def test_a_build_without_a_digest_fails(step: Step, buildkit: Played) -> None:
    (buildkit.folder / "metadata").write_text("{}")
    done = step.run(**IMAGE)
    assert done.code != 0
    assert "names no digest" in done.err


@pytest.mark.parametrize(
    ("proc", "why"),
    [
        ({"sys/user/max_user_namespaces": "0"}, "user.max_user_namespaces is 0"),
        ({"sys/kernel/unprivileged_userns_clone": "0"}, "kernel.unprivileged_userns_clone is 0"),
        ({"self/status": "NoNewPrivs:\t1\n"}, "needs Pod Security baseline"),
        ({"self/status": "NoNewPrivs:\t0\nSeccomp:\t2\n"}, "turn off seccompDefault"),
        ({"sys/kernel/apparmor_restrict_unprivileged_userns": "1"}, "AppArmor does"),
        (
            {"sys/user/max_user_namespaces": "15000", "self/status": "Seccomp:\t0\n"},
            "none of the settings known to do so",
        ),
    ],
)
def test_a_node_that_forbids_it_is_told_with_the_remedy(
    step: Step, buildkit: Played, tmp_path: Path, proc: dict[str, str], why: str
) -> None:
    for name, text in ({"self/status": ""} | proc).items():
        file = tmp_path / "proc" / name
        file.parent.mkdir(parents=True)
        file.write_text(text)
    step.task["steps"][0]["env"].append({"name": "PROC_PATH", "value": str(tmp_path / "proc")})
    buildkit.node_forbids("write to uid_map failed")
    done = step.run(**IMAGE)
    assert done.code == 1
    assert why in done.err.splitlines()[-1]
    assert "write to uid_map failed" in done.err, "whoever knows better reads what it met"
    assert not (buildkit.folder / "arguments").exists(), "BuildKit is not asked for what cannot be"


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"context": "missing"}, "has no folder 'missing'"),
        ({"context": "frontend", "dockerfile": "Missing"}, "has no file 'frontend/Missing'"),
        ({"context": "frontend", "dockerfile": "../Dockerfile"}, "leads out of the repository"),
        ({"context": ".."}, "leads out of the repository"),
        ({"context": "$(touch pwned)"}, "has no folder"),
        ({"context": "'; touch pwned; '"}, "has no folder"),
        ({"context": "frontend", "insecureRegistry": 'a"]\nx'}, "must be HOST:PORT"),
    ],
)
def test_what_cannot_be_built_is_one_sentence(step: Step, params: dict[str, str], why: str) -> None:
    done = step.run(**(IMAGE | params))
    assert done.code != 0
    assert why in done.err
    assert not list(step.folder.rglob("pwned")), "a parameter was executed"


def test_a_link_in_the_repository_cannot_reach_the_password(step: Step) -> None:
    auth = step.workspace("registry-auth")
    (auth / "config.json").write_text("{}")
    (auth / "Dockerfile").write_text("FROM scratch\nCOPY config.json /\n")
    (step.workspace("source") / "link").symlink_to(auth)
    done = step.run(**(IMAGE | {"context": "link"}))
    assert done.code != 0, "whoever can push would put the registry's password into an image"
    assert "leads out of the repository" in done.err


def test_the_step_is_not_root_has_no_privilege_and_holds_no_value_in_its_script() -> None:
    (step,) = build_image.spec("buildkit:1")["steps"]
    assert step["securityContext"] == {"runAsNonRoot": True, "runAsUser": 1000, "runAsGroup": 1000}
    assert step["image"] == "buildkit:1"
    assert "$(params" not in step["script"], "Tekton would paste the value into the script"
