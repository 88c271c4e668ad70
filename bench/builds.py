"""From a push to its image: the first time, and after one line of the source was edited.

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

from bench.place import Place
from bench.report import Row
from bench.tutorial import tutorial
from bench.vendored import vendored
from sandbox.changed_stack import changed
from sandbox.git import Git
from sandbox.pipeline_run import outcome
from sandbox.signed_push import SignedPush
from sandbox.waiting import wait_for

EXAMPLE = Path(__file__).with_name("example")
IMAGE, TASK = "service", "build-and-push-service"
BASE = "sandbox/git:2.39"
BUILDERS: Mapping[str, Mapping[str, Any]] = {
    "a buildkitd a build": {},
    "a shared buildkitd": {"sharedGib": 20},
}
EDITS = 2
SECONDS = 900.0


def measure(place: Place) -> list[Row]:
    return [row for how, builder in BUILDERS.items() for row in _measured(place, how, builder)]


def _measured(place: Place, how: str, builder: Mapping[str, Any]) -> list[Row]:
    with _repository(place) as (git, url, repository):
        settings = {
            "repositories": [{"url": url, "namespace": place.name, "images": [{"name": IMAGE}]}],
            "builder": {"egress": place.network.egress, **builder},
        }
        log = place.folder / "builds.log"
        with (
            changed(place.paths, log, settings, {}) as outputs,
            tutorial(place, url, IMAGE, waits=False) as other,
        ):
            sides = [
                (outputs["hooks_url"], outputs["webhook_secret"], outputs["namespace"]),
                (other.url, other.secret, other.namespace),
            ]
            figures: list[list[list[float]]] = [[[], []], [[], []]]
            for number in range(1 + EDITS):
                commit = _commit(git, url)
                for index, (hooks, secret, namespace) in enumerate(sides):
                    push = SignedPush(url=hooks, secret=secret, repository=repository, after=commit)
                    figures[index][min(number, 1)].append(_built(place, push, namespace))
    return [
        Row(
            what=f"push to image, {how}, {what}",
            ours=figures[0][index],
            against="the tutorial's Pipeline",
            theirs=figures[1][index],
        )
        for index, what in enumerate(("first build", "one line edited"))
    ]


@contextmanager
def _repository(place: Place) -> Iterator[tuple[Git, str, dict[str, Any]]]:
    """One of the forge's, empty; its work tree has the example. It goes afterwards."""
    forge = place.forge
    name = f"{forge.account.username}/{place.name}"
    forge.api.post("user/repos", {"name": place.name, "private": True, "default_branch": "main"})
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            tree = Path(folder)
            shutil.copytree(EXAMPLE, tree, dirs_exist_ok=True)
            dockerfile = (tree / "Dockerfile").read_text()
            (tree / "Dockerfile").write_text(
                dockerfile.replace("BASE", f"{place.network.registry}/{BASE}", 1)
            )
            shutil.copytree(vendored(place.paths), tree / "vendored")
            git = Git(tree, forge.git_credentials, forge.account.username)
            git("init", "--quiet", "--initial-branch=main")
            yield git, f"{forge.url}/{name}.git", forge.api.get(f"repos/{name}")
    finally:
        forge.api.delete(f"repos/{name}")


def _commit(git: Git, url: str) -> str:
    """One line of the source is another."""
    source = git.folder / "app" / "main.py"
    lines = source.read_text().splitlines()
    lines[-1] = f'GREETING = "{secrets.token_hex(8)}"'
    source.write_text("\n".join(lines) + "\n")
    git("add", "--all")
    git("commit", "--quiet", "--message", "An edit")
    git("push", "--quiet", url, "HEAD:refs/heads/main")
    return git("rev-parse", "HEAD")


def _built(place: Place, push: SignedPush, namespace: str) -> float:
    began = time.perf_counter()
    push.send().raise_for_status()
    took: list[float] = wait_for("the image", lambda: _image(place, push, namespace, began), SECONDS)
    wait_for("the run's end", lambda: _ended(place, push, namespace), SECONDS)
    return took[0]


def _run(place: Place, push: SignedPush, namespace: str) -> dict[str, Any] | None:
    selector = f"tekton-builds/delivery={push.identity}"
    found = place.listed("pipelineruns", namespace, selector)
    return found[0] if found else None


def _image(place: Place, push: SignedPush, namespace: str, began: float) -> list[float] | str:
    run = _run(place, push, namespace)
    if run is None:
        return "no run"
    assert outcome(run) is not False, f"the run failed: {run['status']['conditions']}"
    selector = f"tekton.dev/pipelineRun={run['metadata']['name']},tekton.dev/pipelineTask={TASK}"
    tasks = place.listed("taskruns", namespace, selector)
    return [time.perf_counter() - began] if tasks and outcome(tasks[0]) else "it is being built"


def _ended(place: Place, push: SignedPush, namespace: str) -> bool | str:
    run = _run(place, push, namespace)
    return bool(run and outcome(run)) or "it goes on"
