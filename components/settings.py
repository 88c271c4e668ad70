"""The only reader of configuration: typed, frozen, unknown keys refused by name.

Pulumi.yaml declares the same keys with the same defaults for the CLI; a test holds the two together.
Secrets are no part of these models: they are top-level keys, read by `secrets.py` as secret outputs.
"""

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic.alias_generators import to_camel

from components import mistakes, secrets


class SettingsError(pulumi.RunError):
    """Every mistake found in the stack's settings, one sentence a line."""


def _matches(pattern: str, allowed: str) -> Any:
    compiled = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(f"must be {allowed}")
        return value

    return AfterValidator(check)


def _inside(value: str) -> str:
    """Refuses a path that leaves the checkout, or that a shell tool would take for an option."""
    if not value or value[0] in "/-" or ".." in value.split("/") or re.search(r"[^A-Za-z0-9_./@+-]", value):
        raise ValueError("must be a relative path inside the repository, of letters, digits and . _ / @ + -")
    return value


def _exact(value: str) -> str:
    """An image without a tag, or with one that moves, makes two runs of the same stack differ."""
    tag = value.partition("@")[0].rpartition("/")[2].partition(":")[2]
    if re.search(r"\s", value) or tag == "latest" or not (tag or "@sha256:" in value):
        raise ValueError("must name an image by an exact tag or a digest, and never by `latest`")
    return value


def _clone_url(value: str) -> str:
    if not re.fullmatch(r"(https?|ssh)://[^\s/:@-][^\s/@]*/\S+|(ssh://)?git@[\w.-]+[:/]\S+", value):
        raise ValueError("must be a clone URL as https://HOST/OWNER/NAME.git, without user name or password")
    return value


def _mirror(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/")):
        raise ValueError("must be empty, or http:// or https:// and a host, without a path")
    return value.rstrip("/")


def _some(entries: tuple[Any, ...]) -> tuple[Any, ...]:
    if not entries:
        raise ValueError("needs at least one entry")
    return entries


def _one(entries: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(entries) != 1:
        raise ValueError("must have exactly one entry: more are not built yet")
    return entries


Path = Annotated[str, AfterValidator(_inside)]
Reference = Annotated[str, AfterValidator(_exact)]
Name = Annotated[
    str, _matches(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", "1 to 40 lower-case letters, digits and dashes")
]
Branch = Annotated[
    str,
    _matches(
        r"(?!.*(\.\.|//|@\{|\.lock(/|$)))[\w#+@][\w#+@./-]{0,199}(?<![./])",
        "the exact name of a branch, without refs/heads/ and without a pattern",
    ),
]
Host = Annotated[
    str, _matches(r"[A-Za-z0-9][A-Za-z0-9.-]*(:\d{1,5})?", "HOST or HOST:PORT, without a scheme")
]


class Model(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True, strict=True
    )


class Cluster(Model):
    kind: Literal["existing"] = Field(description="existing: a cluster that a kubeconfig leads to")
    kubeconfig: str = Field(
        default="",
        description="path of the kubeconfig, relative to the project; empty: the secret `kubeconfig` has it",
    )


class Ingress(Model):
    kind: Literal["traefik"] = Field(default="traefik", description="the controller that serves class nginx")
    host: Annotated[str, _matches(r"|[a-z0-9]([a-z0-9.-]*[a-z0-9])?", "a host name in lower case")] = Field(
        default="", description="host name of the webhook's URL; empty: the load balancer's address"
    )


class Registry(Model):
    server: Host = Field(description="host of the registry, as ghcr.io or registry.example.com:5000")
    namespace: Annotated[
        str, _matches(r"|[a-z0-9]+([._/-][a-z0-9]+)*", "empty, or a lower-case path as owner or team/apps")
    ] = Field(default="", description="path between the server and the image's name")
    insecure: bool = Field(default=False, description="true: plain HTTP")

    def repository(self, image: str) -> str:
        """`server/namespace/image`, without a tag."""
        return "/".join(part for part in (self.server, self.namespace, image) if part)


class Image(Model):
    name: Name = Field(description="name of the image; its task is build-and-push-NAME")
    context: Path = Field(default=".", description="folder in the repository that is built")
    dockerfile: Path = Field(default="Dockerfile", description="path of the Dockerfile in the context")


class Repository(Model):
    url: Annotated[str, AfterValidator(_clone_url)] = Field(
        description="clone URL, as https://github.com/OWNER/NAME.git"
    )
    branches: Annotated[tuple[Branch, ...], Field(strict=False), AfterValidator(_some)] = Field(
        default=("main",), description="branches whose pushes are built"
    )
    images: Annotated[tuple[Image, ...], Field(strict=False), AfterValidator(_some)] = Field(
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
    def full_name(self) -> str:
        """OWNER/NAME in lower case, as a forge's payload says it."""
        path = self.url.partition("://")[2].partition("/")[2] or self.url.partition(":")[2]
        return path.strip("/").removesuffix(".git").lower()


class Images(Model):
    """The public images of steps and controllers, pinned exactly; a stack may name copies of its own."""

    git: Reference = Field(
        default="docker.io/alpine/git:v2.54.0", description="git, ssh and sh, for the clone"
    )
    buildkit: Reference = Field(
        default="docker.io/moby/buildkit:v0.34.2-rootless", description="rootless BuildKit"
    )
    traefik: Reference = Field(
        default="docker.io/library/traefik:v3.6.1", description="the ingress controller"
    )


class Settings(Model):
    """Everything that a stack may set, but for its secrets."""

    cluster: Cluster = Field(description="the cluster to install into: {kind, kubeconfig}")
    ingress: Ingress = Field(default=Ingress(), description="the ingress controller: {kind, host}")
    registry: Registry = Field(description="where images go: {server, namespace, insecure}")
    repositories: Annotated[tuple[Repository, ...], Field(strict=False), AfterValidator(_one)] = Field(
        description="what is built: [{url, branches, images: [{name, context, dockerfile}]}]"
    )
    images: Images = Field(
        default=Images(), description="overrides of the public images: {git, buildkit, traefik}"
    )
    release_mirror: Annotated[str, AfterValidator(_mirror)] = Field(
        default="", description="replaces scheme and host of every release URL"
    )
    registry_username: str = Field(default="", description="user name at the registry")
    git_username: str = Field(default="", description="user name for clones over HTTP")

    @classmethod
    def load(cls) -> "Settings":
        """The settings of the stack that runs. Raises SettingsError with every mistake in it."""
        prefix = f"{pulumi.get_project()}:"
        config = pulumi.Config()
        given: dict[str, Any] = {}
        for key in sorted({**get_config_env(), **CONFIG.get()}):
            name = key.removeprefix(prefix)
            if name == key or name in secrets.KEYS:
                continue
            given[name] = config.get(name) if _is_text(cls, name) else _structure(config, name)
        settings, found = None, secrets.mistakes(given)
        try:
            settings = cls.model_validate(given)
        except ValidationError as error:
            found = [*mistakes.sentences(cls, error), *found]
        if found or settings is None:
            raise SettingsError("\n".join(["the stack's settings have mistakes:", *found]))
        return settings


def _is_text(model: type[BaseModel], name: str) -> bool:
    return any(
        to_camel(field) == name and info.annotation is str for field, info in model.model_fields.items()
    )


def _structure(config: pulumi.Config, name: str) -> Any:
    try:
        return config.get_object(name)
    except pulumi.ConfigTypeError:
        return config.get(name)  # no JSON: the model says what it should have been
