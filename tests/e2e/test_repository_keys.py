"""Private repositories with a deploy key each: two are built, one is a listed submodule, one is not."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.push import Push
from inspection.pipeline_run import outcome
from pipelines import pipeline
from sandbox.network import Network
from sandbox.sandbox import BASE_IMAGE
from sandbox.stack.overrides import stack_overrides
from tests.e2e.image_content import content
from tests.e2e.keyed_repositories import KeyedRepositories
from tests.e2e.kubectl import kubectl
from tests.e2e.lfs import track
from toolkit.files import write_private
from toolkit.paths import Paths
from toolkit.polling import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(900)]

APP, TOOL, LIB, FOREIGN = NAMES = ("keyed-app", "keyed-tool", "keyed-lib", "keyed-foreign")
SECONDS = 180.0
BUILD = f"FROM {Network().registry}/{BASE_IMAGE}\n"


@pytest.fixture(scope="module")
def repositories(push: Push, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeyedRepositories]:
    keyed = KeyedRepositories(push.forge, tmp_path_factory.mktemp("repositories"), NAMES)
    keyed.delete()  # of a run that was ended
    try:
        keyed.make()
        yield keyed
    finally:
        keyed.delete()


@pytest.fixture(scope="module")
def stack(
    repositories: KeyedRepositories, paths: Paths, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    forge = repositories.forge

    def entry(name: str, **fields: Any) -> dict[str, Any]:
        return {"url": repositories.ssh(name), "images": [{"name": name}], **fields}

    settings = {
        "repositories": [entry(APP, submoduleUrls=[repositories.ssh(LIB)], lfs=True), entry(TOOL)],
        "gitKnownHosts": forge.known_hosts,
    }
    secrets = {
        f"gitSshKey/{repositories.path(name)}": repositories.keys[name].private for name in (APP, TOOL, LIB)
    }
    log = tmp_path_factory.mktemp("keys") / "up.log"
    with stack_overrides(paths, log, settings, secrets) as outputs:
        for name in (APP, TOOL):
            hook = {"url": outputs["hooks_url"], "content_type": "json", "secret": outputs["webhook_secret"]}
            forge.api.post(
                f"repos/{repositories.path(name)}/hooks",
                {"type": "gitea", "active": True, "events": ["push"], "config": hook},
            )
        yield outputs


def ended(push: Push, commit: str) -> dict[str, Any]:
    """The run of a commit, however it has ended."""

    def over() -> dict[str, Any] | str:
        runs = [
            run
            for run in push.cluster.pipeline_runs()
            if run["metadata"].get("annotations", {}).get("tekton-builds/revision") == commit
        ]
        if not runs:
            return "no run"
        return runs[0] if outcome(runs[0]) is not None else str(runs[0].get("status", {}).get("conditions"))

    run: dict[str, Any] = wait_for(f"the run of {commit} to end", over, SECONDS)
    return run


def pod_of_clone(push: Push, run: dict[str, Any]) -> str:
    (pod,) = [
        str(task_run["status"]["podName"])
        for task_run in push.cluster.task_runs(run["metadata"]["name"])
        if task_run["metadata"]["labels"]["tekton.dev/pipelineTask"] == "clone"
    ]
    return pod


def clone_log(push: Push, run: dict[str, Any]) -> str:
    return "\n".join(push.cluster.log(pod_of_clone(push, run), "step-clone", 200))


def built(push: Push, commit: str) -> str:
    """Reference of a commit's one image, by digest."""
    run = ended(push, commit)
    assert outcome(run), f"{run['status']['conditions']}:\n{clone_log(push, run)}"
    (reference,) = [result["value"] for result in run["status"]["results"]]
    return str(reference)


def secrets_in(paths: Paths, pod: str) -> set[str]:
    live = json.loads(kubectl(paths, "get", "pod", "--namespace", "builds", pod, "--output", "json"))
    return {volume["secret"]["secretName"] for volume in live["spec"]["volumes"] if "secret" in volume}


def modules(url: str) -> str:
    return f'[submodule "lib"]\n\tpath = lib\n\turl = {url}\n'


@pytest.fixture(scope="module")
def lib(stack: dict[str, Any], repositories: KeyedRepositories) -> str:
    """The library's commit, once the stack is there."""
    assert stack["hooks_url"]
    return repositories.push(LIB, {"text": "of the library\n"})


def test_a_deploy_key_opens_its_own_repository_alone(repositories: KeyedRepositories, tmp_path: Path) -> None:
    """The control: else one key would do for all, and the tests below would show nothing."""
    write_private(tmp_path / "key", repositories.keys[APP].private)
    (tmp_path / "known_hosts").write_text(repositories.forge.known_hosts)
    ssh = f"ssh -F none -i {tmp_path}/key -o UserKnownHostsFile={tmp_path}/known_hosts -o BatchMode=yes"
    opened = {
        name: subprocess.run(
            ["git", "ls-remote", repositories.ssh(name)],
            env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "GIT_SSH_COMMAND": ssh},
            capture_output=True,
            check=False,
            timeout=60,
        ).returncode
        == 0
        for name in NAMES
    }
    assert opened == {name: name == APP for name in NAMES}


def test_each_is_cloned_with_its_own_key_and_the_listed_submodule_with_a_third(
    repositories: KeyedRepositories, push: Push, paths: Paths, lib: str, tmp_path: Path
) -> None:
    files = {".gitmodules": modules(repositories.ssh(LIB)), "Dockerfile": f"{BUILD}COPY lib/text /text\n"}
    app = repositories.push(APP, files, {"lib": lib})
    tool = repositories.push(TOOL, {"Dockerfile": f"{BUILD}RUN echo of the tool >/text\n"})
    assert content(push, built(push, app), "text", tmp_path) == "of the library\n"
    assert content(push, built(push, tool), "text", tmp_path) == "of the tool\n"
    for name, commit in ((APP, app), (TOOL, tool)):
        mounted = secrets_in(paths, pod_of_clone(push, ended(push, commit)))
        ssh_secret = pipeline.named(pipeline.SSH, repositories.path(name))
        assert mounted == {ssh_secret}, f"the clone of {name} has more than its own keys"


def test_the_address_in_gitmodules_may_have_the_other_form(
    repositories: KeyedRepositories, push: Push, lib: str, tmp_path: Path
) -> None:
    commit = repositories.push(APP, {".gitmodules": modules(repositories.http(LIB))}, {"lib": lib})
    assert content(push, built(push, commit), "text", tmp_path) == "of the library\n"


@pytest.mark.parametrize("form", ["ssh", "http", "relative"])
def test_a_private_submodule_that_is_not_listed_is_not_fetched(
    repositories: KeyedRepositories, push: Push, lib: str, form: str
) -> None:
    foreign = repositories.git(FOREIGN)("rev-parse", "HEAD")
    forms = {"ssh": repositories.ssh, "http": repositories.http, "relative": lambda name: f"../{name}.git"}
    commit = repositories.push(APP, {".gitmodules": modules(forms[form](FOREIGN))}, {"lib": foreign})
    run = ended(push, commit)
    assert outcome(run) is False, "an image would be built without what it needs"
    assert "must be in submoduleUrls of the repository's settings" in clone_log(push, run)


@pytest.mark.parametrize("form", ["ssh", "http"])
def test_lfs_of_a_listed_repository_is_fetched_in_either_form_of_its_address(
    repositories: KeyedRepositories, push: Push, lib: str, tmp_path: Path, form: str
) -> None:
    url = repositories.ssh(LIB) if form == "ssh" else f"{repositories.http(LIB)}/info/lfs"
    text = f"large, {form}\n"
    track(repositories.forge, repositories.folder / APP, "large", text.encode(), repositories.http(LIB))
    files = {
        ".gitmodules": modules(repositories.ssh(LIB)),
        ".lfsconfig": f"[lfs]\n\turl = {url}\n",
        "Dockerfile": f"{BUILD}COPY large /large\n",
    }
    commit = repositories.push(APP, files, {"lib": lib})
    assert content(push, built(push, commit), "large", tmp_path) == text, "not the pointer"


def test_lfs_of_a_repository_that_is_not_listed_is_not_fetched(
    repositories: KeyedRepositories, push: Push, lib: str
) -> None:
    track(repositories.forge, repositories.folder / APP, "large", b"of another\n", repositories.http(FOREIGN))
    files = {".lfsconfig": f"[lfs]\n\turl = {repositories.http(FOREIGN)}/info/lfs\n"}
    run = ended(push, repositories.push(APP, files, {"lib": lib}))
    assert outcome(run) is False
    assert "cannot fetch the files in Git LFS" in clone_log(push, run)
