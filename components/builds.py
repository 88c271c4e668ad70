"""Where builds run: a namespace, an account without rights, credentials, the Tasks and the Pipeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components import buildkitd, builds_quota, credentials, settings
from components.buildkitd import Buildkitd, BuildkitdArgs
from components.credentials import CredentialsArgs, RepositorySecrets
from components.image_builds import builds_of
from components.metadata import metadata
from components.namespace import inside, namespace
from components.secrets import Logins
from components.settings import Builder, CommitStatus, Images, Registry, Repository
from components.tasks import Object, build_image, commit_status, docker_socket, git_clone, pipeline
from components.tasks.bounds import Bounds
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
    secrets: Mapping[str, RepositorySecrets]
    """The Secrets for a Pipeline's workspaces, by the repository's full name."""
    pipelines: Mapping[str, str]
    """Names of the Pipelines, by the repository's full name."""
    priority: pulumi.Output[str]
    """The class of their pods."""


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
    runs: settings.Runs
    """How many at once."""
    priority: pulumi.Output[str]
    """The class of builds."""
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
        bounds, parallel = _bounds(args.builder), args.builder.parallel
        builds_quota.bound(name, self.namespace, bounds, parallel=parallel, runs=args.runs, opts=child)
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
        logins = CredentialsArgs(
            logins=args.logins,
            registry=args.registry,
            pulled=args.builder.registries,
            known_hosts=args.known_hosts,
            repositories=args.repositories,
            reported={one.full_name for one in args.repositories if _report(args, one)},
        )
        secrets = credentials.secrets(name, logins, self.namespace, child)
        self.runs = Runs(
            home=home,
            namespace=self.namespace,
            account=account,
            secrets=secrets,
            pipelines=names,
            priority=args.priority,
        )
        build = docker_socket.NAME if docker else build_image.NAME
        registries = Registries(
            insecure=[
                *([args.registry.server] if args.registry.insecure else []),
                *(one.server for one in args.builder.registries if one.insecure),
            ],
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
                    _source(repository, args.logins),
                    builds_of(repository, args.registry, args.builder),
                    task=build,
                    parallel=args.builder.parallel,
                    report=_report(args, repository),
                ),
                # Tekton looks up a Pipeline's Tasks and its run's Secrets when a run starts: they come first.
                inside(self, home, depends_on=[*tasks, *secrets[repository.full_name].own_resources]),
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
            priority=args.priority,
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
    bounds = _bounds(args.builder)
    if args.builder.kind == "docker":
        docker, daemon = args.images.docker, args.images.docker_daemon
        return docker_socket.spec(docker, daemon, bounds, flags=registries.dockerd())
    return build_image.spec(args.images.buildkit, bounds, config=registries.buildkitd(), shared=shared)


def _bounds(builder: Builder) -> Bounds:
    return Bounds(memory_gib=builder.memory_gib, disk_gib=builder.disk_gib, cpus=builder.cpus)


def _source(repository: Repository, logins: Logins) -> pipeline.Source:
    return pipeline.Source(
        url=repository.url,
        submodules=repository.submodules,
        login_urls=repository.login_urls(logins.own),
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
