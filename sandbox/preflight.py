"""Checks of this machine before anything is begun: a sentence for each obstacle to a sandbox."""

import ipaddress
import json
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.network import Network
from sandbox.node.claim import Claim
from toolkit.paths import Paths

GIB = 1 << 30
FIRST_GIB = 12  # compilers' caches, tools, images and a running cluster
CACHED_GIB = 5
PROBE = Path(__file__).parent / "node" / "probe.sh"
PROBE_SECONDS = 20
ALTERNATIVE = "or use a cluster that you have: set `cluster.kubeconfig` in your stack's settings"


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Properties of a machine that preflight checks; tests pass another one.

    `free`: bytes to be had in a folder. `addresses` and `routes`: of `ip -json`. `lacks`: what the kernel
    cannot do in new namespaces, for a sandbox with its state in this folder, or nothing.
    """

    system: str
    root: bool
    free: Callable[[Path], int]
    addresses: Callable[[], list[dict[str, Any]]]
    routes: Callable[[], list[dict[str, Any]]]
    lacks: Callable[[Path], str]


def this_machine() -> Machine:
    """Describes the machine that runs this program."""
    return Machine(
        system=platform.system(),
        root=os.geteuid() == 0,
        free=lambda folder: shutil.disk_usage(_existing(folder)).free,
        addresses=lambda: _ip("address", "show"),
        routes=lambda: _ip("route", "show", "table", "all"),
        lacks=_lacks,
    )


def problems(
    paths: Paths,
    network: Network,
    *,
    cached: bool,
    machine: Machine | None = None,
    claim: Claim | None = None,
) -> list[str]:
    """Obstacles to a sandbox, each with what to do about it. `cached`: nothing needs to be built."""
    machine = machine or this_machine()
    claim = claim or Claim(network.range, paths.state)
    if machine.system != "Linux":
        return [f"the sandbox needs Linux, and this is {machine.system}: use a Linux machine, {ALTERNATIVE}"]
    if not machine.root:
        return [
            "the sandbox makes namespaces, mounts and a network link, which takes root: "
            f"run this as root, {ALTERNATIVE}"
        ]
    obstacles = _disk(paths, machine, FIRST_GIB if not cached else CACHED_GIB)
    obstacles += _addresses(network, machine, claim)
    return obstacles + kernel_problems(paths, network, machine=machine, claim=claim)


def kernel_problems(
    paths: Paths, network: Network, *, machine: Machine | None = None, claim: Claim | None = None
) -> list[str]:
    """Obstacles in the kernel. Checked again once the packages are there: the check needs their programs."""
    machine = machine or this_machine()
    claim = claim or Claim(network.range, paths.state)
    if claim.process() is None and (lack := machine.lacks(paths.state)):
        return [f"{lack}: use another machine or folder, {ALTERNATIVE}"]
    return []


def _disk(paths: Paths, machine: Machine, gib: int) -> list[str]:
    obstacles = {}
    for folder in (paths.state, paths.cache):
        available = machine.free(folder)
        if available < gib * GIB:
            obstacles[available] = (  # one file system is named once
                f"{folder} has {available / GIB:.1f} GiB left and the sandbox needs {gib} GiB: make room, "
                "or move the cache with TEKTON_BUILDS_CACHE=FOLDER"
            )
    return list(obstacles.values())


def _addresses(network: Network, machine: Machine, claim: Claim) -> list[str]:
    if conflict := claim.conflict():
        return [conflict]
    wanted_range = ipaddress.IPv4Network(network.range)
    choose = "choose a free range, such as SANDBOX_NETWORK=172.29.0.0/16 make up"
    for link in machine.addresses():
        if link.get("ifname") == claim.link:
            continue
        for info in link.get("addr_info", []):
            if info.get("family") == "inet" and ipaddress.IPv4Address(info["local"]) in wanted_range:
                address = f"{info['local']} on {link['ifname']}"
                return [f"{network.range} is in use: this machine has {address}; {choose}"]
    for route in machine.routes():
        target = _target(route)
        is_ours = route.get("dev") == claim.link or (
            route.get("type") == "blackhole" and target == wanted_range
        )
        if target and not is_ours and target.overlaps(wanted_range):
            via = route.get("dev") or route.get("type")
            return [f"{network.range} is in use: this machine has a route to {target} ({via}); {choose}"]
    return []


def _target(route: dict[str, Any]) -> ipaddress.IPv4Network | None:
    """Destination of a route; None for the default route and for anything but unicast IPv4."""
    if route.get("type") in {"broadcast", "multicast"}:
        return None
    try:
        target = ipaddress.IPv4Network(str(route.get("dst")), strict=False)
    except ValueError:
        return None
    return target if target.prefixlen else None


def _existing(folder: Path) -> Path:
    return next(path for path in (folder.resolve(), *folder.resolve().parents) if path.exists())


def _ip(*arguments: str) -> list[dict[str, Any]]:
    if not shutil.which("ip"):
        return []  # iproute2 is not installed yet: the node's start will tell
    process = subprocess.run(["ip", "-json", "-4", *arguments], capture_output=True, text=True, check=False)
    entries: list[dict[str, Any]] = json.loads(process.stdout) if process.stdout.strip() else []
    return entries


def _lacks(state: Path) -> str:
    modprobe = shutil.which("modprobe")
    # Modules that a namespace cannot load; where they are built in, or in a container, it just fails.
    if modprobe:
        subprocess.run(
            [modprobe, "--all", "--quiet", "overlay", "veth", "nf_tables"],
            capture_output=True,
            check=False,
        )
    folder = _existing(state)
    unshare = ["unshare", "--fork", "--pid", "--mount-proc", "--mount", "--net", "--uts"]
    try:
        temporary = tempfile.mkdtemp(dir=folder, prefix=".probe-")
    except OSError as error:
        return f"{folder} cannot be written to ({error.strerror})"
    try:
        command = [*unshare, str(PROBE), temporary]
        process = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PROBE_SECONDS)
    except FileNotFoundError:
        return ""  # util-linux is not installed yet: the node's start will tell
    except subprocess.TimeoutExpired:
        return f"the kernel did not give a namespace within {PROBE_SECONDS} s"
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    if process.returncode:
        reason = process.stderr.strip().rpartition("\n")[2]
        return f"the kernel gives no namespaces ({reason or 'no reason given'})"
    return f"{folder}: {process.stdout.strip()}" if process.stdout.strip() else ""
