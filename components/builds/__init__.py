"""The builds: their namespace, credentials, Tasks and Pipelines."""

from components.builds import buildkitd, janitor
from components.builds.build_pipeline import BuildPipeline, RunEnvironment
from components.builds.builds import NAMESPACE, Builds, BuildsArgs
from components.builds.credentials import RepositorySecrets
from components.builds.janitor import Janitor, JanitorArgs

__all__ = [
    "NAMESPACE",
    "BuildPipeline",
    "Builds",
    "BuildsArgs",
    "Janitor",
    "JanitorArgs",
    "RepositorySecrets",
    "RunEnvironment",
    "buildkitd",
    "janitor",
]
