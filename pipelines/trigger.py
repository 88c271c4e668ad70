"""The EventListener: which pushes start a run, and what the run may know of them.

One trigger looks up many repositories in a table. With one for each, Tekton asks its interceptors for each,
at every push and at once: with fifty, a push took a node half a second, and of fifty pushes many were lost.

Of the payload, only the revision, the one before it, the repository and the branch reach a run, and all have
passed a filter: revisions are 40 or 64 hexadecimal digits, the others the settings'. Of the headers, which
nobody signs, it is the delivery's id, where it has the form of one.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from pipelines import pipeline
from pipelines.body_sizes import listener_mib
from pipelines.tasks import Object
from pipelines.template import LOOKED_UP, secret_param

LISTENER = "github-listener"
NAME = "github-push-events-trigger"
SECRET, SECRET_KEY = "github-secret", "secretToken"
HEADS = "refs/heads/"
TABLE_SIZE = 50_000  # characters; Tekton reads no more than 100,000 as one CEL expression


@dataclass(frozen=True, kw_only=True)
class TriggerRepository:
    """A repository whose pushes start runs."""

    full_name: str
    """OWNER/NAME in lower case."""
    branches: Sequence[str]
    pipeline: str
    cancel_superseded: bool = True
    """True: a newer push to the branch cancels the run, if the stack cancels runs."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Names of its own Secrets, by the workspace's name."""

    @property
    def size(self) -> int:
        """Characters of its rows in a trigger's table."""
        return len(json.dumps(_table([self])))


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """A trigger for repositories that have own Secrets for the same workspaces."""

    name: str
    sources: Sequence[TriggerRepository]
    template: str
    """Name of the TriggerTemplate of their runs, which differ only in what `sources` say."""


# The key of the table: the repository and the ref, of which neither has a space.
PUSHED = "(body.repository.full_name.lowerAscii() + ' ' + body.ref)"


def push_filter(sources: Sequence[TriggerRepository]) -> str:
    """The CEL expression that a push must satisfy.

    Gitea's payload has no `deleted`, as a deletion is an event of its own there; GitHub's has one, and an
    `after` of zeros.
    """
    return " && ".join(
        [
            f"{PUSHED} in {json.dumps(list(_table(sources)))}",
            f"body.after.matches('{COMMIT}')",
            "!body.after.matches('^0+$')",
            "!(has(body.deleted) && body.deleted)",
        ]
    )


def branch_tag(branch: str) -> str:
    """The branch as an image's tag: letters, digits and _ . - alone, never the cache's or another's."""
    tag = re.sub(r"[^A-Za-z0-9_.-]", "-", branch).lstrip(".-")[:120]
    if tag == branch != pipeline.CACHE:
        return tag
    # release/1 and release-1 are two branches.
    return f"{tag or 'branch'}-{sha256(branch.encode()).hexdigest()[:7]}"


# GitHub and Gitea send UUIDs. The listener answers before it makes a run: by this id one sees what became of
# a delivery.
DELIVERY_ID = (
    "header.canonical('X-GitHub-Delivery').matches('^[0-9a-zA-Z]([0-9a-zA-Z-]{0,61}[0-9a-zA-Z])?$') "
    "? header.canonical('X-GitHub-Delivery') : 'none'"
)


COMMIT = "^([0-9a-f]{40}|[0-9a-f]{64})$"
BEFORE = (
    f"has(body.before) && type(body.before) == string && body.before.matches('{COMMIT}') ? body.before : ''"
)


def listener_spec(
    account: str,
    triggers: Sequence[Trigger],
    replicas: int,
    versions: Sequence[int] = (1,),
    placement: Object | None = None,
) -> Object:
    """EventListenerSpec (triggers.tekton.dev/v1beta1).

    `versions`: those of the webhook's secret that are accepted, the present one first. `placement`: fields
    of its pods' spec that say where they run.
    """
    memory = f"{listener_mib(len(triggers))}Mi"
    container = {"resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": memory}}}
    return {
        "serviceAccountName": account,
        "triggers": [
            _trigger(trigger, version, "-previous" if number else "")
            for trigger in triggers
            for number, version in enumerate(versions)
        ],
        "resources": {
            "kubernetesResource": {
                "replicas": replicas,
                "spec": {"template": {"spec": {"containers": [container], **(placement or {})}}},
            }
        },
    }


def branch_key(full_name: str, branch: str) -> str:
    """One value for all pushes to a branch, as short as a label must be."""
    return sha256(f"{full_name} {branch}".encode()).hexdigest()[:16]


def secret_key(version: int) -> str:
    """The key of this version in the Secret; each has its own, so that a push is taken at every moment."""
    return SECRET_KEY if version == 1 else f"{SECRET_KEY}-{version}"


def _table(sources: Sequence[TriggerRepository]) -> dict[str, dict[str, str]]:
    """Parameters of a run, by PUSHED: only values from the stack, none from the payload."""
    return {
        f"{source.full_name} {HEADS}{branch}": {
            "pipeline": source.pipeline,
            "repository": source.full_name,
            "branch": branch,
            "branch_tag": branch_tag(branch),
            "line": branch_key(source.full_name, branch) if source.cancel_superseded else "",
            **{secret_param(workspace): secret for workspace, secret in source.secrets.items()},
        }
        for source in sources
        for branch in source.branches
    }


def _trigger(trigger: Trigger, version: int, suffix: str) -> Object:
    return {
        "name": f"{trigger.name}{suffix}",
        "interceptors": [
            {
                "name": "signed-push",
                "ref": {"name": "github", "kind": "ClusterInterceptor"},
                "params": [
                    {"name": "secretRef", "value": {"secretName": SECRET, "secretKey": secret_key(version)}},
                    {"name": "eventTypes", "value": ["push"]},
                ],
            },
            {
                "name": "our-branches",
                "ref": {"name": "cel", "kind": "ClusterInterceptor"},
                "params": [
                    {"name": "filter", "value": push_filter(trigger.sources)},
                    {
                        "name": "overlays",
                        "value": [
                            {"key": "run", "expression": f"{json.dumps(_table(trigger.sources))}[{PUSHED}]"},
                            {"key": "delivery", "expression": DELIVERY_ID},
                            {"key": "before", "expression": BEFORE},
                        ],
                    },
                ],
            },
        ],
        "bindings": [
            {"name": "revision", "value": "$(body.after)"},
            *(
                {"name": name, "value": f"$(extensions.run.{name})"}
                for name in (*LOOKED_UP, *map(secret_param, trigger.sources[0].secrets))
            ),
            {"name": "delivery", "value": "$(extensions.delivery)"},
            {"name": "before", "value": "$(extensions.before)"},
        ],
        "template": {"ref": trigger.template},
    }
