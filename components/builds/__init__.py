"""The builds: their namespace, credentials, Tasks and Pipelines."""

from components.builds.build_pipeline import BuildPipeline, RunEnvironment
from components.builds.buildkitd import NAMESPACE as BUILDKITD_NAMESPACE
from components.builds.buildkitd import PORT as BUILDKITD_PORT
from components.builds.builds import NAMESPACE, Builds, BuildsArgs
from components.builds.credentials import RepositorySecrets
from components.builds.janitor import NAMESPACE as JANITOR_NAMESPACE
from components.builds.janitor import Janitor, JanitorArgs

__all__ = [
    "BUILDKITD_NAMESPACE",
    "BUILDKITD_PORT",
    "JANITOR_NAMESPACE",
    "NAMESPACE",
    "BuildPipeline",
    "Builds",
    "BuildsArgs",
    "Janitor",
    "JanitorArgs",
    "RepositorySecrets",
    "RunEnvironment",
]
