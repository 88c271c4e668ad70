"""The real CLI, and the providers that it starts."""

import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.cluster.api_server import binary


def pulumi(
    *arguments: str, folder: Path, environment: Mapping[str, str], seconds: float, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Runs a command in `folder`. After `seconds` it ends with its providers; raises TimeoutExpired."""
    command = [str(binary("pulumi")), *arguments, "--non-interactive"]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a CLI that is killed leaves its providers running
    )
    try:
        out, err = process.communicate(stdin, timeout=seconds)
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    return subprocess.CompletedProcess(command, process.returncode, out, err)
