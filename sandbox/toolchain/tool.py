"""Description of one tool: its sources and the programs that it gives."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

GITHUB = "https://github.com"
MODULES = Path(__file__).resolve().parent
RECORD_FILE = "made.json"  # in every folder of a tool or an image: whence it came, and how long it took
# As Go, and so images and most releases, name this machine's processor.
ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


@dataclass(frozen=True, kw_only=True)
class Download:
    """One official file and the checksum file published beside it; {arch} is amd64 or arm64.

    `members` says which file of the archive each program is; without any, the download is the program itself.
    """

    url: str
    checksums: str
    programs: tuple[str, ...]
    members: Mapping[str, str] = field(default_factory=dict)
    arch: Mapping[str, str] = field(default_factory=lambda: {"amd64": "amd64", "arm64": "arm64"})


@dataclass(frozen=True, kw_only=True)
class OnPath:
    """Versions of a program on PATH that will do: at_least <= version < below, as `ask` prints it."""

    ask: tuple[str, ...]
    at_least: str
    below: str


@dataclass(frozen=True, kw_only=True)
class Tool:
    """One tool: how its programs are built from `<folder>/go.mod`, and where else they may come from."""

    name: str
    version: str
    packages: tuple[str, ...]  # main packages; "." is our own main.go
    programs: tuple[str, ...]  # what it gives, in the order of `packages`
    links: tuple[str, ...] = ()  # instead of programs: the names of one multi-call program
    folder: str = ""  # of its go.mod; "" is its name
    variables: Mapping[str, str] = field(default_factory=dict)  # -X of the linker
    tags: str = ""
    cgo: bool = False
    compiler: str = ""  # -gcflags for all packages
    files: Mapping[str, str] = field(default_factory=dict)  # share/NAME: a path in the module
    replaced: Mapping[str, str] = field(default_factory=dict)  # files of the module: ours, beside go.mod
    own_modules: tuple[str, ...] = ()  # folders beside go.mod, which puts them in the place of modules
    embedded: Mapping[str, str] = field(default_factory=dict)  # what our main.go embeds: a path in the module
    module: str = ""  # the module of `files`, `replaced` and `embedded`
    command: bool = True  # whether people and scripts find its programs on PATH
    on_demand: bool = False  # made only when something asks for it
    in_image: bool = False  # runs in an image without a C library: only a static program will do
    downloads: tuple[Download, ...] = ()
    on_path: tuple[OnPath, ...] = ()

    @property
    def source(self) -> Path:
        """The folder of the tool's go.mod."""
        return MODULES / (self.folder or self.name)

    @property
    def names(self) -> tuple[str, ...]:
        """Every program the tool gives."""
        return self.links or self.programs
