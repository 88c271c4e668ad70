"""Builds of a Pipeline, from the settings."""

from pipelines import pipeline
from settings import Builder, Registry, Repository


def builds_of(repository: Repository, registry: Registry, builder: Builder) -> list[pipeline.Build]:
    """One for each image of the repository."""
    return [
        pipeline.Build(
            name=image.name,
            server=registry.server,
            namespace="/".join(part for part in (registry.namespace, repository.namespace) if part),
            context=image.context,
            dockerfile=image.dockerfile,
            tags=repository.tags,
            # The layers of a shared buildkitd are on its volume.
            cached=builder.cache and not builder.buildkitd_volume_gib,
            retries=builder.retries,
        )
        for image in repository.images
    ]
