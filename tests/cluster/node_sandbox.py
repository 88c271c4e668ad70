"""A node with what the tests need to look at it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import requests

from sandbox.network import Network
from sandbox.node import Node
from sandbox.node.claim import Claim
from sandbox.toolchain.toolchain import Toolchain
from toolkit.paths import Paths

RANGE = os.environ.get("SANDBOX_TEST_NETWORK", "10.231.0.0/16")


class Notes:
    """Remembers what the user is told."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def note(self, text: str) -> None:
        self.texts.append(text)


class Sandbox:
    """A node with what the tests need to look at it."""

    def __init__(self, state: Path, network: str = RANGE) -> None:
        self.paths = Paths(state=state)
        self.network = Network(network)
        self.toolchain = Toolchain(self.paths)
        self.toolchain.ensure(
            "debian", "kubernetes", "control-plane", "busybox", "local-path-provisioner-image"
        )
        self.notes = Notes()

    @property
    def node(self) -> Node:
        """Creates the node as a new `make up` does, from what is on disk alone."""
        return Node(self.paths, self.network, self.toolchain, self.notes)

    @property
    def pid(self) -> int:
        process = Claim(self.network.range, self.paths.state).process()
        assert process is not None, "the node's first process should run"
        return process.pid

    def find(self, words: str) -> list[str]:
        """The node's processes, pods' too, whose command line holds these words: their numbers inside."""
        lines = self.node.run(["ps", "-e", "-o", "pid=,args="]).splitlines()
        return [line.split()[0] for line in lines if words in line]

    def kubectl(self, *arguments: str, check: bool = True) -> str:
        result = subprocess.run(
            [str(self.toolchain.program("kubectl")), "--kubeconfig", str(self.paths.kubeconfig), *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert not check or result.returncode == 0, f"kubectl {arguments} failed: {result.stderr}"
        return result.stdout.strip()

    def has_marker(self) -> bool:
        return bool(self.kubectl("get", "configmap", "marker", "--ignore-not-found", "--output=name"))

    def fetch(self, url: str) -> str:
        session = requests.Session()
        session.trust_env = False
        try:
            return session.get(url, timeout=3).text
        except requests.RequestException:
            return ""
