"""The TriggerTemplate: the PipelineRun that a push makes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pipelines import pipeline
from pipelines.tasks import USER, Object

NAME = "github-template"
DELIVERY = "tekton-builds/delivery"  # the label with the forge's name of the delivery that started a run
BRANCH_KEY = "tekton-builds/line"  # the label of all runs of one branch of one repository
LOOKED_UP = {
    "pipeline": "The Pipeline that builds the repository.",
    "repository": "The repository, as OWNER/NAME in lower case.",
    "branch": "The branch that was pushed to.",
    "branch_tag": "The branch as an image's tag.",
    "line": "What all pushes have in common of which a newer one cancels an older one's run; may be empty.",
}
REPORT_MINUTES = 3


@dataclass(frozen=True, kw_only=True)
class Run:
    """The PipelineRun that a push makes; the Pipeline is the trigger's choice."""

    namespace: str
    account: str
    secrets: Mapping[str, str]
    """Secrets bound to workspaces of the Pipeline, by the workspace's name."""
    own_secrets: Collection[str] = ()
    """Workspaces that a Secret of the repository alone is bound to; the trigger says which."""
    volume_size: str
    minutes: int
    """Timeout of clone and builds, in minutes; the final report has minutes of its own."""
    labels: Mapping[str, str]
    priority: str = ""
    """The class of its pods; empty: none."""
    starts_pending: bool = False
    """True: the run is made pending, and the janitor starts it."""


def secret_param(workspace: str) -> str:
    """The parameter with the name of the repository's own Secret for a workspace."""
    return f"{workspace.replace('-', '_')}_secret"


def spec(run: Run) -> Object:
    """TriggerTemplateSpec (triggers.tekton.dev/v1beta1)."""
    secrets = {
        **run.secrets,
        **{workspace: f"$(tt.params.{secret_param(workspace)})" for workspace in run.own_secrets},
    }
    return {
        "params": [
            {"name": "revision", "description": "The pushed commit."},
            *({"name": name, "description": text} for name, text in LOOKED_UP.items()),
            {"name": "delivery", "description": "The forge's id of the delivery."},
            {"name": "before", "description": "The commit that was there before; may be empty."},
            *(
                # While an update goes on, the listener's table may not have it yet: then it is the stack's.
                {
                    "name": secret_param(workspace),
                    "description": f"The repository's own Secret for {workspace}.",
                    "default": workspace,
                }
                for workspace in run.own_secrets
            ),
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
                        BRANCH_KEY: "$(tt.params.line)",
                        DELIVERY: "$(tt.params.delivery)",
                    },
                    "annotations": {
                        "tekton-builds/repository": "$(tt.params.repository)",
                        "tekton-builds/revision": "$(tt.params.revision)",
                        "tekton-builds/branch": "$(tt.params.branch)",
                        "tekton.dev/auto-cleanup-pvc": "true",
                    },
                },
                "spec": {
                    "pipelineRef": {"name": "$(tt.params.pipeline)"},
                    "params": [
                        {"name": name, "value": f"$(tt.params.{name})"}
                        for name in ("revision", "branch_tag", "before")
                    ],
                    "timeouts": {
                        "pipeline": f"{run.minutes + REPORT_MINUTES}m0s",
                        "tasks": f"{run.minutes}m0s",
                        "finally": f"{REPORT_MINUTES}m0s",
                    },
                    **({"status": "PipelineRunPending"} if run.starts_pending else {}),
                    "taskRunTemplate": {
                        "serviceAccountName": run.account,
                        "podTemplate": {
                            # The affinity assistant takes it from here too.
                            **({"priorityClassName": run.priority} if run.priority else {}),
                            # Tekton's own containers too run without root, and a fresh volume is writable.
                            "securityContext": {
                                "runAsNonRoot": True,
                                "runAsUser": USER,
                                "runAsGroup": USER,
                                "fsGroup": USER,
                            },
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
                            for workspace, secret in secrets.items()
                        ),
                    ],
                },
            }
        ],
    }
