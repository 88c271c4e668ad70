"""Where builds run: a namespace, an account without rights, credentials, the Tasks and the Pipeline."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.metadata import metadata
from components.namespace import namespace
from components.network_policy import allow, to_internet
from components.secrets import Login, Logins
from components.settings import Builder, Images, Registry, Repository
from components.tasks import Object, build_image, docker_socket, git_clone, pipeline

NAMESPACE = "builds"
ACCOUNT = "tekton-build-sa"
API = "tekton.dev/v1"


@dataclass(frozen=True, kw_only=True)
class Runs:
    """What a PipelineRun must say to run here."""

    namespace: pulumi.Output[str]
    account: pulumi.Output[str]
    """The account they run as; it may do nothing, and its pods get no token."""
    secrets: Mapping[str, pulumi.Output[str]]
    """Names of the Secrets for the Pipelines' workspaces, by the workspace's name."""
    pipelines: Mapping[str, str]
    """Names of the Pipelines, by the repository's full name."""


@dataclass(frozen=True, kw_only=True)
class BuildsArgs:
    images: Images
    """What the steps run."""
    repositories: Sequence[Repository]
    """What is built; the first one's Pipeline has the tutorial's name."""
    registry: Registry
    """Where it goes."""
    logins: Logins
    known_hosts: str
    """The git server's keys, for clones over SSH."""
    builder: Builder
    """With what images are built."""
    after: Sequence[pulumi.Resource] = ()
    """What must be ready to admit Tekton's objects: no value flows from it."""


class Builds(pulumi.ComponentResource):
    """Everything a PipelineRun refers to."""

    namespace: pulumi.Output[str]
    """Where PipelineRuns run."""
    runs: Runs
    """What a PipelineRun must say."""
    pipelines: Sequence[pulumi.Resource]
    """The Pipelines, for whoever starts them."""

    def __init__(self, name: str, args: BuildsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:builds:Builds", name, None, opts)
        docker = args.builder.kind == "docker"
        if docker:
            pulumi.log.warn(
                "builder.kind is 'docker': its daemon is privileged, so every Dockerfile that is built has "
                f"the node, and the namespace {NAMESPACE} allows it; `buildkit` needs no privilege"
            )
        self.namespace = namespace(
            f"{name}-namespace",
            NAMESPACE,
            component="builds",
            # `privileged` is for Docker's daemon. Not `restricted`: rootless BuildKit needs newuidmap, which
            # is privilege escalation, and no seccomp profile: the default one forbids user namespaces.
            pod_security="privileged" if docker else "baseline",
            # Also when they go: Tekton's controllers then still see the end of the runs in the namespace.
            opts=pulumi.ResourceOptions(parent=self, depends_on=args.after),
        )
        child = pulumi.ResourceOptions(parent=self)
        # A build calls others, and nobody calls a build: another build least of all.
        allow(
            f"{name}-from-nobody",
            "from-nobody",
            self.namespace,
            {},
            [],
            port=None,
            component="builds",
            opts=child,
        )
        to_internet(
            f"{name}-to-internet",
            "to-internet",
            self.namespace,
            args.builder.egress_cidrs,
            component="builds",
            opts=child,
        )
        account = kubernetes.core.v1.ServiceAccount(
            f"{name}-account",
            metadata=metadata(ACCOUNT, self.namespace, component="builds"),
            # A Dockerfile's commands have no business with the API server.
            automount_service_account_token=False,
            opts=child,
        ).metadata.name
        names = {
            repository.full_name: pipeline.named(pipeline.NAME, repository.full_name)
            if index
            else pipeline.NAME
            for index, repository in enumerate(args.repositories)
        }
        self.runs = Runs(
            namespace=self.namespace,
            account=account,
            secrets=self._secrets(name, args, child),
            pipelines=names,
        )
        build = docker_socket.NAME if docker else build_image.NAME
        tasks = [
            self._custom(f"{name}-{task}", "Task", task, spec, child)
            for task, spec in ((git_clone.NAME, git_clone.spec(args.images.git)), (build, _build_task(args)))
        ]
        self.pipelines = [
            self._custom(
                names[repository.full_name].replace(pipeline.NAME, f"{name}-pipeline"),
                "Pipeline",
                names[repository.full_name],
                pipeline.spec(
                    repository.url,
                    _builds(args, repository),
                    args.registry.server if args.registry.insecure else "",
                    build,
                    args.builder.parallel,
                ),
                # The Pipeline names its Tasks; Tekton looks them up when a run starts, so they come first.
                pulumi.ResourceOptions(parent=self, depends_on=tasks),
            )
            for repository in args.repositories
        ]
        self.register_outputs({"namespace": self.namespace, "account": account})

    def _custom(
        self, resource: str, kind: str, name: str, spec: dict[str, Any], opts: pulumi.ResourceOptions
    ) -> pulumi.Resource:
        return kubernetes.apiextensions.CustomResource(
            resource,
            api_version=API,
            kind=kind,
            metadata=metadata(name, self.namespace, component="builds"),
            spec=spec,
            opts=opts,
        )

    def _secrets(
        self, name: str, args: BuildsArgs, child: pulumi.ResourceOptions
    ) -> dict[str, pulumi.Output[str]]:
        wanted: dict[str, dict[str, pulumi.Input[str]]] = {}
        if args.logins.ssh_key is not None:
            # The tutorial's names; ssh asks the file what it is, so a key of another kind may be in it.
            wanted[pipeline.SSH] = {"id_rsa": args.logins.ssh_key, "known_hosts": args.known_hosts}
        if login := args.logins.registry:
            # The tutorial's Secret with its two keys, and the file that BuildKit reads: one Secret to rotate.
            config = login.password.apply(
                lambda password: docker_config(args.registry.server, login.username, password)
            )
            wanted[pipeline.REGISTRY_AUTH] = {**_pair(login), "config.json": config}
        if args.logins.git:
            wanted[pipeline.BASIC_AUTH] = _pair(args.logins.git)
        return {
            key: kubernetes.core.v1.Secret(
                f"{name}-{key}",
                metadata=metadata(key, self.namespace, component="builds"),
                type="Opaque" if key == pipeline.SSH else "kubernetes.io/basic-auth",
                string_data=pulumi.Output.secret(data),
                opts=child,
            ).metadata.name
            for key, data in wanted.items()
        }


def _build_task(args: BuildsArgs) -> Object:
    if args.builder.kind == "docker":
        return docker_socket.spec(args.images.docker, args.images.docker_daemon)
    return build_image.spec(args.images.buildkit)


def _builds(args: BuildsArgs, repository: Repository) -> list[pipeline.Build]:
    return [
        pipeline.Build(
            name=image.name,
            server=args.registry.server,
            namespace="/".join(part for part in (args.registry.namespace, repository.namespace) if part),
            context=image.context,
            dockerfile=image.dockerfile,
            tags=repository.tags,
            cached=args.builder.cache,
        )
        for image in repository.images
    ]


def docker_config(server: str, username: str, password: str) -> str:
    """A client's config.json for one registry; Docker Hub is filed under its old address."""
    if server in {"docker.io", "index.docker.io"}:
        server = "https://index.docker.io/v1/"
    auth = b64encode(f"{username}:{password}".encode()).decode()
    return json.dumps({"auths": {server: {"auth": auth}}})


def _pair(login: Login) -> dict[str, pulumi.Input[str]]:
    return {"username": login.username, "password": login.password}
