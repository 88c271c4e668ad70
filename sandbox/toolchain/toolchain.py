"""All tools and images of the sandbox: found, fetched or built in the order of their use."""

import json
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from sandbox.toolchain import debian, go
from sandbox.toolchain.download import Downloads, RefusedError
from sandbox.toolchain.inventory import BUILD_ORDER, DEBIAN, Inventory
from sandbox.toolchain.pins import BY_NAME
from sandbox.toolchain.processes import Processes, ToolchainError
from sandbox.toolchain.tool import RECORD_FILE, Tool
from toolkit.paths import Paths
from toolkit.progress import Progress

PACKERS = 2  # images packed at a time, beside the compiler


class Toolchain(Inventory):
    """The inventory that makes what is missing. Use as a context manager: leaving it ends what still runs.

    `start` begins in the background, `wait(name)` gives a part's folder once it is there. Errors are
    ToolchainError, with the log's path.
    """

    def __init__(self, paths: Paths | None = None, progress: Progress | None = None) -> None:
        super().__init__(paths or Paths())
        self._progress = progress or Progress()
        self.processes = Processes()
        self._downloads = Downloads(self.processes.check)
        self._ends: dict[str, threading.Event] = {}
        self._compiled: dict[str, threading.Event] = {}
        self._errors: dict[str, ToolchainError] = {}
        self._first_error: ToolchainError | None = None  # nothing new begins after it: nobody could use it
        self._lock = threading.RLock()
        self._threads: list[threading.Thread] = []
        self._packers = threading.Semaphore(PACKERS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self, names: Iterable[str]) -> None:
        """Begin these and what they need, as far as they are missing; returns at once."""
        required = self._with_needs(names)
        with self._lock:
            names_to_start = [name for name in self.all_names if name in required and name not in self._ends]
            for name in names_to_start:
                self._ends[name] = threading.Event()
            absent = [name for name in names_to_start if not self.is_ready(name)]
            for name in names_to_start:
                if name not in absent:
                    self._finish(name)
            builds = [name for name in absent if name in BUILD_ORDER]
            if builds:
                self._spawn(self._fetch_in_turn, builds)
                for name in builds:
                    self._compiled[name] = threading.Event()
                self._spawn(self._compile_in_turn, builds)
                self._spawn(self._build_in_turn, builds)
            for name in absent:
                if name not in BUILD_ORDER:
                    self._spawn(self._pack, name)

    def ensure(self, *names: str) -> None:
        """Make these and what they need; returns when they are there."""
        self.start(names)
        for name in names:
            self.wait(name)

    def wait(self, name: str, check: Callable[[], None] = lambda: None) -> Path:
        """The folder of a part, as soon as it is there. Raises ToolchainError when it cannot be.

        `check` is called meanwhile: what it raises ends the wait.
        """
        self.start([name])
        end = self._ends[name]
        while not end.wait(0.5):  # a wait without an end would not see Ctrl-C
            self.processes.check()
            check()
        if name in self._errors:
            raise self._errors[name]
        return self.folder(name)

    def close(self) -> None:
        """End the work: every child process is killed and nothing half-made stays."""
        if any(thread.is_alive() for thread in self._threads):
            self.processes.end_all()
        for thread in self._threads:
            thread.join()

    # -- the work -------------------------------------------------------------------------------------

    def _spawn(self, work: object, argument: object) -> None:
        thread = threading.Thread(target=work, args=(argument,), daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    # Three threads go through the builds one behind the other. The first downloads modules, the second
    # compiles with all processors, the third links, which keeps only one busy. What fails in the first two
    # fails again in the third, and is reported there.

    def _fetch_in_turn(self, names: list[str]) -> None:
        for name in names:
            tool = self._to_compile(name)
            if tool and not self._first_error:
                with suppress(Exception):
                    go.fetch(tool, self.processes, self._paths.logs / f"fetch-{name}.log")

    def _compile_in_turn(self, names: list[str]) -> None:
        for name in names:
            tool = self._to_compile(name)
            if tool and not self._first_error:
                log = self._paths.logs / f"compile-{name}.log"
                with suppress(Exception):
                    log.unlink(missing_ok=True)
                    with self._progress.step(f"Compile {name} {tool.version}", log=log):
                        go.compile_packages(tool, self.processes, log)
            self._compiled[name].set()

    def _to_compile(self, name: str) -> Tool | None:
        """Tool that Go compiles for this part; None when a download takes its place, or without Go."""
        if not go.is_installed():
            return None
        if name not in BY_NAME:
            return self._recipes[name].compiled
        return None if self._downloads.is_available(BY_NAME[name]) else BY_NAME[name]

    def _build_in_turn(self, names: list[str]) -> None:
        for name in names:
            self._compiled[name].wait()
            self._make(name)

    def _pack(self, name: str) -> None:
        for need in self._needs(name):
            self._ends[need].wait()
        with self._packers:
            self._make(name)

    def _make(self, name: str) -> None:
        try:
            for need in self._needs(name):
                self._ends[need].wait()
                if need in self._errors:
                    raise self._errors[need]
            if self._first_error:
                raise self._first_error
            self._make_now(name)
        except ToolchainError as error:
            self._fail(name, error)
        except Exception as error:  # an error in a recipe must reach who waits, not die with its thread
            self._fail(name, ToolchainError(f"{name} could not be made: {error!r} (log: {self.log(name)})"))
        finally:
            self._finish(name)

    def _fail(self, name: str, error: ToolchainError) -> None:
        self._errors[name] = error
        self._first_error = self._first_error or error

    def _make_now(self, name: str) -> None:
        log = self.log(name)
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("")
        if name == DEBIAN:
            with self._progress.step("Install Debian packages", log=log):
                debian.ensure(self.processes, log)
            return
        title = f"{name} {BY_NAME[name].version}" if name in BY_NAME else self._recipes[name].title
        with self._progress.step(f"Make {title}", log=log):
            self._cache(name).make(
                self.entry(name), lambda folder: self._fill(name, folder, log), self.processes.check
            )

    def _fill(self, name: str, folder: Path, log: Path) -> None:
        began = time.monotonic()
        if name in BY_NAME:
            origin = self._fill_tool(BY_NAME[name], folder, log)
        else:
            self._recipes[name].make(folder, self, log)
            origin = "packed"
        record = {"origin": origin, "seconds": round(time.monotonic() - began, 1)}
        (folder / RECORD_FILE).write_text(json.dumps(record))

    def _fill_tool(self, tool: Tool, folder: Path, log: Path) -> str:
        if self._downloads.is_available(tool):
            try:
                self._downloads.fetch(tool, folder)
                return "downloaded"
            except RefusedError as error:
                self._progress.note(f"{error}; building {tool.name} from its modules instead")
                for path in (folder / "bin").iterdir():
                    path.unlink()
                (folder / "bin").rmdir()
        go.build(tool, folder, self.processes, log)
        return "built"

    def _finish(self, name: str) -> None:
        try:
            if name not in self._errors and name in BY_NAME:
                self._link(BY_NAME[name])
        except OSError as error:
            self._errors[name] = ToolchainError(f"{self.bin_folder} cannot be written: {error}")
        finally:
            self._ends[name].set()
