"""What of a build may fail, and what is said and done then."""

from pathlib import Path

import pytest

from tests.support.steps import Step
from tests.unit.pipelines.tasks.build_image.buildkit import IMAGE, Played


def test_a_build_that_fails_has_no_results(step: Step, buildkit: Played) -> None:
    buildkit.fails()
    done = step.run(**IMAGE)
    assert done.code == 3, "the exit code is BuildKit's"
    assert done.results == {}


RUN = 'error: failed to solve: process "/bin/sh -c make" did not complete successfully: exit code: 2\n'
PUSH = (
    "error: failed to solve: failed to push registry.example.com/apps/shop:abc1234: failed to do request: "
    'Head "https://registry.example.com/v2/apps/shop/blobs/x": dial tcp: connect: connection refused\n'
)


GONE = (
    "error: failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF\n"
)


# containerd's words for a wrong password, at the registry itself and at its token server.
PUSHED = "error: failed to solve: failed to push r/a:1: "
REFUSED = (
    f"{PUSHED}unexpected status from HEAD request to https://r/v2/a/blobs/sha256:1: 401 Unauthorized",
    f"{PUSHED}failed to authorize: failed to fetch oauth token: unexpected status from GET request to "
    "https://r/token: 403 Forbidden",
    f"{PUSHED}authorization status: 401: authorization failed",
)


@pytest.mark.parametrize(
    ("said", "tries"),
    [(RUN, 1), (f"#9 connection refused\n{RUN}", 1), (PUSH, 4), (GONE, 4), *((one, 1) for one in REFUSED)],
)
def test_a_registry_or_a_daemon_that_is_away_is_asked_again_and_a_dockerfile_that_fails_is_not(
    step: Step, buildkit: Played, said: str, tries: int
) -> None:
    buildkit.fails(said)
    step.task["steps"][0]["env"].append({"name": "PUSH_PAUSES", "value": "0 0 0"})
    done = step.run(**IMAGE)
    assert done.code == 3, "the exit code is BuildKit's"
    assert said in done.out, "what BuildKit says stands in the log"
    assert buildkit.tries == tries


LIMIT = (
    "error: failed to solve: alpine:3: failed to copy: httpReadSeeker: failed open: unexpected status code "
    "https://registry-1.docker.io/v2/library/alpine/manifests/3: 429 Too Many Requests - Server message: "
    "toomanyrequests: "
)


@pytest.mark.parametrize(
    ("said", "tries"),
    [(f"{LIMIT}You have reached your unauthenticated pull rate limit.\n", 1), (f"{LIMIT}slow down\n", 4)],
)
def test_a_limit_of_pulls_is_said_to_be_one_and_one_of_hours_is_not_waited_for(
    step: Step, buildkit: Played, said: str, tries: int
) -> None:
    buildkit.fails(said)
    step.task["steps"][0]["env"].append({"name": "PUSH_PAUSES", "value": "0 0 0"})
    done = step.run(**IMAGE)
    assert done.code == 3
    assert "a registry has a limit of pulls, and it is reached" in done.err
    assert "builder.registries" in done.err, "the way out"
    assert buildkit.tries == tries


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
    ],
)
def test_what_cannot_be_built_is_one_sentence(step: Step, params: dict[str, str], why: str) -> None:
    done = step.run(**(IMAGE | params))
    assert done.code != 0
    assert why in done.err
    assert not list(step.folder.rglob("pwned")), "a parameter was executed"
