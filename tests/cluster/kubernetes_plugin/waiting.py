"""A wait in the background, beside a test that plays kubelet, load balancer or volume provisioner."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from plugins.kubernetes.api import Api, Object, namespace_of
from plugins.kubernetes.await_ready import await_ready
from plugins.kubernetes.errors import NotReady

SECONDS = 30


class Wait:
    """A context manager: creates the object and waits for it in a thread of its own."""

    def __init__(self, api: Api, obj: Object, timeout: float = SECONDS) -> None:
        self.said: list[str] = []
        self._api = api
        self._timeout = timeout
        self._live: Object | None = None
        self._error: Exception | None = None
        self.obj = api.create(obj, field_manager="test")
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            self._live = await_ready(self._api, self.obj, timeout=self._timeout, log=self.said.append)
        except Exception as error:  # told by `ready` and `not_ready`
            self._error = error

    def __enter__(self) -> Wait:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.join(SECONDS + self._timeout)

    @property
    def over(self) -> bool:
        return not self._thread.is_alive()

    def until_said(self, words: str) -> None:
        """Until the wait has told the user so: then what the test does next happens during the wait."""
        until(lambda: any(words in text for text in self.said), lambda: f"only said {self.said}")

    def ready(self) -> Object:
        self._thread.join(SECONDS)
        assert self.over, f"still waiting, and last said {self.said[-1:]}"
        if self._error:
            raise self._error
        assert self._live is not None
        return self._live

    def not_ready(self) -> NotReady:
        self._thread.join(SECONDS)
        assert self.over, f"still waiting, and last said {self.said[-1:]}"
        assert isinstance(self._error, NotReady), f"{self._error!r} is no refusal; the object is {self._live}"
        return self._error


def until(condition: Callable[[], Any], state: Callable[[], str]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, state()
        time.sleep(0.02)


def set_status(api: Api, obj: Object, status: Object) -> None:
    """Writes what a controller or a kubelet would write."""
    resource = api.kind(obj["apiVersion"], obj["kind"])
    path = resource.path(name=obj["metadata"]["name"], namespace=namespace_of(obj))
    api._requests.send(
        "patch", f"{path}/status", body={"status": status}, content_type="application/merge-patch+json"
    )


def pods_of(api: Api, namespace: str, count: int) -> list[Object]:
    """The namespace's Pods, as soon as there are `count`."""
    until(
        lambda: len(api.list("v1", "Pod", namespace)) >= count,
        lambda: f"{len(api.list('v1', 'Pod', namespace))} Pods instead of {count}",
    )
    return api.list("v1", "Pod", namespace)


def bind_pod(api: Api, pod: Object) -> None:
    """Gives the Pod an address on a node of its own, named as the namespace: else it is no endpoint."""
    namespace, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
    api.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": namespace}}, field_manager="test")
    binding = {
        "apiVersion": "v1",
        "kind": "Binding",
        "metadata": {"name": name},
        "target": {"apiVersion": "v1", "kind": "Node", "name": namespace},
    }
    api._requests.send(
        "post", f"{api.kind('v1', 'Pod').path(name=name, namespace=namespace)}/binding", body=binding
    )
    set_status(api, pod, {"podIP": "10.1.2.3", "podIPs": [{"ip": "10.1.2.3"}]})


def run_pod(api: Api, pod: Object, address: str = "10.1.2.3") -> None:
    """Ready, as a kubelet reports it."""
    now = "2026-01-01T00:00:00Z"
    kinds = ("PodScheduled", "Initialized", "ContainersReady", "Ready")
    conditions = [{"type": kind, "status": "True", "lastTransitionTime": now} for kind in kinds]
    set_status(
        api,
        pod,
        {"phase": "Running", "podIP": address, "podIPs": [{"ip": address}], "conditions": conditions},
    )


def stop_pod(api: Api, pod: Object, reason: str, message: str) -> None:
    """Not ready, its container waiting for the reason given."""
    name = pod["spec"]["containers"][0]["name"]
    status = {
        "name": name,
        "image": "example.invalid/none",
        "imageID": "",
        "ready": False,
        "restartCount": 0,
        "state": {"waiting": {"reason": reason, "message": message}},
    }
    conditions = [{"type": "PodScheduled", "status": "True"}, {"type": "Ready", "status": "False"}]
    set_status(api, pod, {"phase": "Pending", "conditions": conditions, "containerStatuses": [status]})
