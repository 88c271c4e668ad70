"""What all waits have in common, on a real API server."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

import pytest

from plugins.kubernetes.api import Api
from plugins.kubernetes.kubeconfig import load_kubeconfig, new_client
from tests.cluster.api_server import ApiServer
from tests.cluster.kubernetes_plugin.objects import (
    config_map,
    deployment,
)
from tests.cluster.kubernetes_plugin.waiting import (
    Wait,
)

pytestmark = pytest.mark.cluster


def test_an_object_deleted_while_it_is_waited_for_is_an_error_at_once(api: Api, namespace: str) -> None:
    with Wait(api, deployment("web", namespace, replicas=1)) as wait:
        wait.until_said("(0/1 Pods available)")
        api.delete("apps/v1", "Deployment", namespace, "web", propagation="Background")
        assert "was deleted while it was waited for" in str(wait.not_ready())


def test_cancelling_ends_a_wait_at_once_and_keeps_the_object(
    api: Api, api_server: ApiServer, namespace: str
) -> None:
    """Ctrl-C: "Resource operation was cancelled", with what has been created so far in the state."""
    own = Api(new_client(load_kubeconfig(api_server.kubeconfig)))
    with Wait(own, deployment("web", namespace, replicas=1)) as wait:
        wait.until_said("(0/1 Pods available)")
        began = time.monotonic()
        own.cancel()
        error = wait.not_ready()
    assert time.monotonic() - began < 2, "the user is looking at the screen"
    assert "cancelled" in str(error)
    assert error.last_object


def test_fifty_waits_at_once_are_cheap(api_server: ApiServer, namespace: str) -> None:
    """A release is a hundred objects, created side by side; the machine has other work to do meanwhile."""
    own, measured = Api(new_client(load_kubeconfig(api_server.kubeconfig))), threading.Event()
    with ExitStack() as stack:
        waits = []
        for number in range(50):
            obj = config_map(f"c{number}", namespace)
            obj["metadata"]["annotations"] = {"pulumi.com/waitFor": "jsonpath={.data.go}"}
            waits.append(stack.enter_context(Wait(own, obj)))
        for wait in waits:
            wait.until_said("selects nothing yet")
        before = time.process_time()
        measured.wait(3)
        spent = time.process_time() - before
        own.cancel()
        for wait in waits:
            wait.not_ready()
    assert spent < 1, f"50 idle waits took {spent:.1f} s of CPU in 3 s"
