"""The build step, run by real shells; only BuildKit itself is played."""

import pytest

from pipelines.tasks import build_image
from tests.support.steps import BOUNDS, Step
from tests.unit.pipelines.tasks.build_image.buildkit import DIGEST, IMAGE, Played


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


def test_the_daemon_reads_the_tasks_configuration_as_it_stands(
    step: Step, buildkit: Played, configured: str
) -> None:
    step.run(**IMAGE)
    assert buildkit["buildkitd.toml"] == configured


def test_credentials_come_from_the_workspace_if_there_is_one(step: Step, buildkit: Played) -> None:
    step.run(**IMAGE)
    assert buildkit["docker-config"] == "none\n"
    auth = step.workspace("registry-auth")
    step.run(**IMAGE)
    assert buildkit["docker-config"] == f"{auth}\n"


def test_a_link_in_the_repository_cannot_reach_the_password(step: Step) -> None:
    auth = step.workspace("registry-auth")
    (auth / "config.json").write_text("{}")
    (auth / "Dockerfile").write_text("FROM scratch\nCOPY config.json /\n")
    (step.workspace("source") / "link").symlink_to(auth)
    done = step.run(**(IMAGE | {"context": "link"}))
    assert done.code != 0, "whoever can push would put the registry's password into an image"
    assert "leads out of the repository" in done.err


def test_the_step_is_not_root_has_no_privilege_and_holds_no_value_in_its_script() -> None:
    (step,) = build_image.spec("buildkit:1", BOUNDS)["steps"]
    assert step["securityContext"] == {"runAsNonRoot": True, "runAsUser": 1000, "runAsGroup": 1000}
    assert step["image"] == "buildkit:1"
    assert "$(params" not in step["script"], "Tekton would paste the value into the script"
