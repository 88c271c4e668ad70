"""Triggers of the listener, and the run that each of them starts."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pulumi

import settings
from components.builds import BuildPipeline, RepositorySecrets, RunEnvironment
from components.kube.metadata import labels
from pipelines import pipeline, template, trigger
from pipelines.trigger import Trigger, TriggerRepository


def triggers_of(pipelines: Sequence[BuildPipeline]) -> list[tuple[Trigger, RepositorySecrets]]:
    """One for all repositories whose runs have Secrets in the same workspaces: a template leaves none out.

    With each, the Secrets of its first repository: the shared ones are the same for all.
    """
    alike = dict[tuple[frozenset[str], frozenset[str], int], list[BuildPipeline]]()
    sizes = Counter[tuple[frozenset[str], frozenset[str]]]()
    for build in pipelines:
        bound = frozenset(build.secrets.shared), frozenset(build.secrets.own)
        alike.setdefault((*bound, sizes[bound] // trigger.TABLE_SIZE), []).append(build)
        sizes[bound] += _source(build).size
    triggers = []
    for index, builds in enumerate(alike.values()):
        first = builds[0]
        full_name = first.repository.full_name
        push_trigger = Trigger(
            name=pipeline.named(trigger.NAME, full_name) if index else trigger.NAME,
            template=pipeline.named(template.NAME, full_name) if index else template.NAME,
            sources=[_source(build) for build in builds],
        )
        triggers.append((push_trigger, first.secrets))
    return triggers


def _source(build: BuildPipeline) -> TriggerRepository:
    return TriggerRepository(
        full_name=build.repository.full_name,
        branches=build.repository.branches,
        pipeline=build.name,
        # Each run of such a repository builds what that push changed: none makes another needless.
        cancel_superseded=not build.repository.changed_images_only,
        secrets=build.secrets.own,
    )


def template_spec(
    environment: RunEnvironment, run_policy: settings.Runs, secrets: RepositorySecrets
) -> pulumi.Output[dict[str, Any]]:
    """The spec of a trigger's template, known when the names are that other components give."""
    return pulumi.Output.all(
        namespace=environment.namespace,
        account=environment.account,
        secrets=secrets.shared,
        priority=environment.priority,
    ).apply(
        lambda values: template.spec(
            template.Run(
                namespace=values["namespace"],
                account=values["account"],
                secrets=values["secrets"],
                own_secrets=tuple(secrets.own),
                volume_size=f"{run_policy.volume_gib}Gi",
                minutes=run_policy.timeout_minutes,
                labels=labels("run"),
                priority=values["priority"],
                starts_pending=run_policy.concurrency_limit > 0,
            )
        )
    )
