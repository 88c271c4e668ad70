"""Objects that have a pod somewhere, around the part that a test is about."""

from collections.abc import Callable
from typing import Any

from tests.unit.policy.judge import Case

DEPLOYMENT, TASK = "kubernetes:apps/v1:Deployment", "kubernetes:tekton.dev/v1:Task"
Object = dict[str, Any]


def pod(**spec: Any) -> Case:
    return "kubernetes:core/v1:Pod", {"metadata": {"name": "a"}, "spec": spec}


def deployment(labels: Object | None = None, **container: Any) -> Case:
    spec = {"containers": [{"name": "c", **container}]}
    meta = {"name": "a", "labels": labels or {}}
    return DEPLOYMENT, {"metadata": meta, "spec": {"template": {"spec": spec}}}


def task(name: str = "a", **spec: Any) -> Case:
    return TASK, {"metadata": {"name": name}, "spec": spec}


def _tekton(kind: str, **spec: Any) -> Case:
    group = "triggers.tekton.dev/v1beta1" if kind in {"EventListener", "TriggerTemplate"} else "tekton.dev/v1"
    return f"kubernetes:{group}:{kind}", {"metadata": {"name": "a"}, "spec": spec}


def _made(kind: str, **spec: Any) -> Case:
    made = {"apiVersion": "tekton.dev/v1", "kind": kind, "spec": spec}
    return _tekton("TriggerTemplate", resourcetemplates=[made])


def _cron(container: Object) -> Case:
    spec = {"jobTemplate": {"spec": {"template": {"spec": {"containers": [container]}}}}}
    return "kubernetes:batch/v1:CronJob", {"spec": spec}


def _custom(container: Object) -> Case:
    spec = {"worker": {"template": {"spec": {"containers": [container]}}}}
    return "kubernetes:example.com/v1:Cluster", {"spec": spec}


def _listener(container: Object) -> Case:
    template = {"spec": {"template": {"spec": {"containers": [container]}}}}
    return _tekton("EventListener", resources={"kubernetesResource": template})


def _list(container: Object) -> Case:
    return "kubernetes:core/v1:PodList", {"items": [{"spec": {"containers": [container]}}]}


# Every place where a container may be described.
AROUND_CONTAINER: dict[str, Callable[[Object], Case]] = {
    "pod": lambda container: pod(containers=[container]),
    "init": lambda container: pod(containers=[], initContainers=[container]),
    "ephemeral": lambda container: pod(containers=[], ephemeralContainers=[container]),
    "workload": lambda container: deployment(**container),
    "patch": lambda container: ("kubernetes:apps/v1:DeploymentPatch", deployment(**container)[1]),
    "list": _list,
    "cron": _cron,
    "custom kind": _custom,
    "step": lambda container: task(steps=[container]),
    "sidecar": lambda container: task(sidecars=[container]),
    "step template": lambda container: task(stepTemplate=container),
    "cluster task": lambda container: _tekton("ClusterTask", steps=[container]),
    "step action": lambda container: _tekton("StepAction", **container),
    "pipeline": lambda container: _tekton(
        "Pipeline", tasks=[{"name": "t", "taskSpec": {"steps": [container]}}]
    ),
    "finally": lambda container: _tekton("Pipeline", **{"finally": [{"taskSpec": {"steps": [container]}}]}),
    "run": lambda container: _tekton("TaskRun", taskSpec={"sidecars": [container]}),
    "pipeline run": lambda container: _made(
        "PipelineRun", pipelineSpec={"tasks": [{"taskSpec": {"steps": [container]}}]}
    ),
    "trigger": lambda container: _made("TaskRun", taskSpec={"steps": [container]}),
    "listener": _listener,
}
# Every place where a pod's own fields may be.
AROUND_POD: dict[str, Callable[[Object], Case]] = {
    "pod": lambda fields: pod(containers=[], **fields),
    "workload": lambda fields: (DEPLOYMENT, {"spec": {"template": {"spec": {"containers": [], **fields}}}}),
    "task run": lambda fields: _tekton("TaskRun", podTemplate=fields),
    "pipeline run": lambda fields: _tekton("PipelineRun", taskRunTemplate={"podTemplate": fields}),
    "trigger": lambda fields: _made("PipelineRun", taskRunTemplate={"podTemplate": fields}),
    "task of a run": lambda fields: _made("PipelineRun", taskRunSpecs=[{"podTemplate": fields}]),
}
