"""The CNI plugin after ptp: a pod's ADD ends when its NetworkPolicies are in force.

containerd runs this file by itself, as the CNI specification says: the command and the pod come in the
environment, the configuration with ptp's result on stdin. Every pod's start waits for it, so it imports what
Python brings and nothing else.
"""

import json
import os
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ADD_SECONDS = 2.0  # then ADD fails, and the kubelet repeats it
PAUSE_SECONDS = 0.05
LINE_BYTES = 4096
TRY_AGAIN = 11  # the specification's error code
VERSIONS = ("0.3.0", "0.3.1", "0.4.0", "1.0.0")


class NotInstalledError(Exception):
    """The pod's rules are not in force: it must not run."""


def request_rules(path: Path, namespace: str, name: str, address: str, seconds: float = ADD_SECONDS) -> None:
    """Returns when the pod's rules are in force. Raises NotInstalledError if they are not within `seconds`.

    The enforcer starts together with the kubelet, so its socket at `path` is waited for.
    """
    deadline = time.monotonic() + seconds
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(seconds)
            _connect(connection, path, deadline)
            words = {"namespace": namespace, "name": name, "address": address}
            connection.sendall(json.dumps(words).encode() + b"\n")
            with connection.makefile() as answer:
                error = json.loads(answer.readline(LINE_BYTES))["error"]
    except (OSError, ValueError) as problem:
        raise NotInstalledError(f"{namespace}/{name} gets no NetworkPolicies: {path}: {problem}") from problem
    if error:
        raise NotInstalledError(f"{namespace}/{name} gets no NetworkPolicies: {error}")


def _connect(connection: socket.socket, path: Path, deadline: float) -> None:
    while True:
        try:
            return connection.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            if time.monotonic() > deadline:
                raise
        time.sleep(PAUSE_SECONDS)


def run(environment: Mapping[str, str], configuration: dict[str, Any]) -> dict[str, Any] | None:
    """Executes the command; its answer, None when there is none. Raises NotInstalledError."""
    command = environment["CNI_COMMAND"]
    if command == "VERSION":
        return {"cniVersion": VERSIONS[-1], "supportedVersions": VERSIONS}
    if command != "ADD":  # a pod's rules go with it, as the enforcer sees
        return None
    pod = dict(part.partition("=")[::2] for part in environment["CNI_ARGS"].split(";"))
    result: dict[str, Any] = configuration["prevResult"]
    for ip in result["ips"]:
        address = ip["address"].partition("/")[0]
        path = Path(configuration["socket"])
        request_rules(path, pod["K8S_POD_NAMESPACE"], pod["K8S_POD_NAME"], address)
    return result


def main() -> int:
    """The process's status."""
    configuration = json.load(sys.stdin)
    try:
        answer = run(os.environ, configuration)
    except NotInstalledError as error:
        version = configuration["cniVersion"]
        print(json.dumps({"cniVersion": version, "code": TRY_AGAIN, "msg": str(error)}))
        return 1
    if answer is not None:
        print(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
