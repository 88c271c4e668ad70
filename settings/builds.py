"""Settings of repositories, builder, images and registry."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator, model_validator

from forges import clone_urls
from forges.clone_urls import OwnLogins
from settings import image_reference
from settings.registries import PullRegistry, check_logins, unique
from settings.types import (
    Branch,
    Cidr,
    CloneUrl,
    Host,
    MirrorUrl,
    Model,
    Name,
    Namespace,
    Path,
    Port,
    Reference,
    Tag,
    allows,
    non_empty,
)


class Registry(Model):
    server: Host = Field(description="host of the registry, as ghcr.io or registry.example.com:5000")
    namespace: Namespace = Field(default="", description="path between the server and the image's name")
    insecure: bool = Field(default=False, description="true: plain HTTP")


class Image(Model):
    name: Name = Field(description="name of the image; its task is build-and-push-NAME")
    context: Path = Field(default=".", description="folder in the repository that is built")
    dockerfile: Path = Field(default="Dockerfile", description="path of the Dockerfile in the context")


class Repository(Model):
    url: CloneUrl = Field(description="clone URL, as https://github.com/OWNER/NAME.git")
    branches: Annotated[tuple[Branch, ...], Field(strict=False), AfterValidator(non_empty)] = Field(
        default=("main",), description="branches whose pushes are built"
    )
    namespace: Namespace = Field(
        default="", description="path between the registry's namespace and its images' names"
    )
    tags: Annotated[tuple[Tag, ...], Field(strict=False)] = Field(
        default=(), description="tags of its images in addition to the commit's and the branch's, as [latest]"
    )
    submodules: bool = Field(default=True, description="false: its submodules are not fetched")
    submodule_urls: Annotated[tuple[CloneUrl, ...], Field(strict=False)] = Field(
        default=(),
        description="private submodules, and URLs of .lfsconfig, that the repository's login opens too",
    )
    lfs: bool = Field(default=False, description="true: files in Git LFS are fetched")
    changed_images_only: bool = Field(
        default=False,
        description="true: a push builds only images whose context it changes; no newer push cancels it",
    )
    images: Annotated[tuple[Image, ...], Field(strict=False), AfterValidator(non_empty)] = Field(
        description="one entry per image: {name, context, dockerfile}"
    )

    @field_validator("images")
    @classmethod
    def _no_name_twice(cls, images: tuple[Image, ...]) -> tuple[Image, ...]:
        names = [image.name for image in images]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"must have every name once, and {', '.join(twice)} stands there more than once")
        return images

    @property
    def ssh_host(self) -> str:
        """The server as known_hosts names it, HOST or [HOST]:PORT; empty for a URL of another kind."""
        return clone_urls.ssh_host(self.url)

    @property
    def host(self) -> str:
        """The server's name in lower case, without a port."""
        return clone_urls.host(self.url)

    @property
    def full_name(self) -> str:
        """OWNER/NAME in lower case, as a forge's payload says it."""
        return clone_urls.full_name(self.url)

    def login_urls(self, logins: OwnLogins) -> tuple[str, ...]:
        """URLs that a login may open beside `url`, in the form of `url` on the same server."""
        return tuple(logins.as_cloned(self.url, url) for url in self.submodule_urls)

    def urls(self, logins: OwnLogins) -> tuple[str, ...]:
        """All that a login may open."""
        return (self.url, *self.login_urls(logins))


@allows("at least one entry; each repository and each image once")
def reject_ambiguous(repositories: tuple[Repository, ...]) -> tuple[Repository, ...]:
    """Refuses two repositories that a push, or an image, could not tell from each other."""
    non_empty(repositories)
    names = [repository.full_name for repository in repositories]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(
            f"must have every repository once, and {', '.join(twice)} stands there more than once"
        )
    owners: dict[str, str] = {}
    for repository in repositories:
        for image in repository.images:
            path = "/".join(part for part in (repository.namespace, image.name) if part)
            if (other := owners.setdefault(path, repository.full_name)) != repository.full_name:
                raise ValueError(
                    f"must have every image once, and {other} and {repository.full_name} both have "
                    f"{path}: give one "
                    "of the repositories a `namespace`"
                )
    return repositories


class Egress(Model):
    """A private range, as that of a registry."""

    cidr: Cidr = Field(description="a private IPv4 range, as 10.1.2.3/32")
    ports: Annotated[tuple[Port, ...], Field(strict=False)] = Field(
        default=(), description="TCP ports; empty: all ports of every protocol"
    )


class Builder(Model):
    """What turns a Dockerfile into an image."""

    kind: Literal["buildkit", "docker"] = Field(
        default="buildkit",
        description="buildkit: rootless BuildKit; docker: the tutorial's privileged Docker daemon",
    )
    parallel: Annotated[int, Field(ge=1, le=32)] = Field(
        default=4, description="most images of one commit that are built at the same time"
    )
    cache: bool = Field(
        default=True, description="buildkit keeps layers for the next build, as IMAGE:buildcache"
    )
    retries: Annotated[int, Field(ge=0, le=5)] = Field(
        default=0,
        description="times that a build of an image is repeated after it fails, is evicted or loses its node",
    )
    memory_gib: Annotated[int, Field(ge=1, le=1024)] = Field(
        default=4,
        description="most memory, in GiB, that the build of one image may use, before it is ended",
    )
    disk_gib: Annotated[int, Field(ge=1, le=1024)] = Field(
        default=20,
        description="most disk of its node, in GiB, that the build of one image may use, before it is ended",
    )
    cpus: Annotated[int, Field(ge=1, le=256)] = Field(
        default=4, description="most cores that the build of one image may use"
    )
    buildkitd_volume_gib: Annotated[int, Field(ge=0, le=32000)] = Field(
        default=0,
        description="size in GiB of the volume of one buildkitd that all builds share for their layers; "
        "0: each build has a buildkitd of its own",
    )
    registry_mirrors: dict[Host, MirrorUrl] = Field(
        default={},
        description="mirror that is asked first for the images of FROM lines: {docker.io: https://HOST/PATH}",
    )
    registries: Annotated[tuple[PullRegistry, ...], Field(strict=False), AfterValidator(unique)] = Field(
        default=(),
        description="registries of FROM lines and mirrors that need a login or plain HTTP: [{server, "
        "username, insecure}]",
    )
    egress: Annotated[tuple[Egress, ...], Field(strict=False)] = Field(
        default=(), description="private addresses that builds may connect to: [{cidr, ports}]"
    )
    egress_cidrs: Annotated[tuple[Cidr, ...], Field(strict=False)] = Field(
        default=(), description="older form of `egress`, which opens all ports"
    )

    @model_validator(mode="after")
    def _check_builder_kind(self) -> "Builder":
        if self.kind == "buildkit":
            return self
        if self.buildkitd_volume_gib:
            raise ValueError("must have kind buildkit when it has buildkitdVolumeGib")
        if other := sorted(host for host in self.registry_mirrors if host != "docker.io"):
            raise ValueError(
                f"must have kind buildkit when it has registryMirrors of {' and '.join(other)}: Docker's "
                "daemon has mirrors of docker.io alone"
            )
        if any(urlsplit(url).path for url in self.registry_mirrors.values()):
            raise ValueError("must have registryMirrors without a path when its kind is docker")
        check_logins(self.registries, self.registry_mirrors)
        return self


class Images(Model):
    """The public images of steps and controllers, pinned exactly; a stack may name copies of its own.

    docs/versions.md says why each is at its version, and whose digest nobody has read yet.
    """

    git: Reference = Field(
        default="docker.io/alpine/git:v2.54.0", description="git, ssh and sh, for the clone"
    )
    buildkit: Reference = Field(
        default="docker.io/moby/buildkit:v0.34.2-rootless", description="rootless BuildKit"
    )
    curl: Reference = Field(
        default="docker.io/curlimages/curl:8.22.0"
        "@sha256:58adaa4e8dca9c988bae2aba4ab3434a0bb2da16bbe3f92dec39ec7785166777",
        description="curl and a shell, for commit statuses",
    )
    docker: Reference = Field(
        default="docker.io/library/docker:29.8.1-cli"
        "@sha256:018edbc908e08fcc9dbf029c812c34251e9b4719e6f71ca0e5eae2a987d014ca",
        description="Docker's client, for builder docker",
    )
    docker_daemon: Reference = Field(
        default="docker.io/library/docker:29.8.1-dind"
        "@sha256:3f3c01aaaebf7cce837356b688b7c059a4749f10bd7660dec7c58fc454a283f0",
        description="Docker's daemon, of the same version",
    )
    kubectl: Reference = Field(
        default="docker.io/alpine/k8s:1.34.1"
        "@sha256:ec714df3813b5405292860f8a1c55c5727bf8c33c88992f1e981efad8065547f",
        description="kubectl and a shell, for the janitor",
    )
    traefik: Reference = Field(
        default="docker.io/library/traefik:v3.7.13"
        "@sha256:24841fe2de7304c149343d877d2923b4c8800a38ba015dea9174c23b20e344a0",
        description="the ingress controller",
    )
    oauth2_proxy: Reference = Field(
        default="quay.io/oauth2-proxy/oauth2-proxy:v7.15.6", description="the Dashboard's login"
    )

    def mirrored(self, mirror: str) -> "Images":
        """The defaults at the mirror; who names another image means that one.

        They are told by their values: the CLI gives a program the defaults as if somebody had set them.
        """
        if not mirror:
            return self
        defaults = Images().model_dump()
        changed = {
            name: image_reference.mirror_reference(image, mirror)
            for name, image in self.model_dump().items()
            if image == defaults[name]
        }
        return self.model_copy(update=changed)
