"""The only reader of configuration: typed, frozen, unknown keys refused by name.

Pulumi.yaml declares the same keys with the same defaults for the CLI; a test holds the two together.
Secrets are no part of these models: they are top-level keys, read by `secrets.py` as secret outputs.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import pulumi
from pydantic import AfterValidator, Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic.alias_generators import to_camel

from forges import clone_urls
from settings import git_hosts, node_room, own_logins, raw_config, renamed_keys, secret_checks, secrets
from settings.builds import Builder, Images, Registry, Repository, reject_ambiguous
from settings.cluster import Cluster
from settings.commit_status import CommitStatus
from settings.dashboard import Dashboard
from settings.ingress import Ingress
from settings.kept_runs import count_tasks, kept_runs
from settings.mistakes import SettingsError, format_errors
from settings.runs import HISTORY_LIMIT, Runs
from settings.tke import Tke
from settings.types import MirrorPath, Model, mirror_url
from settings.webhook import Webhook

DISK_STEP_GIB = 10  # of a CBS disk, which is 10 GiB at least
TCR_NAMESPACE = range(2, 31)  # how many characters one may have
# What a Service of TKE says to its load balancer (document 457/51258).
PASS_TO_TARGET = "service.cloud.tencent.com/pass-to-target"
EXISTING_BALANCER = "service.kubernetes.io/tke-existed-lbid"


class Settings(Model):
    """Everything that a stack may set, but for its secrets."""

    cluster: Cluster = Field(description="the cluster to install into: {kind, kubeconfig}")
    ingress: Ingress = Field(default=Ingress(), description="the way in: {kind, host, tls, loadBalancer}")
    dashboard: Dashboard = Field(
        default=Dashboard(), description="Tekton's Dashboard: {enabled, readOnly, host, tls, auth: {kind}}"
    )
    registry: Registry = Field(description="where images go: {server, namespace, insecure}")
    repositories: Annotated[tuple[Repository, ...], Field(strict=False), AfterValidator(reject_ambiguous)] = (
        Field(
            description="what is built: [{url, branches, namespace, tags, "
            "images: [{name, context, dockerfile}], submodules, submoduleUrls, lfs, changedImagesOnly}]"
        )
    )
    builder: Builder = Field(
        default=Builder(), description="what turns a Dockerfile into an image: {kind: buildkit or docker}"
    )
    runs: Runs = Field(
        default=Runs(),
        description="how builds run: {cancelSuperseded, concurrencyLimit, historyLimit, historyDays, "
        "timeoutMinutes, volumeGib}",
    )
    webhook: Webhook = Field(
        default=Webhook(),
        description="the webhook's secret: {secretVersion, acceptPrevious}; see `make rotate`",
    )
    commit_status: CommitStatus = Field(
        default=CommitStatus(),
        description="where commits are told how their builds stand, once statusToken is set: {api}",
    )
    network_policies: Literal["enforced", "unenforced"] = Field(
        default="enforced",
        description="enforced: `up` proves that the cluster's network binds NetworkPolicies, and ends where "
        "it does not; unenforced: it goes on without",
    )
    accept_secrets_readable: bool = Field(
        default=False,
        description="true: with networkPolicies unenforced, every Dockerfile may read the cluster's Secrets",
    )
    images: Images = Field(
        default=Images(), description="overrides of the public images: {git, buildkit, docker, ...}"
    )
    mirror: MirrorPath = Field(
        default="",
        description="registry that has every image under its whole name, as registry.example.com/mirror",
    )
    release_mirror: Annotated[str, AfterValidator(mirror_url)] = Field(
        default="", description="replaces scheme and host of every release URL"
    )
    release_lock: str = Field(
        default="",
        description="path of another lock than the project's, for a stack that installs other files",
    )
    require_locked: bool = Field(
        default=False, description="true: a release whose digest the lock does not have is refused"
    )
    registry_username: str = Field(default="", validate_default=True, description="user name at the registry")
    git_username: str = Field(default="", validate_default=True, description="user name for clones over HTTP")
    git_known_hosts: str = Field(
        default="",
        description="keys of the git server for clones over SSH, as in known_hosts; empty: GitHub's",
    )

    @field_validator("registry_username")
    @classmethod
    def _check_registry_login(cls, username: str, info: ValidationInfo) -> str:
        cluster = info.data.get("cluster")
        if checks := secret_checks.of(info):
            checks.check_login("registryUsername", username)
            if isinstance(cluster, Tke) and cluster.tcr:
                checks.check_no_registry_login(username)
        return username

    @field_validator("git_username")
    @classmethod
    def _check_git_login(cls, username: str, info: ValidationInfo) -> str:
        if checks := secret_checks.of(info):
            checks.check_login("gitUsername", username)
        return username

    @property
    def known_hosts(self) -> str:
        """The keys that clones over SSH trust."""
        return self.git_known_hosts or git_hosts.GITHUB.read_text(encoding="utf-8")

    @property
    def load_balancer_annotations(self) -> Mapping[str, str]:
        """Annotations of the Service in front: the user's, and what makes the nodes let the balancer in."""
        annotations = self.ingress.load_balancer.annotations
        return {**annotations, PASS_TO_TARGET: "true"} if self._only_balancer else annotations

    @property
    def _only_balancer(self) -> bool:
        return self.cluster.kind == "tke" and self.cluster.network.node_ports == "balancer"

    @model_validator(mode="after")
    def _own_balancer(self) -> "Settings":
        if self._only_balancer and EXISTING_BALANCER in self.ingress.load_balancer.annotations:
            raise ValueError(
                f"cluster.network.nodePorts is 'balancer', but ingress.loadBalancer.annotations has "
                f"{EXISTING_BALANCER}, and TKE lets only a balancer that it makes itself past the nodes' "
                "group: set nodePorts to world, or leave the annotation out"
            )
        return self

    @model_validator(mode="after")
    def _walls(self) -> "Settings":
        if self.network_policies == "unenforced" and not self.accept_secrets_readable:
            raise ValueError(
                "networkPolicies is 'unenforced', so every Dockerfile that is built, and every other pod, "
                "can have any Secret of the cluster from Tekton's interceptors, which ask nobody who he is: "
                "install a network plug-in that enforces NetworkPolicies, or say that this may be so with "
                "`pulumi config set acceptSecretsReadable true`"
            )
        return self

    def unknown_servers(self, urls: Sequence[str]) -> list[str]:
        """A sentence for each URL over SSH whose server's key nobody knows."""
        hosts = {url: clone_urls.ssh_host(url) for url in urls}
        return [
            f"gitKnownHosts has no key of {host}, where {url} is: give what `ssh-keyscan` prints for it, "
            "once you have checked it"
            for url, host in hosts.items()
            if host and not git_hosts.knows(self.known_hosts, host)
        ]

    @model_validator(mode="after")
    def _disks(self) -> "Settings":
        sizes = {
            "runs.volumeGib": self.runs.volume_gib,
            "builder.buildkitdVolumeGib": self.builder.buildkitd_volume_gib,
        }
        wrong = [f"{key} is {size}" for key, size in sizes.items() if size % DISK_STEP_GIB]
        if self.cluster.kind == "tke" and wrong:
            raise ValueError(
                f"{' and '.join(wrong)}, but must be a multiple of {DISK_STEP_GIB}, as the disks of TKE are: "
                "a volume of another size is never made"
            )
        return self

    @model_validator(mode="after")
    def _in_tcr(self) -> "Settings":
        if self.cluster.kind != "tke" or self.cluster.tcr is None:
            return self
        if len(self.registry.namespace.partition("/")[0]) not in TCR_NAMESPACE:
            raise ValueError(
                f"registry.namespace is {self.registry.namespace!r}, but must begin with a namespace of TCR "
                "when cluster.tcr is set, 2 to 30 characters as team or team/apps"
            )
        return self

    @property
    def has_dashboard_login(self) -> bool:
        """True when there is a login: a Dashboard, and an ingress controller that leads to it."""
        return self.dashboard.enabled and self.ingress.kind != "none"

    def mirrored(self) -> "Settings":
        """The same with the images as they are pulled: at the mirror, if there is one."""
        return self.model_copy(update={"images": self.images.mirrored(self.mirror)})

    def complete(self) -> "Settings":
        """The same with a number of runs that are kept."""
        if self.runs.history_limit is not None:
            return self
        return self.model_copy(
            update={"runs": self.runs.model_copy(update={"history_limit": HISTORY_LIMIT[self.cluster.kind]})}
        )

    def _check_status_token_is_used(self) -> list[str]:
        on_forge = [repository for repository in self.repositories if self.commit_status.knows(repository)]
        if on_forge or not secrets.has("statusToken"):
            return []
        return [
            f"commitStatus.api is {self.commit_status.api}, and none of the repositories is there: give the "
            "API of their forge, or `pulumi config rm statusToken`"
        ]

    def _kept_runs(self) -> tuple[list[str], list[str]]:
        if self.cluster.kind != "tke" or self.runs.history_limit is None:
            return [], []
        has_token = secrets.has("statusToken")
        tasks = [
            count_tasks(repository, reports=has_token and self.commit_status.knows(repository))
            for repository in self.repositories
        ]
        return kept_runs(self.cluster, self.runs.history_limit, tasks)

    @classmethod
    def load(cls) -> "Settings":
        """The settings of the stack that runs. Raises SettingsError with every mistake in it."""
        texts = [to_camel(name) for name, info in cls.model_fields.items() if info.annotation is str]
        present = renamed_keys.rename({key: raw_config.read(key, texts) for key in secrets.plain_keys()})
        for warning in present.warnings:
            pulumi.log.warn(warning)  # before the refusals, which name present keys
        settings, checks = None, secrets.checks()
        errors = [*present.errors, *secrets.config_errors()]
        try:
            settings = cls.model_validate(present.values, context=checks).complete()
        except ValidationError as error:
            errors = [*format_errors(cls, error), *errors, *checks.errors]
        else:
            errors += checks.errors
            rooms = node_room.fitting(settings.cluster, settings.builder, settings.repositories)
            sizes = [settings._kept_runs(), rooms]
            warnings = [warning for _, warned in sizes for warning in warned]
            errors += [*own_logins.config_errors(settings), *settings._check_status_token_is_used()]
            errors += [refusal for refused, _ in sizes for refusal in refused]
        if errors or settings is None:
            raise SettingsError("\n".join(["the stack's settings have mistakes:", *errors]))
        for warning in [*warnings, *secrets.warnings()]:
            pulumi.log.warn(warning)
        return settings.mirrored()
