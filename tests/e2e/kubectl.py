"""kubectl on the sandbox's cluster."""

import subprocess

from sandbox.paths import Paths

SECONDS = 60


def kubectl(paths: Paths, *arguments: str) -> str:
    """What it prints. Raises subprocess.CalledProcessError when it fails."""
    command = [paths.state / "bin" / "kubectl", "--kubeconfig", paths.kubeconfig, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=SECONDS).stdout
