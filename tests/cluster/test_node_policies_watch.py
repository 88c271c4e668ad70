"""The enforcer beside a real API server: every change becomes a ruleset, and no failure passes unseen."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client, config

from sandbox.node_policies import __main__ as program
from sandbox.node_policies.__main__ import Changes, lists, run
from sandbox.node_policies.added_pods import Addresses, serve
from sandbox.node_policies.plugin import NotInstalledError, request_rules
from tests.cluster.api_server import ApiServer
from tests.cluster.objects import Objects
from toolkit.polling import wait_for

pytestmark = pytest.mark.cluster

SECONDS = 30
NUMBERS = itertools.count(1)  # the pod of an earlier test may still be there
SELECTOR = {"matchLabels": {"app": "watched"}}


class Enforcer:
    """Runs in a thread, and notes its rulesets and how it ended."""

    def __init__(self, server: ApiServer, folder: Path) -> None:
        self.installed: list[str] = []
        self.failure: BaseException | None = None
        self.install: Callable[[str], None] = self.installed.append
        self.changes: Changes = queue.SimpleQueue()
        self._addresses = Addresses(folder / "addresses.json")
        self._calls = lists(config.new_client_from_config(str(server.kubeconfig_file)))
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        wait_for("the first ruleset", lambda: self.installed, SECONDS)

    def _run(self) -> None:
        try:
            run(self._calls, self._install, self.changes, self._addresses)
        except BaseException as error:
            self.failure = error

    def _install(self, text: str) -> None:
        self.install(text)

    def says(self, words: str) -> bool:
        """Tells whether the present ruleset has the words."""
        if self.failure:
            raise self.failure
        return words in self.installed[-1]


def stop(text: str) -> None:
    raise RuntimeError("stop")


@pytest.fixture
def enforcer(api_server: ApiServer, objects: Objects, tmp_path: Path) -> Iterator[Enforcer]:
    enforcer = Enforcer(api_server, tmp_path)
    yield enforcer
    enforcer.install = stop
    objects.create(
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": "last", "namespace": "default"},
            "spec": {"podSelector": {}},
        }
    )
    wait_for("the enforcer's end", lambda: enforcer.failure, SECONDS)
    objects.delete("networking.k8s.io/v1", "NetworkPolicy", "default", "last")


@pytest.fixture
def address(api_server: ApiServer, objects: Objects, namespace: str) -> str:
    """Address of a pod that runs as far as the API knows."""
    metadata = {"name": "pod", "namespace": namespace, "labels": SELECTOR["matchLabels"]}
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {**metadata, "name": "pod"}}
    objects.create(account)
    spec = {"serviceAccountName": "pod", "containers": [{"name": "main", "image": "example.com/image"}]}
    objects.create({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
    address = f"10.244.7.{next(NUMBERS)}"
    report(api_server, namespace, podIP=address, podIPs=[{"ip": address}], phase="Running")
    return address


def report(server: ApiServer, namespace: str, **status: Any) -> None:
    """Patches a pod's status as the kubelet does."""
    core = client.CoreV1Api(config.new_client_from_config(str(server.kubeconfig_file)))
    core.patch_namespaced_pod_status("pod", namespace, {"status": status})


def deny(namespace: str, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "deny", "namespace": namespace},
        "spec": {"podSelector": SELECTOR, **spec},
    }


def test_every_kind_of_change_becomes_a_ruleset(
    enforcer: Enforcer, api_server: ApiServer, objects: Objects, namespace: str, address: str
) -> None:
    verdict = f"{address} : goto ingress"
    peers = [{"namespaceSelector": {"matchLabels": {"trusted": "yes"}}}]
    objects.create(deny(namespace, ingress=[{"from": peers}]))
    wait_for("a policy's rules", lambda: enforcer.says(verdict), SECONDS)
    assert not enforcer.says(f"ip saddr {{ {address}/32 }} accept"), "no namespace has the label yet"
    labels = {"name": namespace, "labels": {"trusted": "yes"}}
    objects.patch({"apiVersion": "v1", "kind": "Namespace", "metadata": labels})
    wait_for("a namespace's label", lambda: enforcer.says(f"ip saddr {{ {address}/32 }} accept"), SECONDS)
    report(api_server, namespace, phase="Succeeded")
    wait_for("a pod's end", lambda: not enforcer.says(address), SECONDS)
    report(api_server, namespace, phase="Running")
    wait_for("a pod's start", lambda: enforcer.says(verdict), SECONDS)
    objects.delete("networking.k8s.io/v1", "NetworkPolicy", namespace, "deny")
    wait_for("a policy's end", lambda: not enforcer.says(verdict), SECONDS)


def test_the_same_rules_are_not_installed_twice(
    enforcer: Enforcer, api_server: ApiServer, objects: Objects, namespace: str, address: str
) -> None:
    objects.create(deny(namespace))
    wait_for("a policy's rules", lambda: enforcer.says(f"{address} : goto"), SECONDS)
    before = len(enforcer.installed)
    report(api_server, namespace, message="a change that no policy sees")
    objects.patch({**deny(namespace), "spec": {"policyTypes": ["Ingress", "Egress"]}})
    wait_for("the other policy's rules", lambda: enforcer.says(f"{address} : goto egress"), SECONDS)
    assert len(enforcer.installed) == before + 1


def test_a_watch_that_fails_ends_the_enforcer(api_server: ApiServer, tmp_path: Path) -> None:
    policies, namespaces, pods = lists(config.new_client_from_config(str(api_server.kubeconfig_file)))

    def forbidden(**options: Any) -> Any:
        if "watch" in options:
            raise client.ApiException(status=403)
        return pods(**options)

    addresses = Addresses(tmp_path / "addresses.json")
    with pytest.raises(client.ApiException, match="403"):
        run((policies, namespaces, forbidden), lambda text: None, queue.SimpleQueue(), addresses)


def test_a_pod_has_its_rules_before_the_api_server_knows_its_address(
    enforcer: Enforcer, objects: Objects, namespace: str, address: str, tmp_path: Path
) -> None:
    objects.create(deny(namespace))
    wait_for("a policy's rules", lambda: enforcer.says(f"{address} : goto ingress"), SECONDS)
    path = tmp_path / "socket"
    server = serve(path, enforcer.changes.put)
    try:
        request_rules(path, namespace, "pod", "10.244.8.1", SECONDS)
        assert enforcer.says("10.244.8.1 : goto ingress"), "installed before the answer"
        assert not enforcer.says(address), "the address of its former sandbox"
        with pytest.raises(NotInstalledError, match="no pod"):
            request_rules(path, namespace, "another", "10.244.8.2", SECONDS)
    finally:
        server.shutdown()
        server.server_close()


def test_the_program_takes_its_files_from_its_environment(
    api_server: ApiServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(api_server.kubeconfig_file))
    monkeypatch.setenv("SOCKET", str(tmp_path / "socket"))
    monkeypatch.setenv("ADDRESSES", str(tmp_path / "addresses.json"))
    monkeypatch.setattr(program, "install", stop)
    with pytest.raises(RuntimeError, match="stop"):
        program.main()
    assert (tmp_path / "socket").is_socket()
