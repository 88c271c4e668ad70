"""`make kubeconfig`: a stack's cluster in the user's kubeconfig."""

import argparse
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import yaml

from cli import kubeconfig_entries, kubeconfig_file, stack_outputs
from cli.options import add_stack
from sandbox.network import Network
from toolkit.paths import Paths

SECONDS = "20s"  # for the cluster's answer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_stack(parser)
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--use", action="store_true", help="make it the current context")
    group.add_argument("--remove", action="store_true", help="take the stack's entries out again")


def main(options: argparse.Namespace, paths: Paths) -> int:
    stack = options.stack
    if options.remove:
        return remove(stack, paths)
    return add(
        stack,
        lambda: stack_outputs.require(stack_outputs.read(stack, paths), "kubeconfig", stack),
        paths,
        use=options.use,
    )


def add(stack: str, stack_kubeconfig: Callable[[], str], paths: Paths, *, use: bool) -> int:
    """Merges it, and shows the cluster's nodes; kubectl's exit code."""
    file = kubeconfig_file.user_file(os.environ, paths.kubeconfig)
    config = kubeconfig_entries.parse(kubeconfig_file.read(file) or "", str(file))
    name = kubeconfig_entries.entry_name(stack)
    entries = kubeconfig_entries.parse(stack_kubeconfig(), f"the kubeconfig of stack {stack}")
    merged = kubeconfig_entries.merge(config, entries, name, use=use)
    if merged == config:
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
    file = kubeconfig_file.user_file(os.environ, paths.kubeconfig)
    config = kubeconfig_entries.parse(kubeconfig_file.read(file) or "", str(file))
    name = kubeconfig_entries.entry_name(stack)
    reduced = kubeconfig_entries.remove(config, name)
    if reduced == config:
        print(f"{file} has no entries {name}")
        return 0
    _write(file, reduced)
    print(f"{file} has no entries {name} any more")
    return 0


def _write(file: Path, config: dict[str, object]) -> None:
    backup = kubeconfig_file.write(file, yaml.safe_dump(config, sort_keys=False, allow_unicode=True))
    if backup:
        print(f"what was there before: {backup}")


def _nodes(file: Path, context: str, paths: Paths) -> int:
    sandbox_kubectl = paths.state / "bin" / "kubectl"
    kubectl = shutil.which("kubectl") or (str(sandbox_kubectl) if sandbox_kubectl.exists() else None)
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
