"""The node's daemons and their start scripts."""

import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from sandbox.network import Network
from sandbox.node.configuration import POLICIES_SOCKET
from sandbox.node.services import Services
from toolkit.paths import CHECKOUT, Paths

SCRIPTS = Path(__file__).with_name("services")
# Started by hand: their configuration is made after the node's start.
DEFERRED = frozenset({"kubelet", "kube-proxy", "load-balancer", "node-policies"})


def scripts(paths: Paths, network: Network, program: Callable[[str], Path]) -> dict[str, str]:
    """The start script of every daemon, by name."""
    state = paths.state.resolve()
    folder = state / "node"
    environments: dict[str, dict[str, object]] = {
        "containerd": {"CONFIGURATION": folder / "containerd.toml"},
        "registry": {"CONFIGURATION": folder / "registry.yaml"},
        "releases": {"LISTEN": network.releases.removeprefix("http://"), "FOLDER": state / "releases"},
        "kubelet": {"PROGRAM": program("kubelet"), "ADDRESS": network.node},
        "kube-proxy": {"PROGRAM": program("kube-proxy"), "CONFIGURATION": folder / "kube-proxy.yaml"},
        "load-balancer": {
            "PYTHON": sys.executable,
            "CHECKOUT": CHECKOUT,
            "KUBECONFIG": folder / "kubernetes" / "admin.conf",
            "ADDRESSES": network.load_balancers,
        },
        "node-policies": {
            "PYTHON": sys.executable,
            "CHECKOUT": CHECKOUT,
            "KUBECONFIG": folder / "kubernetes" / "admin.conf",
            "SOCKET": POLICIES_SOCKET,
            "ADDRESSES": "/run/node-policies.json",
        },
    }
    return {name: _script(name, environment) for name, environment in environments.items()}


def _script(name: str, environment: Mapping[str, object]) -> str:
    words = ["env", *(f"{key}={value}" for key, value in environment.items()), str(SCRIPTS / f"{name}.sh")]
    return f"#!/bin/sh\nexec {shlex.join(words)}\n"


def define(services: Services, scripts_by_name: dict[str, str]) -> set[str]:
    """Defines all of them; the names of those that changed."""
    return {
        name
        for name, script in scripts_by_name.items()
        if services.add(name, script, deferred=name in DEFERRED)
    }
