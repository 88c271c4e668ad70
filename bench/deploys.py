"""`pulumi up` from nothing and with no change, against `kubectl apply` of the same objects and the waits.

The objects are those of the stack's own state, so both sides make the same. kubectl is given them as somebody
with a Makefile would: what is Kubernetes' own first, then the waits, then what is Tekton's, and more waits.
"""

import json
import subprocess
import time
from collections.abc import Callable, Sequence
from typing import Any

from bench.place import Place
from bench.report import Row
from sandbox.pulumi import Pulumi
from sandbox.webhook import ensure_webhook

SECONDS = "300s"
TEKTON = "tekton.dev"
CLUSTERS_OWN = {"kube-system", "local-path-storage"}
Object = dict[str, Any]


def measure(place: Place) -> list[Row]:
    objects = _objects(place)
    log = place.folder / "deploys.log"
    gone = _timed(lambda: _ended(place.stack.destroy(log), "pulumi destroy", place))
    _without_pods(place)
    try:
        theirs = [_timed(lambda: _apply(place, objects)) for _ in range(2)]
        deleted = _timed(lambda: _delete(place, objects))
    finally:
        ours = [_timed(lambda: _ended(place.stack.up(log), "pulumi up", place)) for _ in range(2)]
        made = place.stack.outputs()
        ensure_webhook(place.forge, made["hooks_url"], made["webhook_secret"])  # both are new
    against = "kubectl apply and waits"
    return [
        Row(what="deploy from nothing", ours=ours[:1], against=against, theirs=theirs[:1]),
        Row(what="deploy with no change", ours=ours[1:], against=against, theirs=theirs[1:]),
        Row(what="destroy", ours=[gone], against="kubectl delete", theirs=[deleted]),
    ]


def _without_pods(place: Place) -> None:
    """Raises AssertionError when a pod of the stack outlives `pulumi destroy`."""
    pods = place.core.list_pod_for_all_namespaces().items
    left = {pod.metadata.namespace for pod in pods} - CLUSTERS_OWN
    assert not left, f"destroy has ended, and there are pods in {', '.join(sorted(left))}"


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _ended(code: int, what: str, place: Place) -> None:
    assert code == 0, f"{what}: {(place.folder / 'deploys.log').read_text()[-3000:]}"


def _objects(place: Place) -> list[Object]:
    """Every Kubernetes object of the stack, as the program gave it, in the order in which it was made."""
    cli = Pulumi(program=place.program("pulumi"), environment=place.stack.environment)
    state = cli.read("stack", "export", "--stack", place.stack.name, "--show-secrets")
    found = []
    for one in state["deployment"]["resources"]:
        inputs = one.get("inputs", {})
        if one["type"].startswith("kubernetes:") and one.get("custom") and "apiVersion" in inputs:
            found.append(_plain(inputs))
    return found


def _plain(value: Any) -> Any:
    """Without the CLI's marks on what is secret."""
    if isinstance(value, dict):
        if "4dabf18193072939515e22adb298388d" in value:
            return json.loads(value["plaintext"])
        return {key: _plain(one) for key, one in value.items() if not key.startswith("__")}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _apply(place: Place, objects: Sequence[Object]) -> None:
    own, tektons = _split(objects)
    definitions = [one for one in own if one["kind"] in ("CustomResourceDefinition", "Namespace")]
    _kubectl(place, "apply", "--server-side", "--filename=-", objects=definitions)
    _kubectl(place, "apply", "--server-side", "--filename=-", objects=own)
    for one in own:
        if one["kind"] == "Deployment":
            meta = one["metadata"]
            where = (f"deployment/{meta['name']}", f"--namespace={meta['namespace']}", f"--timeout={SECONDS}")
            _kubectl(place, "rollout", "status", *where)
    _kubectl(place, "apply", "--server-side", "--filename=-", objects=tektons)
    for one in tektons:
        if one["kind"] == "EventListener":
            meta = one["metadata"]
            where = (f"--namespace={meta['namespace']}", f"--timeout={SECONDS}", "--for=condition=Available")
            _kubectl(place, "wait", f"eventlistener/{meta['name']}", *where)


def _split(objects: Sequence[Object]) -> tuple[list[Object], list[Object]]:
    """What Kubernetes itself knows, and what Tekton's webhooks must admit."""
    tektons = [one for one in objects if one["apiVersion"].partition("/")[0].endswith(TEKTON)]
    return [one for one in objects if one not in tektons], tektons


def _delete(place: Place, objects: Sequence[Object]) -> None:
    own, tektons = _split(objects)
    options = ("--ignore-not-found", "--wait", f"--timeout={SECONDS}", "--filename=-")
    _kubectl(place, "delete", *options, objects=tektons)
    _kubectl(place, "delete", *options, objects=own[::-1])


def _kubectl(place: Place, *arguments: str, objects: Sequence[Object] = ()) -> None:
    """Objects go through its standard input: Secrets are among them."""
    done = subprocess.run(
        [place.program("kubectl"), f"--kubeconfig={place.paths.kubeconfig}", *arguments],
        input="\n---\n".join(json.dumps(one) for one in objects),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"kubectl {' '.join(arguments[:2])}: {done.stderr[-2000:]}"
