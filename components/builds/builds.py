"""The environment of builds: namespace, account without rights, credentials, Tasks and Pipelines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

import settings
from components.builds import build_task, buildkitd, credentials
from components.builds import quota as builds_quota
from components.builds.build_pipeline import BuildPipeline, RunEnvironment
from components.builds.buildkitd import Buildkitd, BuildkitdArgs
from components.builds.credentials import CredentialsArgs, RepositorySecrets
from components.builds.image_builds import builds_of
from components.kube.metadata import metadata
from components.kube.namespace import inside, namespace
from pipelines import pipeline
from pipelines.registries import Registries
from pipelines.tasks import COMMIT_STATUS, GIT_CLONE, build_image
from settings import Builder, CommitStatus, Images, Registry, Repository
from settings.secrets import BuildCredentials

NAMESPACE = "builds"
ACCOUNT = "tekton-build-sa"
API = "tekton.dev/v1"


@dataclass(frozen=True, kw_only=True)
class BuildsArgs:
    images: Images
    """Images of the steps."""
    repositories: Sequence[Repository]
    """Repositories to build; the first one's Pipeline has the tutorial's name."""
    registry: Registry
    """Registry that images are pushed to."""
    logins: BuildCredentials
    known_hosts: str
    """The git server's keys, for clones over SSH."""
    builder: Builder
    """Builder of the images."""
    runs: settings.Runs
    """Timeout, volume size and concurrency of the runs."""
    priority: pulumi.Output[str]
    """The class of builds."""
    commit_status: CommitStatus
    """API that gets commit statuses; unused without a token."""
    dashboard_url: str
    """Address of the Dashboard's page on PipelineRuns, ending before a run's name; empty: there is none."""
    depends_on: Sequence[pulumi.Resource] = ()
    """Resources that must be ready before Tekton's webhooks admit its objects."""


class Builds(pulumi.ComponentResource):
    """Everything a PipelineRun refers to."""

    namespace: pulumi.Output[str]
    """Namespace of the PipelineRuns."""
    environment: RunEnvironment
    """Namespace, service account and priority of every PipelineRun."""
    namespaces: Mapping[str, pulumi.Resource]
    """By name: the builds', and the shared buildkitd's."""
    pipelines: Sequence[BuildPipeline]
    """One for each repository."""

    def __init__(self, name: str, args: BuildsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:builds:Builds", name, None, opts)
        self._name, self._args = name, args
        self._home = self._namespace()
        self._child = inside(self, self._home)
        self.namespace, self.namespaces = self._home.metadata.name, {NAMESPACE: self._home}
        builds_quota.bound(
            name,
            self.namespace,
            build_task.bounds_of(args.builder),
            parallel=args.builder.parallel,
            runs=args.runs,
            opts=self._child,
        )
        account = kubernetes.core.v1.ServiceAccount(
            f"{name}-account",
            metadata=metadata(ACCOUNT, self.namespace, component="builds"),
            # A Dockerfile's commands have no business with the API server.
            automount_service_account_token=False,
            opts=self._child,
        ).metadata.name
        self.environment = RunEnvironment(
            home=self._home, namespace=self.namespace, account=account, priority=args.priority
        )
        secrets = credentials.secrets(name, self._credentials(), self.namespace, self._child)
        tasks = self._tasks()
        self.pipelines = [
            self._pipeline(
                repository,
                pipeline.named(pipeline.NAME, repository.full_name) if index else pipeline.NAME,
                secrets[repository.full_name],
                tasks,
            )
            for index, repository in enumerate(args.repositories)
        ]
        self.register_outputs({"namespace": self.namespace, "account": account})

    def _namespace(self) -> kubernetes.core.v1.Namespace:
        docker = self._args.builder.kind == "docker"
        if docker:
            pulumi.log.warn(
                "builder.kind is 'docker': its daemon is privileged, so every Dockerfile that is built has "
                f"the node, and the namespace {NAMESPACE} allows it; `buildkit` needs no privilege"
            )
        return namespace(
            f"{self._name}-namespace",
            NAMESPACE,
            component="builds",
            # `privileged` is for Docker's daemon. Not `restricted`: rootless BuildKit needs newuidmap, which
            # is privilege escalation, and no seccomp profile: the default one forbids user namespaces.
            pod_security="privileged" if docker else "baseline",
            # Also when they go: Tekton's controllers then still see the end of the runs in the namespace.
            opts=pulumi.ResourceOptions(parent=self, depends_on=self._args.depends_on),
        )

    def _credentials(self) -> CredentialsArgs:
        args = self._args
        reported = {repository.full_name for repository in args.repositories if self._report(repository)}
        return CredentialsArgs(
            logins=args.logins,
            registry=args.registry,
            pulled=args.builder.registries,
            known_hosts=args.known_hosts,
            repositories=args.repositories,
            reported=reported,
        )

    def _tasks(self) -> list[pulumi.Resource]:
        args = self._args
        registries = build_task.registries_of(args.registry, args.builder)
        shared = self._shared(registries) if args.builder.buildkitd_volume_gib else None
        specs = {
            GIT_CLONE.name: GIT_CLONE.spec(image=args.images.git),
            build_task.name_of(args.builder): build_task.spec(args.images, args.builder, registries, shared),
        }
        if args.logins.status_token is not None:
            specs[COMMIT_STATUS.name] = COMMIT_STATUS.spec(image=args.images.curl)
        return [
            self._custom(f"{self._name}-{task}", "Task", task, spec, self._child)
            for task, spec in specs.items()
        ]

    def _pipeline(
        self,
        repository: Repository,
        name: str,
        secrets: RepositorySecrets,
        tasks: Sequence[pulumi.Resource],
    ) -> BuildPipeline:
        args = self._args
        resource = self._custom(
            name.replace(pipeline.NAME, f"{self._name}-pipeline"),
            "Pipeline",
            name,
            pipeline.spec(
                _source(repository, args.logins),
                builds_of(repository, args.registry, args.builder),
                task=build_task.name_of(args.builder),
                parallel=args.builder.parallel,
                report=self._report(repository),
            ),
            # Tekton looks up a Pipeline's Tasks and its run's Secrets when a run starts: they come first.
            inside(self, self._home, depends_on=[*tasks, *secrets.own_resources]),
        )
        return BuildPipeline(repository=repository, name=name, secrets=secrets, resource=resource)

    def _report(self, repository: Repository) -> pipeline.Report | None:
        """What tells the repository's forge of its builds; None: nothing does."""
        args = self._args
        if args.logins.status_token is None or not args.commit_status.knows(repository):
            return None
        return pipeline.Report(
            api=args.commit_status.api,
            repository=repository.full_name,
            # Two stacks may build one repository.
            context=f"tekton-builds/{pulumi.get_stack()}",
            link=args.dashboard_url,
        )

    def _shared(self, registries: Registries) -> build_image.Shared:
        """The buildkitd of all builds."""
        args = self._args
        buildkitd_args = BuildkitdArgs(
            image=args.images.buildkit,
            builder=args.builder,
            registries=registries,
            client_namespace=self.namespace,
            priority=args.priority,
        )
        daemon = Buildkitd(f"{self._name}-buildkitd", buildkitd_args, pulumi.ResourceOptions(parent=self))
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


def _source(repository: Repository, logins: BuildCredentials) -> pipeline.GitSource:
    return pipeline.GitSource(
        url=repository.url,
        submodules=repository.submodules,
        login_urls=repository.login_urls(logins.own),
        lfs=repository.lfs,
        changed_images_only=repository.changed_images_only,
    )
