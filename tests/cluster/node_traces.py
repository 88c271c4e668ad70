"""Traces of a node on the machine: everything that can be counted before and after."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from sandbox.node.cgroup import hierarchies
from sandbox.node.mounts import FOLDERS

REMAINING = ("log", "bin")  # for whoever wants to know why; and the toolchain's links


def pid_namespace(pid: int) -> str:
    """The name of a process's PID namespace; empty when the process is gone."""
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return ""


def processes_in(namespace: str) -> dict[int, str]:
    """Every process of a PID namespace: number on this machine, and command line."""
    processes = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and pid_namespace(int(entry.name)) == namespace:
            try:
                processes[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
    return processes


def traces(state: Path, network: str) -> dict[str, list[str]]:
    """Things of this machine, by kind, that name the sandbox's state folder, its range or its link."""
    prefix = ".".join(network.split(".")[:2])
    name = prefix.replace(".", "-")
    processes = []
    mounts = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            mountinfo = (entry / "mountinfo").read_text()
        except OSError:
            continue
        if f"{state}/" in command:
            processes.append(f"{entry.name} {command}")
        mounts += [line for line in mountinfo.splitlines() if f"{state}/" in line]
    roots = hierarchies(Path("/proc/self/mountinfo").read_text())
    return {
        "processes": processes,
        "mounts": mounts,
        "links": _lines(["ip", "-oneline", "link"], f"tekton-{name}"),
        "addresses": _lines(["ip", "-oneline", "address"], f" {prefix}."),
        "routes": _lines(["ip", "route", "show", "table", "all"], f"{prefix}."),
        "iptables rules": _lines(["iptables-save"], f"{prefix}."),
        "cgroups": [
            str(root / f"tekton-builds-{name}") for root in roots if (root / f"tekton-builds-{name}").exists()
        ],
        "claims": [str(path) for path in Path("/run/tekton-builds").glob(f"{prefix}.*")],
        "state": [str(path) for path in state.glob("*") if path.name not in REMAINING],
    }


def machine() -> dict[str, object]:
    """State of the machine that no sandbox may change, whatever else runs meanwhile."""
    return {
        "iptables rules": _rules(),
        "folders": [folder for folder in FOLDERS.values() if Path(folder).exists()],
        "kernel settings": [
            Path("/proc/sys", name).read_text()
            for name in (
                "vm/overcommit_memory",
                "kernel/panic",
                "kernel/panic_on_oops",
                "net/ipv4/ip_forward",
            )
        ],
    }


def _lines(command: list[str], text: str) -> list[str]:
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [line for line in output.splitlines() if text in f" {line}"]


def _rules() -> list[str]:
    output = subprocess.run(["iptables-save"], capture_output=True, text=True, check=True).stdout
    return [line for line in output.splitlines() if line.startswith("-A")]
