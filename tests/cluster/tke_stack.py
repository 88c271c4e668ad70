"""A TKE cluster on the model of the cloud, with one object in it, made by the real engine and provider."""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from plugins.tencentcloud.account import account
from tests.cluster.api_server import ApiServer, binary
from tests.cluster.objects import Objects
from tests.cluster.pulumi_stack import CHECKOUT, Stack
from toolkit.pulumi_cli import Preview, Pulumi

PROGRAM = f"""
import json
import sys

sys.path.insert(0, {str(CHECKOUT)!r})
import pulumi_random
from components.cluster.tke import cluster as tke
from components.cluster.tke import endpoint as tke_endpoint
from settings.secrets import CloudCredentials
from settings import Registry
from settings.tke import Tke

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


# What the imported resources are part of, and the provider that reads them.
HOLDERS = (
    "TkeCluster::cluster",
    "::cluster-state",
    "::cluster-cloud",
    "::cluster-network",
    "::cluster-nodes",
)


class TkeStack:
    """A cluster on the model, with one object in it."""

    def __init__(self, folder: Path, server: ApiServer, namespace: str) -> None:
        self._namespace, self._server = namespace, server
        self._stack = Stack(folder, server.kubeconfig, PROGRAM.replace("NAMESPACE", namespace))
        self._account = folder / "account.json"
        kubeconfig = json.loads(server.kubeconfig)
        cluster = kubeconfig["clusters"][0]["cluster"]
        authority = Path(cluster.pop("certificate-authority")).read_bytes()
        cluster["certificate-authority-data"] = b64encode(authority).decode()
        self._kubeconfig = json.dumps(kubeconfig)
        (folder / "tke").write_text(self._kubeconfig)
        self._stack.environment |= {
            "TENCENTCLOUD_STAND_IN_STATE": str(self._account),
            "TENCENTCLOUD_STAND_IN_KUBECONFIG": str(folder / "tke"),
        }

    def take_over(self, folder: Path) -> None:
        """Becomes the recorded stack in `folder`, with its account.

        In the state, NAMESPACE, API-KUBECONFIG and TKE-KUBECONFIG stand for what differs from run to run.
        """
        text = gzip.decompress((folder / "state.json.gz").read_bytes()).decode()
        state = json.loads(text.replace("NAMESPACE", self._namespace))
        self._stack.take_over(_filled(state, self._server.kubeconfig, self._kubeconfig))
        self._account.write_text((folder / "account.json").read_text())

    def up(self, **settings: Any) -> str:
        """Runs the command with these settings; returns its output."""
        self._set(settings)
        return self._stack.up()

    @property
    def account(self) -> dict[str, dict[str, Any]]:
        """Resources of the account, by id."""
        everything: dict[str, dict[str, Any]] = json.loads(self._account.read_text())
        return everything

    def things(self, prefix: str) -> dict[str, dict[str, Any]]:
        """Resources of a kind, by id."""
        return {name: thing for name, thing in self.account.items() if name.startswith(f"{prefix}-")}

    def remove(self, thing: str) -> None:
        """Deletes a resource, as somebody does in the console."""
        with account(self._account) as model:
            model.remove(thing)

    def pass_minutes(self, minutes: int) -> None:
        with account(self._account) as model:
            for _ in range(minutes):
                model.pass_minute()

    def lose_state(self) -> None:
        """The stack begins anew, and the account stays as it is."""
        self._stack.succeed("stack", "rm", "--yes", "--force", "--preserve-config", "test")
        self._stack.succeed("stack", "init", "test")

    def bring_back(self, ids: Mapping[str, str], **settings: Any) -> None:
        """As docs/tencent-cloud.md says: the provider first, then the account's by id and logical name."""
        self._set(settings)
        targets = [argument for name in HOLDERS for argument in ("--target", f"**{name}")]
        output = self._stack.fail("up", "--yes", "--skip-preview", *targets)
        assert "was not specified in --target list" in output, output
        file = self._stack.folder / "import.json"
        self._stack.succeed("preview", "--import-file", str(file))
        imports = json.loads(file.read_text())
        names = {entry["name"]: entry.get("logicalName", entry["name"]) for entry in imports["resources"]}
        imports["resources"] = [
            {**entry, "id": ids[names[entry["name"]]]}
            for entry in imports["resources"]
            if entry["type"].startswith("tencentcloud:")
        ]
        file.write_text(json.dumps(imports))
        self._stack.succeed(
            "import", "--yes", "--file", str(file), "--protect=false", "--generate-code=false"
        )

    def scale(self, name: str, nodes: int) -> None:
        """Scales the pool whose name has this part, as the cloud's autoscaler does."""
        with account(self._account) as model:
            ((key, pool),) = (entry for entry in model.all("np").items() if name in entry[1]["name"])
            model.put(key, {**pool, "nodes": nodes})

    def planned(self, **settings: Any) -> dict[str, str]:
        """Operations of a preview, by the last part of the resource's type and its name."""
        self._set(settings)
        steps = json.loads(self._stack.succeed("preview", "--json"))["steps"]
        return {_short(step["urn"]): step["op"] for step in steps if step["op"] != "same"}

    def cost_preview(self, **settings: Any) -> Preview:
        """Previews as `make cost` does."""
        self._set(settings)
        cli = Pulumi(
            program=binary("pulumi"),
            base=self._stack.environment,
            project=self._stack.folder,
            temporary=self._stack.temporary,
        )
        return cli.preview("test")

    def preview(self, **settings: Any) -> str:
        """Runs the command with these settings; returns its output."""
        self._set(settings)
        return self._stack.succeed("preview")

    def _set(self, settings: Mapping[str, Any]) -> None:
        public = {} if settings.get("endpoint") == "private" else {"apiCidrs": ["100.64.7.0/24"]}
        everything = {"deletionProtection": False, **public, **settings}
        (self._stack.folder / "settings.json").write_text(json.dumps(everything))

    def switch(self, **switches: Any) -> None:
        """Sets switches of the account (plugins/tencentcloud/account.py)."""
        with account(self._account) as model:
            model.switch(**switches)

    def refused(self, **settings: Any) -> str:
        """Runs an `up` that must fail; returns its output."""
        self._set(settings)
        return self._stack.fail("up", "--yes", "--skip-preview")

    def refresh(self) -> None:
        self._stack.succeed("refresh", "--yes", "--skip-preview")

    def destroy(self) -> None:
        self._stack.succeed("destroy", "--yes", "--skip-preview")


def _short(urn: str) -> str:
    kind, name = urn.split("::")[2:]
    return f"{kind.rpartition('$')[2].rpartition(':')[2]} {name}"


def _filled(value: Any, api: str, tke: str) -> Any:
    """The value with both kubeconfigs in place of their words; a secret's value is JSON in a text."""
    if isinstance(value, dict):
        filled = {key: _filled(inner, api, tke) for key, inner in value.items()}
        if "plaintext" in filled:
            filled["plaintext"] = json.dumps(_filled(json.loads(filled["plaintext"]), api, tke))
        return filled
    if isinstance(value, list):
        return [_filled(inner, api, tke) for inner in value]
    words = {"API-KUBECONFIG": api, "TKE-KUBECONFIG": tke}
    return words.get(value, value) if isinstance(value, str) else value


def uid(objects: Objects, namespace: str) -> str:
    config_map = objects.get("v1", "ConfigMap", namespace, "inside")
    assert config_map is not None
    return str(config_map["metadata"]["uid"])


def steps(output: str, name: str) -> list[str]:
    """Operations on a resource, in order."""
    return re.findall(rf" {name} (created replacement|deleted original|created|deleted|updated)\b", output)
