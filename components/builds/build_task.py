"""The Task that builds an image, from the settings."""

from pipelines.registries import Registries
from pipelines.tasks import BUILD_IMAGE, DOCKER_SOCKET, Object, build_image
from pipelines.tasks.bounds import Bounds
from settings import Builder, Images, Registry


def name_of(builder: Builder) -> str:
    """The Task's name."""
    return DOCKER_SOCKET.name if builder.kind == "docker" else BUILD_IMAGE.name


def registries_of(registry: Registry, builder: Builder) -> Registries:
    """What the builder must be told of registries."""
    insecure = [registry.server] if registry.insecure else []
    insecure += [source.server for source in builder.registries if source.insecure]
    return Registries(insecure=insecure, mirrors=builder.registry_mirrors)


def spec(
    images: Images, builder: Builder, registries: Registries, shared: build_image.Shared | None
) -> Object:
    """The Task that builds an image; `shared` is the buildkitd of all builds, None: each has its own."""
    bounds = bounds_of(builder)
    if builder.kind == "docker":
        return DOCKER_SOCKET.spec(
            client=images.docker,
            daemon=images.docker_daemon,
            flags=registries.dockerd(),
            **bounds.values,
        )
    return build_image.spec(images.buildkit, bounds, config=registries.buildkitd(), shared=shared)


def bounds_of(builder: Builder) -> Bounds:
    """Limits of one build."""
    return Bounds(memory_gib=builder.memory_gib, disk_gib=builder.disk_gib, cpus=builder.cpus)
