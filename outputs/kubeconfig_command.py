"""`make kubeconfig`: a stack's cluster in the user's kubeconfig."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import yaml

from outputs import kubeconfig, kubeconfig_file
from sandbox.network import Network
from sandbox.paths import Paths

SECONDS = "20s"  # for the cluster's answer


def add(stack: str, stack_kubeconfig: Callable[[], str], paths: Paths, *, use: bool) -> int:
    """Merges it, and shows the cluster's nodes; kubectl's exit code."""
    file = kubeconfig_file.chosen(os.environ, paths.kubeconfig)
    before = kubeconfig.parse(kubeconfig_file.read(file) or "", str(file))
    name = kubeconfig.entry_name(stack)
    ours = kubeconfig.parse(stack_kubeconfig(), f"the kubeconfig of stack {stack}")
    merged = kubeconfig.merge(before, ours, name, use=use)
    if merged == before:
        file.chmod(0o600)
        print(f"{file} has the context {name} already")
    else:
        _write(file, merged)
        print(f"{file} has the context {name}")
    if merged["current-context"] != name:
        print(f"the current context is still {merged['current-context']}; USE=1 switches to {name}")
    return _nodes(file, name, paths)


def remove(stack: str, paths: Paths) -> int:
    """Takes the stack's entries out again; 0 too when there are none."""
    file = kubeconfig_file.chosen(os.environ, paths.kubeconfig)
    before = kubeconfig.parse(kubeconfig_file.read(file) or "", str(file))
    name = kubeconfig.entry_name(stack)
    rest = kubeconfig.remove(before, name)
    if rest == before:
        print(f"{file} has no entries {name}")
        return 0
    _write(file, rest)
    print(f"{file} has no entries {name} any more")
    return 0


def _write(file: Path, config: dict[str, object]) -> None:
    backup = kubeconfig_file.write(file, yaml.safe_dump(config, sort_keys=False, allow_unicode=True))
    if backup:
        print(f"what was there before: {backup}")


def _nodes(file: Path, context: str, paths: Paths) -> int:
    beside = paths.state / "bin" / "kubectl"
    kubectl = shutil.which("kubectl") or (str(beside) if beside.exists() else None)
    command = [
        "--kubeconfig",
        str(file),
        "--context",
        context,
        f"--request-timeout={SECONDS}",
        "get",
        "nodes",
    ]
    if kubectl is None:
        print(f"kubectl is not installed; with it: kubectl {' '.join(command[2:4])} get nodes")
        return 0
    environment = {**os.environ, **Network().without_proxy(os.environ)}
    return subprocess.run([kubectl, *command], env=environment, check=False).returncode
