"""Folders and identities of all tools and images, made or not."""

from collections.abc import Iterable
from pathlib import Path

from sandbox.images.catalog import ON_DEMAND, RECIPES, REGISTRY_IMAGES
from sandbox.toolchain import debian, go, on_path
from sandbox.toolchain.cache import Cache
from sandbox.toolchain.pins import BY_NAME, TOOLS
from sandbox.toolchain.processes import ToolchainError
from sandbox.toolchain.tool import Tool
from toolkit.paths import Paths

DEBIAN = "debian"  # the packages of sandbox.toolchain.debian, a part like any other
# The builds, one after the other, so that each has all processors: first what the cluster starts with. The
# Kubernetes provider is the last that the first `pulumi up` needs: images, registry and forge get ready while
# it compiles, and once it is there nothing is left to do but to run it. The rest compiles beside the `up`.
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
    "pulumi-kubernetes",
    "tkn",
    "crane",
    "oauth2-proxy",
)


class Inventory:
    """Tools and images by name; it makes none."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self.bin_folder = paths.state / "bin"
        self._tools = Cache(paths.cache / "tools")
        self._images = Cache(paths.cache / "images")
        self._recipes = {recipe.name: recipe for recipe in (*RECIPES, *ON_DEMAND)}
        self._entries: dict[str, str] = {}
        self._path_programs: dict[str, dict[str, Path]] = {}  # tools that PATH has
        for tool in TOOLS:
            programs = on_path.find(tool, (paths.state, paths.cache))
            if programs:
                self._path_programs[tool.name] = programs

    @property
    def names(self) -> tuple[str, ...]:
        """Every part that each sandbox has, in the order of the work."""
        on_demand = {recipe.name for recipe in ON_DEMAND} | {tool.name for tool in TOOLS if tool.on_demand}
        return tuple(name for name in self.all_names if name not in on_demand)

    @property
    def all_names(self) -> tuple[str, ...]:
        """Names of all parts, and of those that are made on demand."""
        recipes = (recipe.name for recipe in (*RECIPES, *ON_DEMAND) if recipe.name not in BUILD_ORDER)
        return (DEBIAN, *BUILD_ORDER, *recipes)

    def is_ready(self, name: str) -> bool:
        """Tells whether the part is there: on PATH, in the cache, or installed."""
        if name == DEBIAN:
            return not debian.missing()
        return name in self._path_programs or self._cache(name).has(self.entry(name))

    def entry(self, name: str) -> str:
        """The part's identity: its folder's name in the cache, or what PATH has."""
        # Once a run: what is made and the name it gets must not part when somebody edits a file meanwhile.
        if name not in self._entries:
            self._entries[name] = self._new_entry(self._require_name(name))
        return self._entries[name]

    def _new_entry(self, name: str) -> str:
        if name == DEBIAN:
            return DEBIAN
        if name in self._path_programs:
            return on_path.identity(self._path_programs[name])
        if name in BY_NAME:
            return f"{name}-{go.tool_key(BY_NAME[name])}"
        recipe = self._recipes[name]
        return f"{name}-{recipe.key([self.entry(need) for need in recipe.needs])}"

    def folder(self, name: str) -> Path:
        """Folder of a part: `bin/` and `share/` of a tool, an image's files."""
        if name == DEBIAN:
            return Path("/")
        if name in self._path_programs:
            return next(iter(self._path_programs[name].values())).parent
        return self._cache(name).path(self.entry(name))

    def program(self, name: str) -> Path:
        """The path of one program, "kubelet" or "pulumi" for example. It may not be built yet: see `wait`."""
        for tool in TOOLS:
            if name in tool.names:
                programs = self._path_programs.get(tool.name)
                return programs[name] if programs else self.folder(tool.name) / "bin" / name
        raise ToolchainError(f"no tool gives a program {name}")

    binary = program

    def registry_images(self) -> list[Path]:
        """Folders whose storage trees make up the sandbox's registry; all must be there."""
        return [self.folder(name) for name in REGISTRY_IMAGES]

    def log(self, name: str) -> Path:
        """Log file of the making of this part."""
        return self._paths.logs / f"build-{name}.log"

    def clean(self) -> list[str]:
        """Remove from the cache what the present pins do not name; the removed entries."""
        keep = frozenset(self.entry(name) for name in self.all_names)
        return self._tools.clean(keep) + self._images.clean(keep)

    def _link(self, tool: Tool) -> None:
        """Put the tool's programs into the one folder that goes on PATH, when that is where they belong."""
        if not tool.command:
            return
        self.bin_folder.mkdir(parents=True, exist_ok=True)
        path_programs = self._path_programs.get(tool.name)
        programs = path_programs.values() if path_programs else (self.folder(tool.name) / "bin").iterdir()
        for program in programs:
            link = self.bin_folder / program.name
            if not (link.is_symlink() and link.readlink() == program):
                temporary = link.with_name(f".{link.name}.new")
                temporary.unlink(missing_ok=True)
                temporary.symlink_to(program)
                temporary.replace(link)

    def _require_name(self, name: str) -> str:
        if name not in self.all_names:
            raise ToolchainError(f"no tool or image is called {name}; there are {', '.join(self.all_names)}")
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
        required: set[str] = set()
        queue = [self._require_name(name) for name in names]
        while queue:
            name = queue.pop()
            if name not in required:
                required.add(name)
                queue += self._needs(name)
        return required
