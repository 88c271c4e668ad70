"""A cluster on the model of the cloud, by the real engine."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from pathlib import Path
from typing import Any

from plugins.tencentcloud.account import account
from tests.cluster.api_server import ApiServer
from tests.cluster.objects import Objects
from tests.cluster.pulumi_stack import CHECKOUT, Stack

PROGRAM = f"""
import json
import sys

sys.path.insert(0, {str(CHECKOUT)!r})
import pulumi_random
from components import tke, tke_endpoint
from components.secrets import CloudCredentials
from components.settings import Registry
from components.settings.tke import Tke

settings = json.load(open("settings.json"))
tke_endpoint.API_MBPS = settings.pop("apiMbps", tke_endpoint.API_MBPS)
server = f"{{settings.get('tcr', {{}}).get('name')}}.tencentcloudcr.com"
key = pulumi.Output.secret("of-a-model")
cluster = tke.TkeCluster(
    "cluster",
    tke.TkeClusterArgs(
        settings=Tke.model_validate({{"kind": "tke", **settings}}),
        credentials=CloudCredentials(secret_id=key, secret_key=key, token=None),
        registry=Registry(server=server, namespace="apps"),
    ),
    pulumi.ResourceOptions(providers=[pulumi_random.Provider("random")]),
)
kubernetes.core.v1.ConfigMap(
    "inside",
    metadata={{"name": "inside", "namespace": "NAMESPACE"}},
    opts=pulumi.ResourceOptions(provider=cluster.provider),
)
"""


class TkeStack:
    """A cluster on the model, with one object in it."""

    def __init__(self, folder: Path, server: ApiServer, namespace: str) -> None:
        program = PROGRAM.replace("NAMESPACE", namespace)
        self._stack = Stack(folder, server.kubeconfig, program)
        self._account = folder / "account.json"
        kubeconfig = json.loads(server.kubeconfig)
        cluster = kubeconfig["clusters"][0]["cluster"]
        authority = Path(cluster.pop("certificate-authority")).read_bytes()
        cluster["certificate-authority-data"] = b64encode(authority).decode()
        (folder / "tke").write_text(json.dumps(kubeconfig))
        self._stack.environment |= {
            "TENCENTCLOUD_STAND_IN_STATE": str(self._account),
            "TENCENTCLOUD_STAND_IN_KUBECONFIG": str(folder / "tke"),
        }

    def _set(self, settings: dict[str, Any]) -> None:
        public = {} if settings.get("endpoint") == "private" else {"apiCidrs": ["100.64.7.0/24"]}
        everything = {"deletionProtection": False, **public, **settings}
        (self._stack.folder / "settings.json").write_text(json.dumps(everything))

    def up(self, **settings: Any) -> str:
        """What the CLI prints."""
        self._set(settings)
        return self._stack.up()

    def things(self, prefix: str) -> dict[str, dict[str, Any]]:
        """What the account has, by id."""
        everything: dict[str, dict[str, Any]] = json.loads(self._account.read_text())
        return {name: thing for name, thing in everything.items() if name.startswith(f"{prefix}-")}

    def switch(self, **switches: Any) -> None:
        """What makes the account another one than a new one (plugins/tencentcloud/account.py)."""
        with account(self._account) as there:
            there.switch(**switches)

    def scale(self, name: str, nodes: int) -> None:
        """What the cloud's autoscaler does to the pool whose name has this part."""
        everything = json.loads(self._account.read_text())
        (pool,) = (pool for pool in self.things("np").values() if name in pool["name"])
        (key,) = (key for key, thing in everything.items() if thing == pool)
        everything[key] = {**pool, "nodes": nodes}
        self._account.write_text(json.dumps(everything))

    def refused(self, **settings: Any) -> str:
        """What the CLI prints when `up` fails."""
        self._set(settings)
        return self._stack.fail("up", "--yes", "--skip-preview")

    def preview(self, **settings: Any) -> str:
        """What the CLI prints."""
        self._set(settings)
        return self._stack.succeed("preview")

    def refresh(self) -> None:
        self._stack.succeed("refresh", "--yes", "--skip-preview")

    def destroy(self) -> None:
        self._stack.succeed("destroy", "--yes", "--skip-preview")


def uid(objects: Objects, namespace: str) -> str:
    found = objects.get("v1", "ConfigMap", namespace, "inside")
    assert found is not None
    return str(found["metadata"]["uid"])


def steps(said: str, name: str) -> list[str]:
    """What was done to a resource, in order."""
    return re.findall(rf" {name} (created replacement|deleted original|created|deleted|updated)\b", said)
