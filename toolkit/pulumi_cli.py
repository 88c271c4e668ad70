"""The Pulumi CLI, run with one environment."""

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from toolkit.interrupts import defer_signals, wait_in_foreground
from toolkit.paths import CHECKOUT, Paths
from toolkit.temporary import private_folder

# An interrupted `up` gets so long to finish what it has begun, so that nothing is left pending.
GRACE = 60.0
POLICIES = ("--policy-pack", str(CHECKOUT / "policy"))
# A change that it finds is reported, is not taken over, and is an error.
DRIFT = ("refresh", "--preview-only", "--expect-no-changes", "--diff")
# Every resource of the stack, and whether the new one or the old one of a replacement comes first.
ALL_STEPS = ("--json", "--show-sames", "--show-replacement-steps")
# For a command whose output is read later: no questions, no colours, no dots.
NON_INTERACTIVE = ("--non-interactive", "--color=never", "--suppress-progress")


class PulumiError(Exception):
    """A failure of the CLI, in one sentence."""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Steps and warnings of a preview."""

    steps: list[dict[str, Any]]
    """A step for every resource, also for those that stay as they are."""
    warnings: list[str]
    """The program's, and the CLI's own."""


@dataclass(frozen=True, kw_only=True)
class Pulumi:
    """`environment` is added to `base`; `project` is the folder with Pulumi.yaml."""

    program: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    project: Path = CHECKOUT
    base: Mapping[str, str] = field(default_factory=lambda: os.environ)
    """Variables to start from: this process's own, or a copy without some of them."""
    temporary: Path = field(default_factory=lambda: Paths().temporary)
    """Every command gets a TMPDIR below it, which goes with the command."""

    def _environment(self, temporary: Path) -> dict[str, str]:
        env = {**self.base, **self.environment, "TMPDIR": str(temporary)}
        if "PULUMI_CONFIG_PASSPHRASE_FILE" in self.environment:
            env.pop("PULUMI_CONFIG_PASSPHRASE", None)  # the user's own; the CLI would prefer it
        return env

    def run(self, *arguments: str, stdin: str | None = None) -> str:
        """Runs a command without a terminal; its output. Raises PulumiError with the CLI's last words."""
        process = self._run_to_end(*arguments, stdin=stdin)
        if process.returncode != 0:
            raise PulumiError(f"pulumi {' '.join(arguments[:2])}: {_last_words(process)}")
        return process.stdout

    def read(self, *arguments: str) -> Any:
        """The JSON that a command prints."""
        return json.loads(self.run(*arguments))

    def preview(self, stack: str) -> Preview:
        """A preview. Raises PulumiError with the first thing that is wrong."""
        process = self._run_to_end("preview", "--stack", stack, *ALL_STEPS)
        try:
            digest = json.loads(process.stdout)
        except ValueError:
            digest = {}
        messages: dict[str, list[str]] = {"error": [], "warning": []}
        for entry in digest.get("diagnostics") or ():
            kind = entry["severity"]
            messages.setdefault(kind, []).append(entry["message"].strip().removeprefix(f"{kind}: "))
        if process.returncode != 0:
            raise PulumiError([*messages["error"], _last_words(process).removeprefix("error: ")][0])
        return Preview(steps=digest["steps"], warnings=messages["warning"])

    def _run_to_end(self, *arguments: str, stdin: str | None = None) -> "subprocess.CompletedProcess[str]":
        with private_folder(self.temporary) as temporary:
            return subprocess.run(
                [self.program, *arguments, "--non-interactive"],
                env=self._environment(temporary.folder),
                pass_fds=[temporary.lock],
                cwd=self.project,
                input=stdin or "",
                capture_output=True,
                text=True,
                check=False,
            )

    def show(self, *arguments: str, log: Path | None = None) -> int:
        """Runs a command on the user's terminal, or into `log`; its exit code.

        Ctrl-C is passed on: the CLI then finishes what is under way and records it, and KeyboardInterrupt is
        raised when it has ended.
        """
        command = [str(self.program), *arguments, *(NON_INTERACTIVE if log else ())]
        process = None
        with private_folder(self.temporary) as temporary, log.open("wb") if log else nullcontext() as output:
            try:
                with defer_signals():  # between the process and its name nobody could end it
                    # A session of its own: the terminal's Ctrl-C would reach the CLI twice, and kill it.
                    process = subprocess.Popen(
                        command,
                        env=self._environment(temporary.folder),
                        pass_fds=[temporary.lock],
                        cwd=self.project,
                        stdin=subprocess.DEVNULL,
                        stdout=output,
                        stderr=subprocess.STDOUT if output else None,
                        start_new_session=True,
                    )
                return process.wait()
            except BaseException:
                if process:
                    _end(process)
                raise

    def hand_over(self, *arguments: str) -> int:
        """Runs a command as if it were this process: with the terminal, questions and all; its exit code.

        The terminal's Ctrl-C reaches it anyway; SIGTERM is passed on. Both are left to it to answer.
        """
        with private_folder(self.temporary) as temporary:

            def start() -> "subprocess.Popen[bytes]":
                return subprocess.Popen(
                    [self.program, *arguments],
                    env=self._environment(temporary.folder),
                    pass_fds=[temporary.lock],
                    cwd=self.project,
                )

            code = wait_in_foreground(start)
        return code if code >= 0 else 128 - code  # as a shell says that a signal has ended it


def _last_words(process: "subprocess.CompletedProcess[str]") -> str:
    lines = [line.strip() for line in (process.stderr or process.stdout).splitlines() if line.strip()]
    # A warning may come behind the error: of a plugin that PATH has.
    lines = [line for line in lines if line.startswith("error:")] or lines
    return lines[-1] if lines else str(process.returncode)


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(GRACE)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        # The second Ctrl-C, or no end in sight: its plugins end by themselves when it is gone.
        process.kill()
        process.wait()
