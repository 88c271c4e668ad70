"""The lock that a `pulumi` command leaves on a stack when it is killed."""

import json
import socket
from pathlib import Path

from toolkit.pulumi_cli import PulumiError


def remove_stale_locks(folder: Path) -> None:
    """Takes away the locks in this folder of a local backend. Raises PulumiError when a holder is alive."""
    for lock in sorted(folder.glob("*.json")):
        try:
            holder = json.loads(lock.read_text())
        except (OSError, ValueError):
            holder = {}  # gone, or cut off when its writer was killed
        pid = int(holder.get("pid", 0))
        if holder.get("hostname") == socket.gethostname() and _is_pulumi(pid):
            raise PulumiError(f"pulumi (process {pid}) works on this stack; wait for it, or end it")
        lock.unlink(missing_ok=True)


def _is_pulumi(pid: int) -> bool:
    try:
        return str(Path(f"/proc/{pid}/exe").readlink()).removesuffix(" (deleted)").endswith("/pulumi")
    except OSError:
        return False
