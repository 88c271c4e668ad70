"""What a push may start: the EventListener's trigger, its filter, and the run it makes.

Of the payload, only the revision, the one before it and the branch reach a run, and all have passed a filter:
revisions are 40 or 64 hexadecimal digits, the branch is one of the settings'. Of the headers, which nobody
signs, it is the delivery's id, where it has the form of one.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from components.tasks import USER, Object, pipeline

LISTENER = "github-listener"
TEMPLATE = "github-template"
TRIGGER = "github-push-events-trigger"
DELIVERY = "tekton-builds/delivery"  # the label with the forge's name of the delivery that started a run
LINE = "tekton-builds/line"  # the label of all runs of one branch of one repository
SECRET, SECRET_KEY = "github-secret", "secretToken"
HEADS = "refs/heads/"


@dataclass(frozen=True, kw_only=True)
class Source:
    """A repository whose pushes start runs."""

    full_name: str
    """OWNER/NAME in lower case."""
    branches: Sequence[str]
    trigger: str
    template: str
    versions: Sequence[int] = (1,)
    """Of the webhook's secret: those that are taken, the present one first."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """The PipelineRun that a push makes."""

    repository: str
    """OWNER/NAME in lower case."""
    pipeline: str
    namespace: str
    account: str
    secrets: Mapping[str, str]
    """Secrets bound to workspaces of the Pipeline, by the workspace's name."""
    volume_size: str
    minutes: int
    """How long the clone and the builds may take; the report of their end has minutes of its own."""
    labels: Mapping[str, str]
    waits: bool = False
    """Whether it starts only when the janitor says so."""
    cancelled: bool = True
    """Whether a newer push to its branch cancels it, where that is so set."""


def push_filter(full_name: str, branches: Sequence[str]) -> str:
    """The CEL expression that a push must satisfy. `full_name` is OWNER/NAME in lower case.

    Gitea's payload has no `deleted`, as a deletion is an event of its own there; GitHub's has one, and an
    `after` of zeros.
    """
    refs = json.dumps([HEADS + branch for branch in branches])
    return " && ".join(
        [
            f"body.repository.full_name.lowerAscii() == {json.dumps(full_name)}",
            f"body.ref in {refs}",
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
REPORT_MINUTES = 3


def listener_spec(account: str, sources: Sequence[Source], replicas: int) -> Object:
    """EventListenerSpec (triggers.tekton.dev/v1beta1)."""
    container = {"resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}}}
    return {
        "serviceAccountName": account,
        "triggers": [
            _trigger(source, version, "-previous" if number else "")
            for source in sources
            for number, version in enumerate(source.versions)
        ],
        "resources": {
            "kubernetesResource": {
                "replicas": replicas,
                "spec": {"template": {"spec": {"containers": [container]}}},
            }
        },
    }


def line(full_name: str, branch: str) -> str:
    """One value for all pushes to a branch, as short as a label must be."""
    return sha256(f"{full_name} {branch}".encode()).hexdigest()[:16]


def secret_key(version: int) -> str:
    """The key of this version in the Secret; each has its own, so that a push is taken at every moment."""
    return SECRET_KEY if version == 1 else f"{SECRET_KEY}-{version}"


def _trigger(source: Source, version: int, suffix: str) -> Object:
    tags = json.dumps({HEADS + branch: branch_tag(branch) for branch in source.branches})
    lines = json.dumps({HEADS + branch: line(source.full_name, branch) for branch in source.branches})
    return {
        "name": f"{source.trigger}{suffix}",
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
                    {"name": "filter", "value": push_filter(source.full_name, source.branches)},
                    {
                        "name": "overlays",
                        "value": [
                            {"key": "branch", "expression": f"body.ref.substring({len(HEADS)})"},
                            # Looked up and not made from the payload: a run gets what we wrote.
                            {"key": "branch_tag", "expression": f"{tags}[body.ref]"},
                            {"key": "line", "expression": f"{lines}[body.ref]"},
                            {"key": "delivery", "expression": DELIVERY_ID},
                            {"key": "before", "expression": BEFORE},
                        ],
                    },
                ],
            },
        ],
        "bindings": [
            {"name": "revision", "value": "$(body.after)"},
            {"name": "branch", "value": "$(extensions.branch)"},
            {"name": "branch_tag", "value": "$(extensions.branch_tag)"},
            {"name": "line", "value": "$(extensions.line)"},
            {"name": "delivery", "value": "$(extensions.delivery)"},
            {"name": "before", "value": "$(extensions.before)"},
        ],
        "template": {"ref": source.template},
    }


def template_spec(run: Run) -> Object:
    """TriggerTemplateSpec (triggers.tekton.dev/v1beta1)."""
    return {
        "params": [
            {"name": "revision", "description": "The pushed commit."},
            {"name": "branch", "description": "The branch it was pushed to."},
            {"name": "branch_tag", "description": "The branch as an image's tag."},
            {"name": "line", "description": "What all pushes to the branch have in common."},
            {"name": "delivery", "description": "The forge's id of the delivery."},
            {"name": "before", "description": "The commit that was there before; may be empty."},
        ],
        "resourcetemplates": [
            {
                "apiVersion": "tekton.dev/v1",
                "kind": "PipelineRun",
                "metadata": {
                    "generateName": "github-run-",
                    "namespace": run.namespace,
                    "labels": {
                        **run.labels,
                        **({LINE: "$(tt.params.line)"} if run.cancelled else {}),
                        DELIVERY: "$(tt.params.delivery)",
                    },
                    "annotations": {
                        "tekton-builds/repository": run.repository,
                        "tekton-builds/revision": "$(tt.params.revision)",
                        "tekton-builds/branch": "$(tt.params.branch)",
                        "tekton.dev/auto-cleanup-pvc": "true",
                    },
                },
                "spec": {
                    "pipelineRef": {"name": run.pipeline},
                    "params": [
                        {"name": name, "value": f"$(tt.params.{name})"}
                        for name in ("revision", "branch_tag", "before")
                    ],
                    "timeouts": {
                        "pipeline": f"{run.minutes + REPORT_MINUTES}m0s",
                        "tasks": f"{run.minutes}m0s",
                        "finally": f"{REPORT_MINUTES}m0s",
                    },
                    **({"status": "PipelineRunPending"} if run.waits else {}),
                    "taskRunTemplate": {
                        "serviceAccountName": run.account,
                        "podTemplate": {
                            # Tekton's own containers too run without root, and a fresh volume is writable.
                            "securityContext": {
                                "runAsNonRoot": True,
                                "runAsUser": USER,
                                "runAsGroup": USER,
                                "fsGroup": USER,
                            }
                        },
                    },
                    "workspaces": [
                        {
                            "name": pipeline.SOURCE,
                            "volumeClaimTemplate": {
                                "spec": {
                                    "accessModes": ["ReadWriteOnce"],
                                    "resources": {"requests": {"storage": run.volume_size}},
                                }
                            },
                        },
                        *(
                            {"name": workspace, "secret": {"secretName": secret}}
                            for workspace, secret in run.secrets.items()
                        ),
                    ],
                },
            }
        ],
    }
