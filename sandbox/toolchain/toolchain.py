"""Everything the sandbox is made of, found, fetched or built in the order in which it is wanted."""

import json
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from sandbox import debian
from sandbox.images.catalog import RECIPES, REGISTRY_IMAGES
from sandbox.paths import Paths
from sandbox.progress import Progress
from sandbox.toolchain import go, on_path
from sandbox.toolchain.cache import Cache
from sandbox.toolchain.download import Downloads, Refused
from sandbox.toolchain.pins import BY_NAME, TOOLS
from sandbox.toolchain.processes import Processes, ToolchainError
from sandbox.toolchain.tool import Tool

DEBIAN = "debian"  # the packages of sandbox.debian, a part like any other
# The builds, one after the other, so that each has all processors: first what the cluster starts with.
BUILD_ORDER = (
    "etcd",
    "kubernetes",
    "coredns",
    "pulumi",
    "ko",
    "tekton-pipelines",
    "tekton-triggers",
    "local-path-provisioner",
    "traefik",
    "buildkit",
    "rootlesskit",
    "gitea",
    "tkn",
    "crane",
)
PACKERS = 2  # images packed at a time, beside the compiler


class Toolchain:
    """Tools and images by name. Use as a context manager: leaving it ends what still runs.

    `start_all` begins in the background, `wait(name)` gives a part's folder once it is there. Errors are
    ToolchainError, with the log's path.
    """

    def __init__(self, paths: Paths | None = None, progress: Progress | None = None) -> None:
        self._paths = paths or Paths()
        self._progress = progress or Progress()
        self.processes = Processes()
        self._tools = Cache(self._paths.cache / "tools")
        self._images = Cache(self._paths.cache / "images")
        self._downloads = Downloads(self.processes.check)
        self._recipes = {recipe.name: recipe for recipe in RECIPES}
        self._found: dict[str, dict[str, Path]] = {}  # tools that PATH has
        self._entries: dict[str, str] = {}
        self._done: dict[str, threading.Event] = {}
        self._errors: dict[str, ToolchainError] = {}
        self._lock = threading.RLock()
        self._threads: list[threading.Thread] = []
        self._packers = threading.Semaphore(PACKERS)
        self.bin_folder = self._paths.state / "bin"
        for tool in TOOLS:
            programs = on_path.find(tool, (self._paths.state, self._paths.cache))
            if programs:
                self._found[tool.name] = programs

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def names(self) -> tuple[str, ...]:
        """Every part, in the order of the work."""
        return (DEBIAN, *BUILD_ORDER, *(name for name in self._recipes if name not in BUILD_ORDER))

    def start_all(self) -> None:
        """Begin everything that is missing; returns at once."""
        self.start(self.names)

    def start(self, names: Iterable[str]) -> None:
        """Begin these and what they need."""
        wanted = self._with_needs(names)
        with self._lock:
            new = [name for name in self.names if name in wanted and name not in self._done]
            for name in new:
                self._done[name] = threading.Event()
            absent = [name for name in new if not self.is_ready(name)]
            for name in new:
                if name not in absent:
                    self._finish(name)
            builds = [name for name in absent if name in BUILD_ORDER]
            if builds:
                self._spawn(self._fetch_modules, builds)
                self._spawn(self._build_in_turn, builds)
            for name in absent:
                if name not in BUILD_ORDER:
                    self._spawn(self._pack, name)

    def ensure(self, *names: str) -> None:
        """Make these and what they need; returns when they are there."""
        self.start(names)
        for name in names:
            self.wait(name)

    def wait(self, name: str) -> Path:
        """The folder of a part, as soon as it is there. Raises ToolchainError when it cannot be."""
        self.start([name])
        done = self._done[name]
        while not done.wait(0.5):  # a wait without an end would not see Ctrl-C
            self.processes.check()
        if name in self._errors:
            raise self._errors[name]
        return self.folder(name)

    def is_ready(self, name: str) -> bool:
        """Whether the part is there: on PATH, in the cache, or installed."""
        if name == DEBIAN:
            return not debian.missing()
        return name in self._found or self._cache(name).has(self.entry(name))

    def entry(self, name: str) -> str:
        """The part's identity: its folder's name in the cache, or what PATH has."""
        # Once a run: what is made and the name it gets must not part when somebody edits a file meanwhile.
        if name not in self._entries:
            self._entries[name] = self._new_entry(self._known(name))
        return self._entries[name]

    def _new_entry(self, name: str) -> str:
        if name == DEBIAN:
            return DEBIAN
        if name in self._found:
            return on_path.identity(self._found[name])
        if name in BY_NAME:
            return f"{name}-{go.tool_key(BY_NAME[name])}"
        recipe = self._recipes[name]
        return f"{name}-{recipe.key([self.entry(need) for need in recipe.needs])}"

    def folder(self, name: str) -> Path:
        """Where a part lies: `bin/` and `share/` of a tool, an image's files."""
        if name == DEBIAN:
            return Path("/")
        if name in self._found:
            return next(iter(self._found[name].values())).parent
        return self._cache(name).path(self.entry(name))

    def program(self, name: str) -> Path:
        """The path of one program, "kubelet" or "pulumi" for example. It may not be built yet: see `wait`."""
        for tool in TOOLS:
            if name in tool.names:
                found = self._found.get(tool.name)
                return found[name] if found else self.folder(tool.name) / "bin" / name
        raise ToolchainError(f"no tool gives a program {name}")

    binary = program

    def registry_images(self) -> list[Path]:
        """Folders whose storage trees make up the sandbox's registry; all must be there."""
        return [self.folder(name) for name in REGISTRY_IMAGES]

    def log(self, name: str) -> Path:
        """What making this part said."""
        return self._paths.logs / f"build-{name}.log"

    def clean(self) -> list[str]:
        """Remove from the cache what the present pins do not name; the removed entries."""
        keep = frozenset(self.entry(name) for name in self.names)
        return self._tools.clean(keep) + self._images.clean(keep)

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

    def _fetch_modules(self, names: list[str]) -> None:
        """Runs ahead of the compiler. What fails here fails there again, and is reported there."""
        for name in names:
            log = self._paths.logs / f"fetch-{name}.log"
            try:
                if name not in BY_NAME:
                    fetch = self._recipes[name].fetch
                    if fetch:
                        fetch(self.processes, log)
                elif not self._downloads.offered(BY_NAME[name]):
                    go.fetch(BY_NAME[name], self.processes, log)
            except (ToolchainError, OSError):
                continue

    def _build_in_turn(self, names: list[str]) -> None:
        for name in names:
            self._make(name)

    def _pack(self, name: str) -> None:
        for need in self._needs(name):
            self._done[need].wait()
        with self._packers:
            self._make(name)

    def _make(self, name: str) -> None:
        try:
            for need in self._needs(name):
                self._done[need].wait()
                if need in self._errors:
                    raise self._errors[need]
            self._make_now(name)
        except ToolchainError as error:
            self._errors[name] = error
        except Exception as error:  # an error in a recipe must reach who waits, not die with its thread
            self._errors[name] = ToolchainError(
                f"{name} could not be made: {error!r} (log: {self.log(name)})"
            )
        finally:
            self._finish(name)

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
        made = {"origin": origin, "seconds": round(time.monotonic() - began, 1)}
        (folder / "made.json").write_text(json.dumps(made))

    def _fill_tool(self, tool: Tool, folder: Path, log: Path) -> str:
        if self._downloads.offered(tool):
            try:
                self._downloads.fetch(tool, folder)
                return "downloaded"
            except Refused as error:
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
            self._done[name].set()

    def _link(self, tool: Tool) -> None:
        """Put the tool's programs into the one folder that goes on PATH."""
        self.bin_folder.mkdir(parents=True, exist_ok=True)
        found = self._found.get(tool.name)
        programs = found.values() if found else (self.folder(tool.name) / "bin").iterdir()
        for program in programs:
            link = self.bin_folder / program.name
            if not (link.is_symlink() and link.readlink() == program):
                new = link.with_name(f".{link.name}.new")
                new.unlink(missing_ok=True)
                new.symlink_to(program)
                new.replace(link)

    # -- names ----------------------------------------------------------------------------------------

    def _known(self, name: str) -> str:
        if name not in self.names:
            raise ToolchainError(f"no tool or image is called {name}; there are {', '.join(self.names)}")
        return name

    def _cache(self, name: str) -> Cache:
        return self._tools if name in BY_NAME else self._images

    def _needs(self, name: str) -> tuple[str, ...]:
        if name in self._recipes:
            return self._recipes[name].needs
        if name in BY_NAME and BY_NAME[name].cgo:
            return (DEBIAN,)  # for its C compiler
        return ()

    def _with_needs(self, names: Iterable[str]) -> set[str]:
        wanted: set[str] = set()
        queue = [self._known(name) for name in names]
        while queue:
            name = queue.pop()
            if name not in wanted:
                wanted.add(name)
                queue += self._needs(name)
        return wanted
