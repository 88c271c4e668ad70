"""A cluster's API server, as the follower of a push needs it."""

import json
from pathlib import Path
from typing import Any, Self

from kubernetes import client, config

from inspection.pipeline_run import RUN_LABEL

EVENT_LABEL = "triggers.tekton.dev/triggers-eventid"
LISTENER_LABEL = "eventlistener"
SECONDS = 20  # one request


def direct_client(kubeconfig: Path) -> client.ApiClient:
    """The API server of this file, on this machine: no proxy leads to it."""
    configuration = client.Configuration()
    config.load_kube_config(config_file=str(kubeconfig), client_configuration=configuration)
    configuration.proxy = None
    return client.ApiClient(configuration)


class Cluster:
    """Tekton's runs in one namespace. Objects come as plain dicts.

    Raises `kubernetes.client.ApiException` for a refusal and `urllib3.exceptions.HTTPError` when nobody
    answers.
    """

    @classmethod
    def from_kubeconfig(cls, kubeconfig: Path, namespace: str) -> Self:
        """Connects to the cluster of a kubeconfig without a proxy; runs are those of the namespace."""
        return cls(direct_client(kubeconfig), namespace)

    def __init__(self, api: client.ApiClient, namespace: str) -> None:
        self._custom = client.CustomObjectsApi(api)
        self._core = client.CoreV1Api(api)
        self._namespace = namespace

    def _list(self, plural: str, selector: str) -> list[dict[str, Any]]:
        answer: Any = self._custom.list_namespaced_custom_object(
            *("tekton.dev", "v1", self._namespace, plural), label_selector=selector, _request_timeout=SECONDS
        )
        return list(answer["items"])

    def pipeline_run(self, name: str) -> dict[str, Any] | None:
        """One PipelineRun; None when there is none."""
        try:
            answer: Any = self._custom.get_namespaced_custom_object(
                *("tekton.dev", "v1", self._namespace, "pipelineruns", name), _request_timeout=SECONDS
            )
        except client.ApiException as error:
            if error.status == 404:
                return None
            raise
        return dict(answer)

    def pipeline_runs(self, event: str | None = None) -> list[dict[str, Any]]:
        """Every PipelineRun, or those made for one event of the EventListener."""
        return self._list("pipelineruns", f"{EVENT_LABEL}={event}" if event else "")

    def task_runs(self, pipeline_run: str) -> list[dict[str, Any]]:
        """The TaskRuns of one PipelineRun."""
        return self._list("taskruns", f"{RUN_LABEL}={pipeline_run}")

    def log(self, pod: str, container: str, lines: int, namespace: str | None = None) -> list[str]:
        """The last lines of a container's log; none when the log is gone."""
        try:
            text = self._core.read_namespaced_pod_log(
                pod,
                namespace or self._namespace,
                container=container,
                tail_lines=lines,
                _request_timeout=SECONDS,
            )
        except client.ApiException:
            return []
        return str(text).splitlines()

    def listener_messages(self, event: str, namespace: str) -> list[str]:
        """Log lines of the EventListener in `namespace` about one event.

        It says nothing when an interceptor refuses.
        """
        pods = self._core.list_namespaced_pod(
            namespace, label_selector=LISTENER_LABEL, _request_timeout=SECONDS
        )
        messages = []
        for pod in client.ApiClient().sanitize_for_serialization(pods)["items"]:
            container = pod["spec"]["containers"][0]["name"]
            lines = self.log(pod["metadata"]["name"], container, 500, namespace)
            messages += [_message(line) for line in lines if event in line]
        return messages


def _message(line: str) -> str:
    try:
        entry = json.loads(line)
    except ValueError:
        return line
    return str(entry.get("message") or entry.get("msg") or line)
