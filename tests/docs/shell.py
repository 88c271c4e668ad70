"""A person's shell: one bash on a terminal of its own, in which commands are typed one after the other."""

import codecs
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

# Reads commands from one pipe and writes exit codes to another, so that neither can be taken for output; the
# commands themselves have the terminal alone.
LOOP = 'while IFS= read -r -d "" -u {0} line; do eval "$line" {0}<&- {1}>&-; printf "%d\\n" "$?" >&{1}; done'
ESCAPES = re.compile(r"\x1b(\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[0-9@-Z\\-_=>])")
CURSOR_QUERY = "\x1b[6n"  # a program that asks where the cursor is waits for the answer
ROWS, COLUMNS = 600, 220  # so many that the CLI shows every resource
QUIET = 0.3  # seconds in which nothing is printed
GRACE = 60.0  # seconds: an interrupted `up` finishes what it has begun
LAST = 6000  # characters of the output in an error


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a command printed, without colours and cursor movements, and how it ended."""

    command: str
    output: str
    code: int
    seconds: float


class Shell:
    """Use as a context manager. `log` gets everything that was on the screen."""

    def __init__(self, folder: Path, environment: Mapping[str, str], log: Path) -> None:
        self.folder = folder
        self._log = log.open("a", encoding="utf-8")
        self._screen, terminal = os.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        settings = termios.tcgetattr(terminal)
        settings[3] &= ~termios.ECHO  # what is typed is in the log already
        termios.tcsetattr(terminal, termios.TCSANOW, settings)
        commands, self._commands = os.pipe()
        self._codes, codes = os.pipe()
        self._process = subprocess.Popen(
            ["setsid", "--ctty", "bash", "--norc", "--noprofile", "-c", LOOP.format(commands, codes)],
            cwd=folder,
            env={**environment, "TERM": "xterm"},
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            pass_fds=(commands, codes),
        )
        for descriptor in (terminal, commands, codes):
            os.close(descriptor)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._commands)  # bash ends at the end of its commands
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._end()
        os.close(self._screen)
        os.close(self._codes)
        self._log.close()

    def _end(self) -> None:
        """Ctrl-C for what was typed last, and after a while no choice."""
        for number in (signal.SIGINT, signal.SIGKILL):
            if self._process.poll() is None:
                os.killpg(self._process.pid, number)
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(GRACE)

    def type(self, command: str, answers: Sequence[tuple[str, str]] = (), seconds: float = 300) -> Result:
        """Waits until the command has ended; whenever it asks the next of the questions, it is answered.

        Raises TimeoutError with what it said last.
        """
        start = time.monotonic()
        self._log.write(f"\n$ {command}\n")
        os.write(self._commands, command.encode() + b"\0")
        text, position, waiting = "", 0, list(answers)
        while True:
            readable, _, _ = select.select([self._screen, self._codes], [], [], QUIET)
            if self._screen in readable:
                text += self._read()
            elif (
                not readable
                and waiting
                and re.search(waiting[0][0], ESCAPES.sub("", text[position:][-LAST:]))
            ):
                # A person types when the screen is still; what is typed before, the prompt may throw away.
                position = len(text)
                os.write(self._screen, waiting.pop(0)[1].encode())
            elif self._codes in readable:
                code = int(os.read(self._codes, 16))
                seconds_taken = time.monotonic() - start
                self._log.write(f"\n[{code} after {seconds_taken:.1f} s]\n")
                self._log.flush()
                return Result(command=command, output=plain(text), code=code, seconds=seconds_taken)
            if time.monotonic() - start > seconds:
                self._end()
                raise TimeoutError(f"`{command}` has not ended in {seconds:.0f} s:\n{plain(text)[-LAST:]}")

    def _read(self) -> str:
        text = self._decoder.decode(os.read(self._screen, 1 << 16))
        self._log.write(plain(text))
        for _ in range(text.count(CURSOR_QUERY)):
            os.write(self._screen, b"\x1b[1;1R")
        return text


def plain(text: str) -> str:
    """As it would be read: without what only moves or colours, and of a line that is drawn again the last."""
    lines = ESCAPES.sub("", text).replace("\r\n", "\n").split("\n")
    return "\n".join(next((part for part in line.split("\r")[::-1] if part.strip()), "") for line in lines)
