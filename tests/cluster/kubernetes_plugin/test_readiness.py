"""How a wait begins and ends: skipped, timed out, cancelled, taken up again. What each kind waits for is in
test_await.py."""

from __future__ import annotations

import threading
import time

import pytest
from google.protobuf import empty_pb2

from plugins.kubernetes.api import Api
from plugins.kubernetes.values import Secret
from tests.cluster.api_server import ApiServer
from tests.cluster.kubernetes_plugin.objects import config_map, deployment
from tests.cluster.kubernetes_plugin.plugin import Plugin, Refusal, urn_of

pytestmark = pytest.mark.cluster


def test_skip_await_does_not_wait(plugin: Plugin, namespace: str) -> None:
    """Annotation pulumi.com/skipAwait: https://www.pulumi.com/registry/packages/kubernetes/api-docs/apps/v1/deployment/"""
    made = plugin.up("web", deployment("web", namespace, replicas=1, skipAwait="true"))
    assert made.id == f"{namespace}/web", "no kubelet here: waiting would never end"


@pytest.mark.parametrize("by_annotation", [False, True])
def test_an_object_that_is_not_ready_in_time_is_kept(
    plugin: Plugin, namespace: str, by_annotation: bool
) -> None:
    """customTimeouts, pulumi.com/timeoutSeconds; provider.go, partialError: "the last known state is
    included".
    """
    annotations = {"timeoutSeconds": "2"} if by_annotation else {}
    obj = deployment("web", namespace, replicas=1, **annotations)
    with pytest.raises(Refusal, match="failed to fully initialize or become live") as refusal:
        plugin.up("web", obj, timeout=0 if by_annotation else 2)
    kept = refusal.value.partial
    assert kept is not None, "else the next `up` would create it again and fail with AlreadyExists"
    assert kept.id == f"{namespace}/web"
    assert kept.state["metadata"]["uid"], "the last state seen"
    assert kept.state["__inputs"]["metadata"]["name"] == "web"
    assert refusal.value.reasons, "why"


def test_the_next_up_waits_again(plugin: Plugin, api: Api, namespace: str) -> None:
    """The engine updates what failed to initialise, even without a change; that update is ready when it
    is.
    """
    obj = deployment("web", namespace, replicas=1)
    urn = urn_of("web", obj)
    inputs = plugin.check(urn, obj)
    with pytest.raises(Refusal) as refusal:
        plugin.create(urn, inputs, timeout=1)
    kept = refusal.value.partial
    assert kept is not None
    with pytest.raises(Refusal, match="failed to fully initialize or become live"):
        plugin.update(kept, inputs, timeout=1)
    fewer = {**inputs, "spec": {**inputs["spec"], "replicas": 0}}
    assert plugin.update(kept, fewer, timeout=60).state["spec"]["replicas"] == 0


def test_cancel_ends_a_wait_at_once_and_keeps_the_object(api_server: ApiServer, namespace: str) -> None:
    """Ctrl-C: the engine calls Cancel; "providers should stop what they are doing and return"."""
    with Plugin(kubeconfig=api_server.kubeconfig) as plugin:
        obj = deployment("web", namespace, replicas=1)
        urn = urn_of("web", obj)
        inputs = plugin.check(urn, obj)
        ended: list[tuple[float, Refusal]] = []

        def create() -> None:
            try:
                plugin.create(urn, inputs)
            except Refusal as refusal:
                ended.append((time.monotonic(), refusal))

        thread = threading.Thread(target=create)
        thread.start()
        deadline = time.monotonic() + 60
        while not plugin.engine.status and time.monotonic() < deadline:
            thread.join(0.05)
        assert plugin.engine.status, "the user sees what is waited for"
        cancelled = time.monotonic()
        plugin.stub.Cancel(empty_pb2.Empty())
        thread.join(30)
        assert ended, "the wait has ended"
        at, refusal = ended[0]
        assert at - cancelled < 5, "promptly, not at the next look or the timeout"
        assert refusal.partial is not None, "the object is there, so the state must have it"


def test_a_secret_is_in_no_message(plugin: Plugin, namespace: str) -> None:
    """Secrets: https://www.pulumi.com/docs/iac/concepts/secrets: never in the clear, also when something
    fails.
    """
    bad = config_map("Not A Name", namespace, token=Secret("s3cret-value"))
    with pytest.raises(Refusal) as refusal:
        plugin.up("bad", bad)
    assert "s3cret-value" not in refusal.value.message
    assert not any("s3cret-value" in text for text in [*plugin.engine.status, *plugin.engine.warnings])


def test_many_objects_at_once(plugin: Plugin, api: Api, namespace: str) -> None:
    """The engine works on as many resources at once as --parallel says (16 and more)."""
    failures: list[BaseException] = []

    def one(number: int) -> None:
        try:
            made = plugin.up(f"n{number}", config_map(f"n{number}", namespace, a=str(number)))
            plugin.delete(made)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not failures
    left = [item["metadata"]["name"] for item in api.list("v1", "ConfigMap", namespace)]
    assert not [name for name in left if name.startswith("n")], "each did all of its own work"
