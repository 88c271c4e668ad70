"""`pulumi up` from nothing and with no change, against `kubectl apply` of the same objects and the waits.

The objects are those of the stack's own state, so both sides make the same. kubectl is given them as somebody
with a Makefile would: what is Kubernetes' own first, then the waits, then what is Tekton's, and more waits.
"""

import json
import subprocess
import time
from collections.abc import Callable, Sequence
from typing import Any

from bench.environment import BenchEnvironment
from bench.report import Row
from sandbox.forge.webhook import ensure_webhook
from toolkit.pulumi_cli import Pulumi

SECONDS = "300s"
TEKTON = "tekton.dev"
CLUSTERS_OWN = {"kube-system", "local-path-storage"}
Object = dict[str, Any]


def measure(environment: BenchEnvironment) -> list[Row]:
    objects = _objects(environment)
    log = environment.folder / "deploys.log"
    destroy_seconds = _measure_seconds(
        lambda: _require_success(environment.stack.destroy(log), "pulumi destroy", environment)
    )
    _require_no_pods(environment)
    try:
        baseline_seconds = [_measure_seconds(lambda: _apply(environment, objects)) for _ in range(2)]
        delete_seconds = _measure_seconds(lambda: _delete(environment, objects))
    finally:
        stack_seconds = [
            _measure_seconds(lambda: _require_success(environment.stack.up(log), "pulumi up", environment))
            for _ in range(2)
        ]
        outputs = environment.stack.outputs()
        ensure_webhook(environment.forge, outputs["hooks_url"], outputs["webhook_secret"])  # both are new
    kubectl = "kubectl apply and waits"
    return [
        Row(
            subject="deploy from nothing",
            seconds=stack_seconds[:1],
            baseline=kubectl,
            baseline_seconds=baseline_seconds[:1],
        ),
        Row(
            subject="deploy with no change",
            seconds=stack_seconds[1:],
            baseline=kubectl,
            baseline_seconds=baseline_seconds[1:],
        ),
        Row(
            subject="destroy",
            seconds=[destroy_seconds],
            baseline="kubectl delete",
            baseline_seconds=[delete_seconds],
        ),
    ]


def _require_no_pods(environment: BenchEnvironment) -> None:
    """Raises AssertionError when a pod of the stack outlives `pulumi destroy`."""
    pods = environment.core.list_pod_for_all_namespaces().items
    namespaces = {pod.metadata.namespace for pod in pods} - CLUSTERS_OWN
    assert not namespaces, f"destroy has ended, and there are pods in {', '.join(sorted(namespaces))}"


def _measure_seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _require_success(code: int, command: str, environment: BenchEnvironment) -> None:
    assert code == 0, f"{command}: {(environment.folder / 'deploys.log').read_text()[-3000:]}"


def _objects(environment: BenchEnvironment) -> list[Object]:
    """Every Kubernetes object of the stack, as the program gave it, in the order in which it was made."""
    cli = Pulumi(program=environment.program("pulumi"), environment=environment.stack.environment)
    state = cli.read("stack", "export", "--stack", environment.stack.name, "--show-secrets")
    objects = []
    for resource in state["deployment"]["resources"]:
        inputs = resource.get("inputs", {})
        if resource["type"].startswith("kubernetes:") and resource.get("custom") and "apiVersion" in inputs:
            objects.append(_plain(inputs))
    return objects


def _plain(value: Any) -> Any:
    """The value without the CLI's marks on secrets."""
    if isinstance(value, dict):
        if "4dabf18193072939515e22adb298388d" in value:
            return json.loads(value["plaintext"])
        return {key: _plain(item) for key, item in value.items() if not key.startswith("__")}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _apply(environment: BenchEnvironment, objects: Sequence[Object]) -> None:
    core_objects, tekton_objects = _split(objects)
    definitions = [item for item in core_objects if item["kind"] in ("CustomResourceDefinition", "Namespace")]
    _kubectl(environment, "apply", "--server-side", "--filename=-", objects=definitions)
    _kubectl(environment, "apply", "--server-side", "--filename=-", objects=core_objects)
    for item in core_objects:
        if item["kind"] == "Deployment":
            meta = item["metadata"]
            options = (
                f"deployment/{meta['name']}",
                f"--namespace={meta['namespace']}",
                f"--timeout={SECONDS}",
            )
            _kubectl(environment, "rollout", "status", *options)
    _kubectl(environment, "apply", "--server-side", "--filename=-", objects=tekton_objects)
    for item in tekton_objects:
        if item["kind"] == "EventListener":
            meta = item["metadata"]
            options = (
                f"--namespace={meta['namespace']}",
                f"--timeout={SECONDS}",
                "--for=condition=Available",
            )
            _kubectl(environment, "wait", f"eventlistener/{meta['name']}", *options)


def _split(objects: Sequence[Object]) -> tuple[list[Object], list[Object]]:
    """Objects of Kubernetes itself, and objects that Tekton's webhooks must admit."""
    tekton_objects = [item for item in objects if item["apiVersion"].partition("/")[0].endswith(TEKTON)]
    return [item for item in objects if item not in tekton_objects], tekton_objects


def _delete(environment: BenchEnvironment, objects: Sequence[Object]) -> None:
    core_objects, tekton_objects = _split(objects)
    options = ("--ignore-not-found", "--wait", f"--timeout={SECONDS}", "--filename=-")
    _kubectl(environment, "delete", *options, objects=tekton_objects)
    _kubectl(environment, "delete", *options, objects=core_objects[::-1])


def _kubectl(environment: BenchEnvironment, *arguments: str, objects: Sequence[Object] = ()) -> None:
    """Objects go through its standard input: Secrets are among them."""
    process = subprocess.run(
        [environment.program("kubectl"), f"--kubeconfig={environment.paths.kubeconfig}", *arguments],
        input="\n---\n".join(json.dumps(item) for item in objects),
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, f"kubectl {' '.join(arguments[:2])}: {process.stderr[-2000:]}"
