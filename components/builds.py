"""Where builds run: a namespace, an account without rights, credentials, the Tasks and the Pipeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components import buildkitd, clone_urls, credentials
from components.buildkitd import Buildkitd, BuildkitdArgs
from components.credentials import CredentialsArgs
from components.metadata import metadata
from components.namespace import inside, namespace
from components.secrets import Logins
from components.settings import Builder, CommitStatus, Images, Registry, Repository
from components.tasks import Object, build_image, commit_status, docker_socket, git_clone, pipeline
from components.tasks.registries import Registries

NAMESPACE = "builds"
ACCOUNT = "tekton-build-sa"
API = "tekton.dev/v1"


@dataclass(frozen=True, kw_only=True)
class Runs:
    """What a PipelineRun must say to run here."""

    home: pulumi.Resource
    """The namespace."""
    namespace: pulumi.Output[str]
    account: pulumi.Output[str]
    """The account they run as; it may do nothing, and its pods get no token."""
    secrets: Mapping[str, Mapping[str, pulumi.Output[str]]]
    """Names of the Secrets for a Pipeline's workspaces, by the repository's full name and the workspace's."""
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
    status: CommitStatus
    """Who is told, if there is a token."""
    page: str
    """Address of the Dashboard's page on PipelineRuns, ending before a run's name; empty: there is none."""
    after: Sequence[pulumi.Resource] = ()
    """What must be ready to admit Tekton's objects: no value flows from it."""


class Builds(pulumi.ComponentResource):
    """Everything a PipelineRun refers to."""

    namespace: pulumi.Output[str]
    """Where PipelineRuns run."""
    runs: Runs
    """What a PipelineRun must say."""
    namespaces: Mapping[str, pulumi.Resource]
    """By name: the builds', and the shared buildkitd's."""
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
        home = namespace(
            f"{name}-namespace",
            NAMESPACE,
            component="builds",
            # `privileged` is for Docker's daemon. Not `restricted`: rootless BuildKit needs newuidmap, which
            # is privilege escalation, and no seccomp profile: the default one forbids user namespaces.
            pod_security="privileged" if docker else "baseline",
            # Also when they go: Tekton's controllers then still see the end of the runs in the namespace.
            opts=pulumi.ResourceOptions(parent=self, depends_on=args.after),
        )
        self.namespace = home.metadata.name
        child = inside(self, home)
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
        held = credentials.held(
            name,
            CredentialsArgs(logins=args.logins, registry=args.registry, known_hosts=args.known_hosts),
            self.namespace,
            child,
        )
        self.runs = Runs(
            home=home,
            namespace=self.namespace,
            account=account,
            secrets={one.full_name: _opening(one, args, held) for one in args.repositories},
            pipelines=names,
        )
        build = docker_socket.NAME if docker else build_image.NAME
        registries = Registries(
            insecure=args.registry.server if args.registry.insecure else "",
            mirrors=args.builder.registry_mirrors,
        )
        self.namespaces = {NAMESPACE: home}
        shared = self._shared(f"{name}-buildkitd", args, registries) if args.builder.shared_gib else None
        specs = {
            git_clone.NAME: git_clone.spec(args.images.git),
            build: _build_task(args, registries, shared),
        }
        if args.logins.status_token is not None:
            specs[commit_status.NAME] = commit_status.spec(args.images.curl)
        tasks = [self._custom(f"{name}-{task}", "Task", task, spec, child) for task, spec in specs.items()]
        self.pipelines = [
            self._custom(
                names[repository.full_name].replace(pipeline.NAME, f"{name}-pipeline"),
                "Pipeline",
                names[repository.full_name],
                pipeline.spec(
                    _source(repository),
                    _builds(args, repository),
                    task=build,
                    parallel=args.builder.parallel,
                    report=_report(args, repository),
                ),
                # The Pipeline names its Tasks; Tekton looks them up when a run starts, so they come first.
                inside(self, home, depends_on=tasks),
            )
            for repository in args.repositories
        ]
        self.register_outputs({"namespace": self.namespace, "account": account})

    def _shared(self, resource: str, args: BuildsArgs, registries: Registries) -> build_image.Shared:
        given = BuildkitdArgs(
            image=args.images.buildkit,
            builder=args.builder,
            registries=registries,
            clients=self.namespace,
        )
        daemon = Buildkitd(resource, given, pulumi.ResourceOptions(parent=self))
        self.namespaces = {**self.namespaces, buildkitd.NAMESPACE: daemon.home}
        return daemon.shared

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


def _build_task(args: BuildsArgs, registries: Registries, shared: build_image.Shared | None) -> Object:
    memory = f"{args.builder.memory_gib}Gi"
    if args.builder.kind == "docker":
        docker, daemon = args.images.docker, args.images.docker_daemon
        return docker_socket.spec(docker, daemon, memory, flags=registries.dockerd())
    return build_image.spec(args.images.buildkit, memory, config=registries.buildkitd(), shared=shared)


def _source(repository: Repository) -> pipeline.Source:
    return pipeline.Source(
        url=repository.url,
        submodules=repository.submodules,
        login_urls=repository.login_urls,
        lfs=repository.lfs,
        only_changed=repository.only_changed,
    )


def _report(args: BuildsArgs, repository: Repository) -> pipeline.Report | None:
    if args.logins.status_token is None or not args.status.knows(repository):
        return None
    return pipeline.Report(
        api=args.status.api,
        repository=repository.full_name,
        # Two stacks may build one repository.
        context=f"tekton-builds/{pulumi.get_stack()}",
        link=args.page,
    )


def _opening(
    repository: Repository, args: BuildsArgs, held: Mapping[str, pulumi.Output[str]]
) -> dict[str, pulumi.Output[str]]:
    """A clone is given what opens its own URLs, a report what opens its own forge, and nothing else."""
    own = {pipeline.SSH if clone_urls.ssh_host(url) else pipeline.BASIC_AUTH for url in repository.urls}
    foreign = {pipeline.SSH, pipeline.BASIC_AUTH} - own
    if not _report(args, repository):
        foreign.add(pipeline.STATUS_TOKEN)
    return {key: one for key, one in held.items() if key not in foreign}


def _builds(args: BuildsArgs, repository: Repository) -> list[pipeline.Build]:
    return [
        pipeline.Build(
            name=image.name,
            server=args.registry.server,
            namespace="/".join(part for part in (args.registry.namespace, repository.namespace) if part),
            context=image.context,
            dockerfile=image.dockerfile,
            tags=repository.tags,
            # The layers of a shared buildkitd are on its volume.
            cached=args.builder.cache and not args.builder.shared_gib,
            retries=args.builder.retries,
        )
        for image in repository.images
    ]
