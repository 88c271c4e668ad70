"""Time from a push to its image: the first time, and after one line of the source was edited.

The example installs Python and four of its libraries from packages that are in the repository, because a
build in the sandbox reaches no package registry; it is the same repository and the same commit on both sides.
The sides take turns, as each would slow the other. An image is there when its build task has ended.
"""

import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.environment import BenchEnvironment
from bench.report import Row
from bench.tutorial import tutorial
from bench.vendored import download_packages
from forges.signed_push import SignedPush
from inspection.pipeline_run import outcome
from sandbox.stack.overrides import stack_overrides
from toolkit.git import Git
from toolkit.polling import wait_for

EXAMPLE = Path(__file__).with_name("example")
IMAGE, TASK = "service", "build-and-push-service"
BASE = "sandbox/git:2.39"
BUILDERS: Mapping[str, Mapping[str, Any]] = {
    "a buildkitd a build": {},
    "a shared buildkitd": {"buildkitdVolumeGib": 20},
}
EDITS = 2
SECONDS = 900.0


def measure(environment: BenchEnvironment) -> list[Row]:
    return [row for name, builder in BUILDERS.items() for row in _measure_builder(environment, name, builder)]


def _measure_builder(environment: BenchEnvironment, name: str, builder: Mapping[str, Any]) -> list[Row]:
    with _repository(environment) as (git, url, repository):
        settings = {
            "repositories": [{"url": url, "namespace": environment.name, "images": [{"name": IMAGE}]}],
            "builder": {"egress": environment.network.egress, **builder},
        }
        log = environment.folder / "builds.log"
        with (
            stack_overrides(environment.paths, log, settings, {}) as outputs,
            tutorial(environment, url, IMAGE, starts_pending=False) as baseline,
        ):
            sides = [
                (outputs["hooks_url"], outputs["webhook_secret"], outputs["namespace"]),
                (baseline.url, baseline.secret, baseline.namespace),
            ]
            figures: list[list[list[float]]] = [[[], []], [[], []]]
            for number in range(1 + EDITS):
                commit = _commit(git, url)
                for index, (hooks, secret, namespace) in enumerate(sides):
                    push = SignedPush(url=hooks, secret=secret, repository=repository, after=commit)
                    figures[index][min(number, 1)].append(_push_seconds(environment, push, namespace))
    return [
        Row(
            subject=f"push to image, {name}, {stage}",
            seconds=figures[0][index],
            baseline="the tutorial's Pipeline",
            baseline_seconds=figures[1][index],
        )
        for index, stage in enumerate(("first build", "one line edited"))
    ]


@contextmanager
def _repository(environment: BenchEnvironment) -> Iterator[tuple[Git, str, dict[str, Any]]]:
    """Creates an empty repository at the forge, with the example in its work tree; deletes it afterwards."""
    forge = environment.forge
    name = f"{forge.account.username}/{environment.name}"
    forge.api.post("user/repos", {"name": environment.name, "private": True, "default_branch": "main"})
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            tree = Path(folder)
            shutil.copytree(EXAMPLE, tree, dirs_exist_ok=True)
            dockerfile = (tree / "Dockerfile").read_text()
            (tree / "Dockerfile").write_text(
                dockerfile.replace("BASE", f"{environment.network.registry}/{BASE}", 1)
            )
            shutil.copytree(download_packages(environment.paths), tree / "vendored")
            git = Git(tree, forge.git_credentials, forge.account.username)
            git("init", "--quiet", "--initial-branch=main")
            yield git, f"{forge.url}/{name}.git", forge.api.get(f"repos/{name}")
    finally:
        forge.api.delete(f"repos/{name}")


def _commit(git: Git, url: str) -> str:
    """Changes one line of the source and commits it."""
    source = git.folder / "app" / "main.py"
    lines = source.read_text().splitlines()
    lines[-1] = f'GREETING = "{secrets.token_hex(8)}"'
    source.write_text("\n".join(lines) + "\n")
    git("add", "--all")
    git("commit", "--quiet", "--message", "An edit")
    git("push", "--quiet", url, "HEAD:refs/heads/main")
    return git("rev-parse", "HEAD")


def _push_seconds(environment: BenchEnvironment, push: SignedPush, namespace: str) -> float:
    began = time.perf_counter()
    push.send().raise_for_status()
    took: list[float] = wait_for("the image", lambda: _image(environment, push, namespace, began), SECONDS)
    wait_for("the run's end", lambda: _has_ended(environment, push, namespace), SECONDS)
    return took[0]


def _run(environment: BenchEnvironment, push: SignedPush, namespace: str) -> dict[str, Any] | None:
    selector = f"tekton-builds/delivery={push.identity}"
    runs = environment.list_objects("pipelineruns", namespace, selector)
    return runs[0] if runs else None


def _image(
    environment: BenchEnvironment, push: SignedPush, namespace: str, began: float
) -> list[float] | str:
    run = _run(environment, push, namespace)
    if run is None:
        return "no run"
    assert outcome(run) is not False, f"the run failed: {run['status']['conditions']}"
    selector = f"tekton.dev/pipelineRun={run['metadata']['name']},tekton.dev/pipelineTask={TASK}"
    tasks = environment.list_objects("taskruns", namespace, selector)
    return [time.perf_counter() - began] if tasks and outcome(tasks[0]) else "it is being built"


def _has_ended(environment: BenchEnvironment, push: SignedPush, namespace: str) -> bool | str:
    run = _run(environment, push, namespace)
    return bool(run and outcome(run)) or "it goes on"
