"""The cluster of a stack: another context, another address, another cluster, and one that is away."""

import json
import socket
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.api_server import ApiServer
from tests.e2e.kubectl import kubectl
from tests.e2e.shell import run_in_env, shell
from toolkit.paths import Paths
from toolkit.polling import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

NOWHERE = "https://127.0.0.1:9"
Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def preview(paths: Paths, tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """Previews the deployed stack with a changed kubeconfig and changed settings of the cluster."""

    def previewed(change: Change, *options: str, **settings: str) -> tuple[int, str]:
        kubeconfig = yaml.safe_load(paths.kubeconfig.read_text())
        change(kubeconfig)
        file = tmp_path / "kubeconfig"
        file.write_text(yaml.safe_dump(kubeconfig))
        stack = yaml.safe_load((paths.state / "Pulumi.sandbox.yaml").read_text())
        stack["config"]["tekton-builds:cluster"] |= {"kubeconfig": str(file), **settings}
        config = tmp_path / "Pulumi.sandbox.yaml"
        config.write_text(yaml.safe_dump(stack))
        return run_in_env(paths, f"pulumi preview --config-file {config} {' '.join(options)}")

    return previewed


def add_context(kubeconfig: dict[str, Any], server: str = NOWHERE, **cluster: Any) -> None:
    """Adds another cluster's context and makes it the current one."""
    kubeconfig["clusters"].append({"name": "other", "cluster": {"server": server, **cluster}})
    user = kubeconfig["users"][0]["name"]
    kubeconfig["contexts"].append({"name": "other", "context": {"cluster": "other", "user": user}})
    kubeconfig["current-context"] = "other"


def own_context(paths: Paths) -> str:
    return str(yaml.safe_load(paths.kubeconfig.read_text())["current-context"])


def test_a_named_context_is_meant_whatever_somebody_makes_current(
    preview: Callable[..., tuple[int, str]], paths: Paths
) -> None:
    code, output = preview(add_context, "--expect-no-changes", context=own_context(paths))
    assert code == 0, output


def test_another_current_context_that_leads_nowhere_is_one_sentence(
    preview: Callable[..., tuple[int, str]],
) -> None:
    code, output = preview(add_context)
    assert code != 0
    assert f"whose context 'other' leads to {NOWHERE}, but that cannot be asked" in output
    assert "to delete" not in output, "nothing is planned"
    assert "to replace" not in output


def test_another_cluster_is_refused_in_one_sentence(preview: Callable[..., tuple[int, str]]) -> None:
    with ApiServer(controllers="") as second_cluster:
        access = json.loads(second_cluster.kubeconfig)

        def change(kubeconfig: dict[str, Any]) -> None:
            add_context(kubeconfig, **access["clusters"][0]["cluster"])
            kubeconfig["users"].append({"name": "other", "user": access["users"][0]["user"]})
            kubeconfig["contexts"][-1]["context"]["user"] = "other"

        code, output = preview(change)
    assert code != 0
    assert "is another cluster than the one with this stack's" in output
    assert "cluster.context" in output, "the setting that chooses"
    assert "to delete" not in output
    assert "to create" not in output


@pytest.fixture
def forwarded(paths: Paths) -> Iterator[str]:
    """Forwards another address to the same API server."""
    server = yaml.safe_load(paths.kubeconfig.read_text())["clusters"][0]["cluster"]["server"]
    host, _, port = server.removeprefix("https://").partition(":")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_forward, args=(listener, (host, int(port))), daemon=True).start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"


def _forward(listener: socket.socket, target: tuple[str, int]) -> None:
    with suppress(OSError):  # the listener is closed at the end
        while True:
            client, _ = listener.accept()
            server = socket.create_connection(target)
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=_copy, args=(source, sink), daemon=True).start()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


def test_another_address_of_the_same_cluster_replaces_nothing(
    preview: Callable[..., tuple[int, str]], forwarded: str
) -> None:
    def change(kubeconfig: dict[str, Any]) -> None:
        kubeconfig["clusters"][0]["cluster"] |= {"server": forwarded, "tls-server-name": "kubernetes"}

    code, output = preview(change, "--json")
    assert code == 0, output
    steps = json.loads(output)["steps"]
    changed = {(step["op"], step["urn"].split("::")[2].rpartition("$")[2]) for step in steps}
    assert changed - {("same", kind) for _, kind in changed} == {("update", "pulumi:providers:kubernetes")}


def test_files_of_a_kubeconfig_are_found_beside_it(
    preview: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    def change(kubeconfig: dict[str, Any]) -> None:
        cluster = kubeconfig["clusters"][0]["cluster"]
        (tmp_path / "pki").mkdir()
        (tmp_path / "pki" / "ca.crt").write_bytes(b64decode(cluster.pop("certificate-authority-data")))
        cluster["certificate-authority"] = "pki/ca.crt"

    code, output = preview(change, "--expect-no-changes")
    assert code == 0, output


def test_a_preview_while_tektons_webhook_is_down_is_one_sentence(paths: Paths) -> None:
    in_namespace = ("--namespace", "tekton-pipelines")
    webhook = "tekton-pipelines-webhook"

    def endpoints() -> str:
        path = "jsonpath={.items[*].endpoints[*].conditions.ready}"
        label = f"--selector=kubernetes.io/service-name={webhook}"
        return kubectl(paths, "get", "endpointslices", *in_namespace, label, "--output", path)

    kubectl(paths, "scale", "deployment", webhook, "--replicas=0", *in_namespace)
    try:
        wait_for("the webhook to be away", lambda: "true" not in endpoints() or endpoints(), 60)
        code, output = run_in_env(paths, "pulumi preview")
        assert code != 0
        assert f"Tekton's webhook {webhook} has no ready pod" in output
        assert "Traceback" not in output
    finally:
        kubectl(paths, "scale", "deployment", webhook, "--replicas=1", *in_namespace)
        kubectl(paths, "rollout", "status", f"deployment/{webhook}", *in_namespace, "--timeout=60s")
    assert shell(paths, "pulumi preview --expect-no-changes")
