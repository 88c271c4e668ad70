"""Keeps the node's ruleset as the cluster's NetworkPolicies say, from one change to the next."""

import functools
import json
import logging
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kubernetes import client, config, watch
from urllib3.exceptions import HTTPError

from sandbox.node_policies.added_pods import AddedPod, Addresses, serve
from sandbox.node_policies.ruleset import ruleset
from toolkit.polling import wait_for

log = logging.getLogger("node-policies")
WATCH_SECONDS = 300
# For the API server's answer and for nft. Whoever runs this starts it again after a failure, and the rules in
# the kernel stay meanwhile; a process that hangs nobody would start again.
DEADLINE_SECONDS = 10
# The node starts both together. To be started again and again instead would take a processor all that time.
START_SECONDS = 600
GATHER_SECONDS = 0.2  # changes come in bursts; a pod's ADD does not wait for more
# A cluster of builds has many pods that ended for each that runs.
NOT_ENDED = "status.phase!=Succeeded,status.phase!=Failed"
List = Callable[..., Any]
Changes = queue.SimpleQueue[AddedPod | BaseException | None]


def lists(api: client.ApiClient) -> tuple[List, List, List]:
    """The calls that list policies, namespaces and pods."""
    core = client.CoreV1Api(api)
    return (
        client.NetworkingV1Api(api).list_network_policy_for_all_namespaces,
        core.list_namespace,
        functools.partial(core.list_pod_for_all_namespaces, field_selector=NOT_ENDED),
    )


def current_ruleset(calls: tuple[List, List, List], addresses: Addresses, added: list[AddedPod]) -> str:
    """The ruleset of what is in the cluster now, with the pods just added."""
    answers = [call(_preload_content=False, _request_timeout=DEADLINE_SECONDS) for call in calls]
    policies, namespaces, pods = (json.loads(answer.data)["items"] for answer in answers)
    return ruleset(policies, namespaces, addresses.complete(pods, added))


def install(text: str) -> None:
    """Put the ruleset into force, all of it or nothing. Raises RuntimeError with what nft says against it."""
    process = subprocess.run(
        ["nft", "-f", "-"], input=text, capture_output=True, text=True, check=False, timeout=DEADLINE_SECONDS
    )
    if process.returncode:
        raise RuntimeError(f"nft refuses the ruleset: {process.stderr.strip()}")


def run(
    calls: tuple[List, List, List], install: Callable[[str], None], changes: Changes, addresses: Addresses
) -> None:
    """Installs the present ruleset, then another whenever it differs. Ends with the first failure, raised.

    A pod put into `changes` is answered when its rules are in force.
    """
    new_pods: list[AddedPod] = []
    for call in calls:
        threading.Thread(target=_follow, args=(call, changes), daemon=True).start()
    current = ""
    while True:
        text = current_ruleset(calls, addresses, new_pods)
        if text != current:
            install(text)
            current = text
            log.info("a ruleset of %d lines", text.count("\n"))
        for pod in new_pods:
            pod.answer.put(pod.error)
        new_pods = _next(changes)


def _next(changes: Changes) -> list[AddedPod]:
    """Waits until something changes; what changes soon after is the same change. The pods added with it."""
    new_pods: list[AddedPod] = []
    change = changes.get()
    deadline = time.monotonic() + GATHER_SECONDS
    while True:
        if isinstance(change, BaseException):
            raise change
        if isinstance(change, AddedPod):
            new_pods.append(change)
        try:
            change = changes.get(timeout=0 if new_pods else max(0, deadline - time.monotonic()))
        except queue.Empty:
            return new_pods


def _follow(call: List, changes: Changes) -> None:
    """Yields each change; the watch begins with all objects that exist, so that no change is missed."""
    try:
        while True:
            # Events as they come: what this client's models refuse would end the watch.
            events = watch.Watch(return_type=object)
            limit = WATCH_SECONDS + DEADLINE_SECONDS
            for _ in events.stream(call, timeout_seconds=WATCH_SECONDS, _request_timeout=limit):
                changes.put(None)
    except BaseException as error:  # its thread is not where anybody would see it
        changes.put(error)


def main() -> None:
    """`KUBECONFIG`, `SOCKET` and `ADDRESSES` (files) come from the environment; runs as root in the node."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    calls = lists(config.new_client_from_config(os.environ["KUBECONFIG"]))
    wait_for("the API server", lambda: _problem(calls) or True, seconds=START_SECONDS, interval=0.2)
    changes: Changes = queue.SimpleQueue()
    serve(Path(os.environ["SOCKET"]), changes.put)
    run(calls, install, changes, Addresses(Path(os.environ["ADDRESSES"])))


def _problem(calls: tuple[List, List, List]) -> str:
    try:
        calls[1](limit=1, _request_timeout=DEADLINE_SECONDS)
    except (client.ApiException, HTTPError) as error:
        return str(error)
    return ""


if __name__ == "__main__":
    main()
