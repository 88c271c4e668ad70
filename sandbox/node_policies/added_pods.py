"""Rules before a pod runs: a CNI plugin asks for them, and its ADD ends when they are in force.

The API server learns a pod's address from the kubelet when the pod runs already, so the plugin brings it.
Over a Unix socket, a line of JSON each way: `namespace`, `name`, `address`, and back `error`, empty if none.
"""

import ipaddress
import json
import queue
import socketserver
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.node_policies.plugin import ADD_SECONDS, LINE_BYTES
from sandbox.node_policies.pods import Object
from toolkit.files import write_atomic


@dataclass
class AddedPod:
    """A pod that has just got its address; `answer` gets `error` when its rules are in force."""

    namespace: str
    name: str
    address: str
    error: str = ""
    answer: "queue.SimpleQueue[str]" = field(default_factory=queue.SimpleQueue)


class Addresses:
    """Addresses of pods, as the plugin reported them.

    A pod's status may lack the address, or have that of the pod's earlier sandbox. `file` keeps them for
    the next process.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._owners: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}  # uid by address

    def complete(self, pods: list[Object], added: Iterable[AddedPod]) -> list[Object]:
        """The API's pods with their addresses, and without those that are another pod's by now.

        An added pod that is not among them gets its `error`.
        """
        uids = {
            (pod["metadata"]["namespace"], pod["metadata"]["name"]): pod["metadata"]["uid"] for pod in pods
        }
        owners = self._owners
        for pod_to_add in added:
            uid = uids.get((pod_to_add.namespace, pod_to_add.name))
            if uid is None:
                pod_to_add.error = f"the API server has no pod {pod_to_add.namespace}/{pod_to_add.name}"
            else:
                kept_owners = {address: owner for address, owner in owners.items() if owner != uid}
                owners = {**kept_owners, pod_to_add.address: uid}
        current_uids = set(uids.values())
        self._keep({address: uid for address, uid in owners.items() if uid in current_uids})
        by_uid = {uid: address for address, uid in self._owners.items()}
        return [self._complete_pod(pod, by_uid.get(pod["metadata"]["uid"])) for pod in pods]

    def _keep(self, owners: dict[str, str]) -> None:
        if owners != self._owners:
            write_atomic(self._file, json.dumps(owners), mode=0o644)
            self._owners = owners

    def _complete_pod(self, pod: Object, address: str | None) -> Object:
        status = pod.get("status", {})
        reported = status.get("podIP")
        return {
            **pod,
            "status": {**status, "podIP": address or (reported if reported not in self._owners else "")},
        }


def serve(path: Path, add: Callable[[AddedPod], None]) -> socketserver.BaseServer:
    """Answers plugins on the socket at `path`, root's alone, until `shutdown`; `add` hands each pod on."""

    class Handler(socketserver.StreamRequestHandler):
        timeout = ADD_SECONDS

        def handle(self) -> None:
            try:
                words = json.loads(self.rfile.readline(LINE_BYTES))
                address = ipaddress.IPv4Address(words["address"])
                pod = AddedPod(str(words["namespace"]), str(words["name"]), str(address))
                add(pod)
                error = pod.answer.get(timeout=ADD_SECONDS)
            except queue.Empty:
                error = f"no rules within {ADD_SECONDS} s"
            except (ValueError, KeyError, TypeError, OSError) as problem:
                error = f"not a pod and its address: {problem!r}"
            self.wfile.write(json.dumps({"error": error}).encode() + b"\n")

    path.unlink(missing_ok=True)
    server = socketserver.ThreadingUnixStreamServer(str(path), Handler, bind_and_activate=False)
    server.daemon_threads = True
    server.server_bind()
    path.chmod(0o600)  # before it listens
    server.server_activate()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
