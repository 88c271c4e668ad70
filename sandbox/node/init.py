"""The node's first process and the namespaces it is in."""

import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

from sandbox.node.claim import Claim, Process
from sandbox.node.problem import NodeBrokenError, NodeError
from toolkit.polling import wait_for

SCRIPT = Path(__file__).with_name("init.sh")
# No variable of ours goes in: a proxy, a token or a KUBECONFIG of this machine means nothing there.
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
}
RUN_SECONDS = 120


class Init:
    """PID 1: `start`, `run` something beside it, `kill`. Its namespaces: PID, mount, network, host name."""

    def __init__(self, claim: Claim, log: Path) -> None:
        self._claim = claim
        self._log = log

    @property
    def process(self) -> Process | None:
        """The process; None when it does not run."""
        return self._claim.process()

    def start(self, services: Path, mounts: Sequence[tuple[Path, str]]) -> Process:
        """Start the node over its services; `mounts` are (source, target inside) pairs.

        It waits for its link for 30 s and ends without. Raises NodeBrokenError when it does not even begin.
        """
        self._claim.process_file.unlink(missing_ok=True)
        pairs = [str(word) for pair in mounts for word in pair]
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            starter = subprocess.Popen(
                [
                    *("unshare", "--fork", "--pid", "--mount", "--net", "--uts", "--propagation", "private"),
                    *(str(SCRIPT), str(self._claim.process_file), str(services), *pairs),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=ENVIRONMENT,
                start_new_session=True,  # it outlives us, and a Ctrl-C in our terminal
            )

        def first_process() -> Process | str:
            if starter.poll() is not None:
                raise NodeBrokenError(f"the node's first process ended at once; see {self._log}")
            return self.process or "not yet"

        process: Process = wait_for("the node's first process", first_process, seconds=10, interval=0.02)
        return process

    def command(self, command: Sequence[str]) -> list[str]:
        """The command line for this machine that runs `command` in the node as root.

        Raises NodeError when the node does not run.
        """
        process = self.process
        if process is None:
            raise NodeError("the sandbox's node does not run; start it with `make up`")
        nsenter = ["nsenter", "--target", str(process.pid), "--mount", "--uts", "--net", "--pid"]
        return [*nsenter, "--", *command]

    def run(self, command: Sequence[str], *, input: str = "", seconds: float = RUN_SECONDS) -> str:  # noqa: A002
        """Runs a command; its output. Raises NodeBrokenError with its last words on failure or timeout."""
        try:
            process = subprocess.run(
                self.command(command),
                input=input,
                capture_output=True,
                text=True,
                check=False,
                cwd="/",
                env=ENVIRONMENT,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired:
            raise NodeBrokenError(
                f"in the node, {Path(command[0]).name} took more than {seconds:.0f} s"
            ) from None
        if process.returncode:
            words = (process.stderr.strip() or process.stdout.strip()).splitlines()[-3:]
            with self._log.open("a") as log:
                log.write(f"$ {shlex.join(command)}\n{process.stdout}{process.stderr}\n")
            raise NodeBrokenError(
                f"in the node, {Path(command[0]).name} ended with status {process.returncode}: "
                f"{' | '.join(words)} (log: {self._log})"
            )
        return process.stdout

    def kill(self) -> None:
        """End it and everything in its namespaces, and wait for that."""
        process = self.process
        if process:
            process.kill()
