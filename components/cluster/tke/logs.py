"""Logs of a TKE cluster in CLS: a logset with a topic for each kind of log.

The topics are the stack's own. Those that the cloud makes by itself would outlive it, and a refresh would
find other inputs than the program's.
"""

import json
from dataclasses import dataclass
from typing import Any

import pulumi
import tencentcloud_iac_pulumi as tencentcloud

from components.builds import NAMESPACE
from settings.tke import Tke

FIELDS = ["namespace", "pod_name", "container_name"]  # by which the builds' logs are searched


@dataclass(frozen=True, kw_only=True)
class TkeLogsArgs:
    settings: Tke


class TkeLogs(pulumi.ComponentResource):
    """Logset and topics; no resources when the settings keep no logs."""

    inputs: dict[str, Any]
    """Log switches of the cluster, for the kinds that it sends by itself."""

    def __init__(self, name: str, args: TkeLogsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tekton-builds:tke:Logs", name, None, opts)
        self._name, self._settings = name, args.settings
        settings, child = args.settings, pulumi.ResourceOptions(parent=self)
        logset = tencentcloud.cls.Logset(
            name, logset_name=settings.name, tags=settings.tags or None, opts=child
        )
        self._logset_id = logset.id
        self._topics = {
            kind: tencentcloud.cls.Topic(
                f"{name}-{kind}",
                logset_id=logset.id,
                topic_name=kind,
                period=settings.logs.days,
                tags=settings.tags or None,
                opts=child,
            ).id
            for kind in settings.logs.kinds
        }
        switches = {"events": "event_persistence", "audit": "cluster_audit"}
        self.inputs = {
            switches[kind]: {"enabled": True, "log_set_id": logset.id, "topic_id": topic}
            for kind, topic in self._topics.items()
            if kind in switches
        }
        if settings.logs.needs_agent:
            # An update without this input would take away the one that the audit has brought along.
            self.inputs["log_agent"] = {"enabled": True}
        self.register_outputs({})

    def collect(self, cluster_id: pulumi.Input[str], nodes: list[pulumi.Resource]) -> None:
        """Has what builds print collected, where the settings say so."""
        if not self._settings.logs.builds:
            return
        rule = f"{self._settings.name}-builds"
        tencentcloud.kubernetes.LogConfig(
            f"{self._name}-rule",
            cluster_id=cluster_id,
            log_config_name=rule,
            logset_id=self._logset_id,
            log_config=pulumi.Output.all(self._logset_id, self._topics["builds"]).apply(
                lambda ids: json.dumps(_rule(rule, self._settings.region, *ids))
            ),
            # Two rules of one name have one id: the old one, deleted last, would delete the new one.
            opts=pulumi.ResourceOptions(parent=self, depends_on=nodes, delete_before_replace=True),
        )


def _rule(name: str, region: str, logset_id: str, topic_id: str) -> dict[str, Any]:
    """A LogConfig (https://tencentcloud.com/document/product/457/64846)."""
    return {
        "apiVersion": "cls.cloud.tencent.com/v1",
        "kind": "LogConfig",
        "metadata": {"name": name},
        "spec": {
            "clsDetail": {
                "region": region,
                "logsetId": logset_id,
                "topicId": topic_id,
                "logType": "minimalist_log",
                "indexs": [{"indexName": name} for name in FIELDS],
            },
            "inputDetail": {
                "type": "container_stdout",
                "containerStdout": {
                    "namespace": NAMESPACE,
                    "allContainers": True,
                    "metadataContainer": FIELDS,
                },
            },
        },
    }
