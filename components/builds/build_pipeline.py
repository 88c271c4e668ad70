"""The facts that the webhook needs to start a PipelineRun."""

from dataclasses import dataclass

import pulumi

from components.builds.credentials import RepositorySecrets
from settings import Repository


@dataclass(frozen=True, kw_only=True)
class RunEnvironment:
    """Namespace and service account of a PipelineRun."""

    home: pulumi.Resource
    """The namespace."""
    namespace: pulumi.Output[str]
    account: pulumi.Output[str]
    """The account it runs as; it may do nothing, and its pods get no token."""
    priority: pulumi.Output[str]
    """The class of its pods."""


@dataclass(frozen=True, kw_only=True)
class BuildPipeline:
    """The Pipeline that a push to a repository starts."""

    repository: Repository
    name: str
    """The Pipeline's."""
    secrets: RepositorySecrets
    """For the workspaces of its runs."""
    resource: pulumi.Resource
    """The Pipeline."""
