"""A quota that names a kind which it has not counted, as those of TKE do, and an `up` that makes the kind.

kube-controller-manager looks for new kinds every 30 seconds, and counts them at the quota's next change.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cluster.api_server import ApiServer
from tests.cluster.objects import Objects
from tests.cluster.pulumi_stack import CHECKOUT, Stack

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(240)]

QUOTA = "tke-default-quota"
PROGRAM = f"""
import sys

sys.path.insert(0, {str(CHECKOUT)!r})
from components.kube.quota import quota_retry

part = pulumi.ComponentResource(
    "test:index:Part", "part", None, pulumi.ResourceOptions(transformations=TRANSFORMATIONS))
crd = kubernetes.apiextensions.v1.CustomResourceDefinition(
    "things",
    metadata={{"name": "things.NAMESPACE.example.com"}},
    spec={{
        "group": "NAMESPACE.example.com",
        "names": {{"kind": "Thing", "plural": "things"}},
        "scope": "Namespaced",
        "versions": [{{"name": "v1", "served": True, "storage": True, "schema": {{
            "open_apiv3_schema": {{"type": "object", "x_kubernetes_preserve_unknown_fields": True}}}}}}],
    }},
    opts=options(parent=part))
kubernetes.apiextensions.CustomResource(
    "thing", api_version="NAMESPACE.example.com/v1", kind="Thing",
    metadata={{"name": "thing", "namespace": "NAMESPACE"}}, opts=options(parent=part, depends_on=[crd]))
"""


class Quota:
    """The quota of a namespace, which names things before there are any."""

    def __init__(self, server: ApiServer, objects: Objects, namespace: str) -> None:
        self._server, self._objects, self._namespace = server, objects, namespace
        self._count, self._limit = f"count/things.{namespace}.example.com", 10
        objects.create(self._body())
        while self._count not in self._status("hard"):
            time.sleep(0.1)

    def _body(self) -> dict[str, object]:
        return {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": QUOTA, "namespace": self._namespace},
            "spec": {"hard": {self._count: str(self._limit)}},
        }

    def _status(self, part: str) -> dict[str, str]:
        quota = self._objects.get("v1", "ResourceQuota", self._namespace, QUOTA)
        assert quota
        return dict(quota.get("status", {}).get(part) or {})

    @property
    def counts(self) -> bool:
        return self._count in self._status("used")

    def change(self) -> None:
        """Sets another limit, as TKE does whenever something is created in any namespace."""
        self._limit += 1
        self._objects.patch(self._body())
        time.sleep(1)

    @property
    def refusals(self) -> float:
        """Number of objects that a quota of this API server has refused since it started."""
        metrics = self._server.get("/metrics")
        return sum(
            float(line.rpartition(" ")[2])
            for line in metrics.splitlines()
            if line.startswith("apiserver_admission_controller_admission_duration_seconds_count{")
            and 'name="ResourceQuota"' in line
            and 'rejected="true"' in line
        )


@pytest.fixture
def quota(api_server: ApiServer, objects: Objects, namespace: str) -> Quota:
    return Quota(api_server, objects, namespace)


def stack(folder: Path, server: ApiServer, namespace: str, transformations: str) -> Stack:
    program = PROGRAM.replace("NAMESPACE", namespace).replace("TRANSFORMATIONS", transformations)
    return Stack(folder, server.kubeconfig, program)


def test_the_provider_tries_no_refusal_of_a_quota_again(
    api_server: ApiServer, quota: Quota, namespace: str, tmp_path: Path
) -> None:
    plain = stack(tmp_path / "stack", api_server, namespace, "[]")
    output = plain.fail("up", "--yes", "--skip-preview")
    assert f"status unknown for quota: {QUOTA}" in output, "if it does, components/kube/quota.py may go"
    plain.succeed("destroy", "--yes", "--skip-preview")


def test_a_first_up_waits_until_a_quota_has_counted_a_new_kind(
    api_server: ApiServer, objects: Objects, quota: Quota, namespace: str, tmp_path: Path
) -> None:
    patient = stack(tmp_path / "stack", api_server, namespace, "[quota_retry()]")
    patient.succeed("preview")
    before = quota.refusals
    with ThreadPoolExecutor(1) as pool:
        up = pool.submit(patient.up)
        while quota.refusals == before and not up.done():
            time.sleep(0.1)
        assert not quota.counts, "what is refused is what this test is about"
        while not up.done():
            quota.change()
        output = up.result()
    assert "thing waits until the cluster's quota has counted" in output
    assert objects.get(f"{namespace}.example.com/v1", "Thing", namespace, "thing")
    patient.succeed("up", "--yes", "--skip-preview", "--expect-no-changes")
    patient.succeed("destroy", "--yes", "--skip-preview")
