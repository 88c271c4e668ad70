"""An upgrade of Tekton and the way back, with a build under way and objects of the older API."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.push import Push
from inspection.pipeline_run import outcome
from sandbox.credentials import Credentials
from sandbox.forge.webhook import ensure_webhook
from sandbox.images.tekton import PIPELINES, PREVIOUS
from sandbox.network import Network
from sandbox.registry.registry import Registry
from sandbox.registry.releases import Releases, tekton
from sandbox.sandbox import BASE_IMAGE
from sandbox.stack.overrides import stack_overrides
from sandbox.stack.stack import Stack
from sandbox.toolchain.toolchain import Toolchain
from tests.e2e.kubectl import kubectl
from tests.e2e.slow_build import building
from toolkit.paths import Paths
from toolkit.polling import wait_for
from toolkit.progress import Progress

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(3600)]

NAMESPACE, OLDER, STORED = "upgrade-of-a-test", "tekton.dev/v1beta1", "tekton.dev/v1"
SECONDS = 180.0
LONGER = 45  # seconds of a build, so that it is under way while controllers change


@pytest.fixture(scope="module")
def older(paths: Paths, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The settings of a stack with the releases before; their images are in the registry."""
    network = Network()
    with Toolchain(paths, Progress()) as toolchain:
        toolchain.ensure(*(release.part for release in PREVIOUS))
        rendered = tekton(PREVIOUS, toolchain.folder)
    account = Credentials.load_or_create(paths).registry
    Registry(paths.state / "registry", network.registry, account).load([folder for _, folder in rendered])
    urls = Releases(paths.state / "releases", network.releases, network.registry).render(rendered)
    pipelines, triggers = (release.version for release in PREVIOUS)
    names = ("tekton-pipelines", "tekton-triggers", "tekton-interceptors")
    entries = dict(zip(names, zip((pipelines, triggers, triggers), urls, strict=True), strict=True))
    lock = tmp_path_factory.mktemp("older") / "releases.yaml"
    lock.write_text(
        yaml.safe_dump(
            {name: {"version": version, "urls": [url]} for name, (version, url) in entries.items()}
        )
    )
    return {"releaseLock": str(lock)}


@pytest.fixture
def nothing(paths: Paths) -> Iterator[None]:
    """A cluster without the stack, so that the older releases find no newer CRD."""
    stack = Stack(paths, Network(), paths.state / "bin" / "pulumi")
    assert stack.destroy(paths.logs / "pulumi-destroy.log") == 0
    yield
    assert stack.up(paths.logs / "pulumi-up.log") == 0, "as it was before"


def apply(paths: Paths, *objects: dict[str, Any]) -> None:
    command = [paths.state / "bin" / "kubectl", "--kubeconfig", paths.kubeconfig, "create", "-f", "-"]
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
    subprocess.run(command, input=text, text=True, check=True, capture_output=True, timeout=60)


def tekton_object(kind: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": OLDER,
        "kind": kind,
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": spec,
    }


def written(paths: Paths) -> None:
    """A Task, a Pipeline and a run of it, by way of the older API."""
    image = f"{Network().registry}/{BASE_IMAGE}"
    step = {"name": "say", "image": image, "script": "#!/bin/sh\necho $(params.word)\n"}
    params = [{"name": "word", "type": "string", "default": "hello"}]
    apply(
        paths,
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}},
        tekton_object("Task", "say", {"params": params, "steps": [step]}),
        tekton_object("Pipeline", "say", {"tasks": [{"name": "say", "taskRef": {"name": "say"}}]}),
    )
    run(paths, "before")


def run(paths: Paths, name: str) -> None:
    """Runs the Pipeline by way of the older API, to its good end."""
    apply(paths, tekton_object("PipelineRun", name, {"pipelineRef": {"name": "say"}}))

    def ended() -> bool | str:
        live = read(paths, "pipelineruns.v1.tekton.dev", name)
        assert outcome(live) is not False, live["status"]["conditions"]
        return bool(outcome(live)) or json.dumps(live.get("status"))

    wait_for(f"the run {name}", ended, SECONDS)


def read(paths: Paths, resource: str, name: str) -> dict[str, Any]:
    text = kubectl(paths, "get", resource, name, "--namespace", NAMESPACE, "--output", "json")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def version(paths: Paths) -> str:
    path = r"jsonpath={.metadata.labels.app\.kubernetes\.io/version}"
    return kubectl(
        paths, *("get", "deployment", "tekton-pipelines-controller", "-n", "tekton-pipelines", "-o", path)
    )


def assert_readable(paths: Paths) -> None:
    """Whatever was written by way of the older API is read and run by either."""
    for kind in ("tasks", "pipelines"):
        older, stored = (read(paths, f"{kind}.{api}.tekton.dev", "say") for api in ("v1beta1", "v1"))
        assert (older["apiVersion"], stored["apiVersion"]) == (OLDER, STORED)
        assert older["metadata"]["uid"] == stored["metadata"]["uid"]
    assert outcome(read(paths, "pipelineruns.v1beta1.tekton.dev", "before")), "the run of before has its end"


def test_an_upgrade_and_the_way_back_lose_nothing(
    older: dict[str, str], nothing: None, push: Push, paths: Paths, tmp_path: Path
) -> None:
    previous, current = PREVIOUS[0].version, PIPELINES.version
    try:
        with ExitStack() as release:
            outputs = release.enter_context(stack_overrides(paths, tmp_path / "older.log", older, {}))
            ensure_webhook(push.forge, outputs["hooks_url"], outputs["webhook_secret"])
            assert version(paths) == previous
            written(paths)
            with building(push, LONGER) as (_, under_way, _):
                release.close()  # the stack's own releases again: this is the upgrade
                assert version(paths) == current
                assert len(push.follow(under_way)) == 2
        assert_readable(paths)
        run(paths, "after")
        with ExitStack() as release:
            with building(push, LONGER) as (_, under_way, _):
                release.enter_context(stack_overrides(paths, tmp_path / "back.log", older, {}))
                assert version(paths) == previous
                assert len(push.follow(under_way)) == 2
            assert_readable(paths)
            run(paths, "back")
            assert len(push.run()) == 2
        assert version(paths) == current
        assert len(push.run()) == 2
        assert_readable(paths)
    finally:
        kubectl(paths, "delete", "namespace", NAMESPACE, "--ignore-not-found", "--timeout=60s")
