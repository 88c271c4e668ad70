"""The images of the sandbox, and what each is made from."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sandbox.images import image, layer, recipes, tekton, userland
from sandbox.toolchain.cache import key
from sandbox.toolchain.processes import Processes
from sandbox.toolchain.tool import Tool


class RecipeInputs(Protocol):
    """Tools and images that a recipe uses; all that it needs exists when it starts."""

    processes: Processes

    def program(self, name: str) -> Path: ...

    def folder(self, name: str) -> Path: ...


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One image, or a folder of them.

    `needs` are tools and images; `code` are the modules that decide the result.

    `compiled` are programs that are compiled before the image is made.
    """

    name: str
    title: str
    make: Callable[[Path, RecipeInputs, Path], None]
    needs: tuple[str, ...] = ()
    code: tuple[object, ...] = (image, layer, recipes)
    sources: tuple[Path, ...] = ()
    compiled: Tool | None = None

    def key(self, needs: list[str]) -> str:
        """Changes with the code, the pins and the identity of what the image is made from."""
        files = [Path(str(module.__file__)) for module in self.code if hasattr(module, "__file__")]
        return key(*(path.read_bytes() for path in (*files, *self.sources)), *needs)


def _tekton(release: tekton.Release) -> Callable[[Path, RecipeInputs, Path], None]:
    def make(folder: Path, inputs: RecipeInputs, log: Path) -> None:
        tekton.make(
            folder,
            release,
            ko=inputs.program("ko"),
            busybox=inputs.folder("busybox"),
            git=inputs.folder("git"),
            processes=inputs.processes,
            log=log,
        )

    return make


def _tekton_recipe(release: tekton.Release) -> Recipe:
    return Recipe(
        name=release.part,
        title=f"Tekton {release.name.capitalize()} {release.version}",
        needs=("ko", "busybox", "git"),
        make=_tekton(release),
        code=(tekton,),
        sources=(release.source / "go.mod", release.source / "go.sum"),
        compiled=release.programs,
    )


CONTROL_PLANE = Recipe(
    name="control-plane",
    title="control plane images",
    needs=("debian", "kubernetes", "etcd", "coredns"),
    make=lambda folder, inputs, log: recipes.control_plane(folder, inputs.program),
)
USERLAND = Recipe(
    name="userland",
    title="Debian userland",
    needs=("debian",),
    make=lambda folder, inputs, log: userland.make(folder, inputs.processes, log),
    code=(userland, layer),
)
BUSYBOX = Recipe(
    name="busybox",
    title="busybox image",
    needs=("debian",),
    make=lambda folder, inputs, log: recipes.busybox(folder),
)
GIT = Recipe(
    name="git",
    title="git image",
    needs=("userland",),
    make=lambda folder, inputs, log: recipes.git(folder, inputs.folder("userland")),
)
TEKTON_PIPELINES = _tekton_recipe(tekton.PIPELINES)
TEKTON_TRIGGERS = _tekton_recipe(tekton.TRIGGERS)
PROVISIONER = Recipe(
    name="local-path-provisioner-image",
    title="local-path-provisioner image",
    needs=("local-path-provisioner",),
    make=lambda folder, inputs, log: recipes.local_path_provisioner(folder, inputs.program),
)
TRAEFIK = Recipe(
    name="traefik-image",
    title="Traefik image",
    needs=("traefik",),
    make=lambda folder, inputs, log: recipes.traefik(folder, inputs.program),
)
OAUTH2_PROXY = Recipe(
    name="oauth2-proxy-image",
    title="oauth2-proxy image",
    needs=("oauth2-proxy",),
    make=lambda folder, inputs, log: recipes.oauth2_proxy(folder, inputs.program),
)
DOCKER_USERLAND = Recipe(
    name="docker-userland",
    title="Debian userland with Docker",
    needs=("debian",),
    make=lambda folder, inputs, log: userland.make_docker(folder, inputs.processes, log),
    code=(userland, layer),
)
DOCKER = Recipe(
    name="docker-image",
    title="Docker image",
    needs=("docker-userland",),
    make=lambda folder, inputs, log: recipes.docker(folder, inputs.folder("docker-userland")),
)
KUBECTL = Recipe(
    name="kubectl-image",
    title="kubectl image",
    needs=("debian", "kubernetes"),
    make=lambda folder, inputs, log: recipes.kubectl(folder, inputs.program),
)
BUILDKIT = Recipe(
    name="buildkit-image",
    title="BuildKit image",
    needs=("userland", "buildkit", "rootlesskit"),
    make=lambda folder, inputs, log: recipes.buildkit(
        folder,
        inputs.folder("userland"),
        inputs.program,
        inputs.folder("buildkit") / "share/buildctl-daemonless.sh",
    ),
)

RECIPES = (
    CONTROL_PLANE,
    USERLAND,
    DOCKER_USERLAND,
    BUSYBOX,
    GIT,
    TEKTON_PIPELINES,
    TEKTON_TRIGGERS,
    PROVISIONER,
    TRAEFIK,
    BUILDKIT,
    DOCKER,
    KUBECTL,
)
# Made when something asks for them.
ON_DEMAND = (*(_tekton_recipe(release) for release in tekton.PREVIOUS), OAUTH2_PROXY)
# Those that go into the sandbox's registry: storage tree and images.json.
REGISTRY_IMAGES = ("busybox", "git", *(recipe.name for recipe in RECIPES[5:]))
