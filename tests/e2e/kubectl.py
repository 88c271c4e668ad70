"""kubectl on the sandbox's cluster."""

import subprocess

from toolkit.paths import Paths

SECONDS = 60


def kubectl(paths: Paths, *arguments: str, stdin: str = "") -> str:
    """Runs kubectl; returns its output. Raises subprocess.CalledProcessError when it fails."""
    command = [paths.state / "bin" / "kubectl", "--kubeconfig", paths.kubeconfig, *arguments]
    result = subprocess.run(command, input=stdin, capture_output=True, text=True, check=True, timeout=SECONDS)
    return result.stdout
