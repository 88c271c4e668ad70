"""The processes a language host has started: none of them outlives it."""

import subprocess
import threading
from collections.abc import Mapping, Sequence
from typing import Any

GRACE = 5.0  # seconds between asking and killing, the engine's own measure


def end(process: "subprocess.Popen[bytes]") -> None:
    """Interrupts the process, and kills it if it does not end within the grace."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Children:
    """Starts processes and remembers those that still run."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        # Re-entrant, because a signal handler ends the children in the thread that may just be starting one.
        self._lock = threading.RLock()

    def start(
        self, command: Sequence[str], *, env: Mapping[str, str], cwd: str | None = None, **streams: Any
    ) -> "subprocess.Popen[bytes]":
        """Starts a process with no input of its own."""
        with self._lock:
            process = subprocess.Popen(command, env=dict(env), cwd=cwd, stdin=subprocess.DEVNULL, **streams)
            self._running.add(process)
        return process

    def wait(self, process: "subprocess.Popen[bytes]") -> int:
        """Waits for the process and gives its exit code, negative for a signal."""
        try:
            return process.wait()
        finally:
            self._running.discard(process)

    def end_all(self) -> None:
        """Ends every process that still runs."""
        with self._lock:
            processes = list(self._running)
        for process in processes:
            if process.poll() is None:
                process.terminate()
        for process in processes:
            end(process)
