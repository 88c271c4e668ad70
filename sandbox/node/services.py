"""The node's daemons, under runit: one folder each, started again whenever they die, with bounded logs."""

import shlex
import subprocess
from pathlib import Path

from sandbox.node.problem import NodeBrokenError
from toolkit.files import write_changed
from toolkit.polling import wait_for

WRAPPER = Path(__file__).with_name("service.sh")
LOG_BYTES = 2_000_000
LOG_FILES = 3
SCAN_SECONDS = 20  # runsvdir looks for new folders every 5 s


class Services:
    """`<folder>/NAME/` is what runsvdir runs; `<logs>/NAME.log` what NAME said last."""

    def __init__(self, folder: Path, logs: Path) -> None:
        self.folder = folder
        self._logs = logs

    def add(self, name: str, script: str, *, deferred: bool = False) -> bool:
        """Define a service by the text of its script, which must end in `exec`; True when that is a change.

        In a running node a new one starts within 5 s. `deferred`: it waits for `start` (once).
        """
        service = self.folder / name
        (service / "log").mkdir(parents=True, exist_ok=True)
        log = self._logs / name
        log.mkdir(parents=True, exist_ok=True)
        _write(log / "config", f"s{LOG_BYTES}\nn{LOG_FILES}\n")
        link = self._logs / f"{name}.log"
        if not link.is_symlink():
            link.unlink(missing_ok=True)
            link.symlink_to(f"{name}/current")
        is_new = not (service / "run").exists()
        if is_new and deferred:
            (service / "down").touch()
        _write(service / "log" / "run", _script(["svlogd", "-tt", str(log)]))
        is_changed = _write(service / "start", script)
        return _write(service / "run", _script([str(WRAPPER), name])) or is_changed

    def names(self) -> list[str]:
        """Names of all services, sorted."""
        return sorted(run.parent.name for run in self.folder.glob("*/run"))

    def start(self, name: str) -> None:
        """Let a service run, now and after every restart of the node."""
        (self.folder / name / "down").unlink(missing_ok=True)
        self._wait_for_supervisor(name)
        self._sv("up", name)

    def restart(self, name: str) -> None:
        """End it, by force if need be, and start it."""
        self._wait_for_supervisor(name)
        (self.folder / name / "down").unlink(missing_ok=True)
        self._sv("-w", "5", "force-restart", name)

    def stop(self, name: str) -> None:
        """End it, by force if need be."""
        self._wait_for_supervisor(name)
        self._sv("-w", "5", "force-stop", name)

    def state(self, name: str) -> str:
        """State in runit's words, such as `run: 12 s` or `down: 3 s`."""
        process = subprocess.run(
            ["sv", "status", str(self.folder / name)], capture_output=True, text=True, check=False
        )
        words = process.stdout.partition(";")[0].strip()
        if not words:
            return "not supervised yet"
        return words.replace(f" {self.folder / name}:", "")

    def is_running(self, name: str) -> bool:
        """True when its process runs."""
        return self.state(name).startswith("run:")

    def log(self, name: str) -> Path:
        """The file with what it said last."""
        return self._logs / f"{name}.log"

    def _wait_for_supervisor(self, name: str) -> None:
        def supervisor_state() -> bool | str:
            state = self.state(name)
            return state.startswith(("run:", "down:", "finish:")) or state

        wait_for(f"the supervisor of {name}", supervisor_state, seconds=SCAN_SECONDS)

    def _sv(self, *arguments: str) -> None:
        command = ["sv", *arguments[:-1], str(self.folder / arguments[-1])]
        process = subprocess.run(command, capture_output=True, text=True, check=False)
        if process.returncode:
            raise NodeBrokenError(
                f"`{shlex.join(command)}` failed: {process.stdout.strip() or process.stderr.strip()}"
            )


def _script(command: list[str]) -> str:
    return f"#!/bin/sh\nexec {shlex.join(command)}\n"


def _write(file: Path, text: str) -> bool:
    return write_changed(file, text, mode=0o700)  # as a whole: runit may be about to run it
