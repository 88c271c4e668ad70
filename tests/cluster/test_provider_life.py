"""The official Kubernetes provider as the program relies on it: objects from preview to destroy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster.api_server import ApiServer, binary
from tests.cluster.objects import Objects
from tests.cluster.pulumi_stack import Stack
from toolkit.pulumi_cli import Pulumi

pytestmark = pytest.mark.cluster

CRD = ("apiextensions.k8s.io/v1", "CustomResourceDefinition")
WHOLE_LIFE = """
space = kubernetes.core.v1.Namespace("space", metadata={"name": "whole-life"}, opts=options())
name = space.metadata.name
kubernetes.core.v1.Secret(
    "token", metadata={"namespace": name}, string_data={"token": "hunter2"}, opts=options())
kubernetes.core.v1.ConfigMap(
    "settings", metadata={"namespace": name}, data={"a": pulumi.Output.secret("swordfish")}, opts=options())
crd = kubernetes.apiextensions.v1.CustomResourceDefinition(
    "things",
    metadata={"name": "things.whole-life.example.com"},
    spec={
        "group": "whole-life.example.com",
        "names": {"kind": "Thing", "plural": "things"},
        "scope": "Namespaced",
        "versions": [{"name": "v1", "served": True, "storage": True, "schema": {
            "open_apiv3_schema": {"type": "object", "x_kubernetes_preserve_unknown_fields": True}}}],
    },
    opts=options(),
)
kubernetes.apiextensions.CustomResource(
    "thing", api_version="whole-life.example.com/v1", kind="Thing",
    metadata={"name": "thing", "namespace": name},
    spec={"list": [1, 2.5, "x"], "deep": {"yes": True}}, opts=options(depends_on=[crd]))
service = kubernetes.core.v1.Service(
    "web", metadata={"namespace": name, "annotations": {"pulumi.com/skipAwait": "true"}},
    spec={"selector": {"app": "web"}, "ports": [{"port": 80}]}, opts=options())
pulumi.export("address", service.spec.cluster_ip)
"""
CONFIG_MAP = """
config_map = kubernetes.core.v1.ConfigMap("NAME", metadata={"namespace": "NAMESPACE", MORE},
    data={"a": "VALUE"}, immutable=IMMUTABLE, opts=options(OPTIONS))
pulumi.export("name", config_map.metadata.name)
pulumi.export("uid", config_map.metadata.uid)
"""


def config_map_program(namespace: str, **words: str) -> str:
    program = CONFIG_MAP
    defaults = {"NAME": "one", "VALUE": "1", "IMMUTABLE": "None", "OPTIONS": "", "MORE": ""}
    for word, value in {"NAMESPACE": namespace, **defaults, **words}.items():
        program = program.replace(word, value)
    return program


def config_maps(objects: Objects, namespace: str) -> set[str]:
    return objects.names("v1", "ConfigMap", namespace) - {"kube-root-ca.crt"}


def test_a_stack_lives_from_preview_to_destroy(
    objects: Objects, api_server: ApiServer, tmp_path: Path
) -> None:
    """A namespace and a CRD of the same program, the objects in them, and nothing to do the second time."""
    stack = Stack(tmp_path / "stack", api_server.kubeconfig, WHOLE_LIFE)
    stack.succeed("preview")
    assert objects.get("v1", "Namespace", None, "whole-life") is None, "a preview makes nothing"
    stack.up()
    assert stack.outputs["address"].startswith("10."), "typed outputs come from the live object"
    thing = objects.get("whole-life.example.com/v1", "Thing", "whole-life", "thing")
    assert thing
    assert thing["spec"] == {"list": [1, 2.5, "x"], "deep": {"yes": True}}, (
        "values arrive as they were written"
    )
    state = str(stack.state)
    for secret in ("hunter2", "aHVudGVyMg==", "swordfish"):
        assert secret not in state, "secrets are ciphertext in the state"
    thing["metadata"] = {**thing["metadata"], "labels": {"added": "by-a-controller"}}
    objects.patch(thing)
    stack.succeed("up", "--yes", "--skip-preview", "--expect-no-changes")
    stack.succeed("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    assert "by-a-controller" in str(objects.get("whole-life.example.com/v1", "Thing", "whole-life", "thing"))
    output = stack.succeed("destroy", "--yes", "--skip-preview")
    assert objects.get("v1", "Namespace", None, "whole-life") is None, "ended only when it is gone"
    assert objects.get(*CRD, None, "things.whole-life.example.com") is None
    assert output.index("thing deleted") < output.index("things deleting"), (
        "what depends on another goes first"
    )


def test_what_cannot_be_changed_is_replaced_and_an_alias_keeps_the_object(
    objects: Objects, api_server: ApiServer, namespace: str, tmp_path: Path
) -> None:
    stack = Stack(tmp_path / "stack", api_server.kubeconfig, config_map_program(namespace, IMMUTABLE="True"))
    stack.up()
    outputs = stack.outputs
    stack.write(config_map_program(namespace, IMMUTABLE="True", VALUE="2"))
    stack.up()
    new_outputs = stack.outputs
    assert config_maps(objects, namespace) == {new_outputs["name"]}, "the old one is gone"
    assert outputs["name"] != new_outputs["name"], "without a name of its own the new one comes before"
    alias = 'aliases=[pulumi.Alias(name="one")]'
    stack.write(config_map_program(namespace, IMMUTABLE="True", VALUE="2", NAME="other", OPTIONS=alias))
    stack.up()
    assert stack.outputs["uid"] == new_outputs["uid"], "renamed in the program, the object stays"
    stack.succeed("destroy", "--yes", "--skip-preview")
    assert config_maps(objects, namespace) == set()


def test_a_field_that_the_program_no_longer_sets_goes_and_what_others_wrote_stays(
    objects: Objects, api_server: ApiServer, namespace: str, tmp_path: Path
) -> None:
    name = '"name": "one"'
    stack = Stack(
        tmp_path / "stack",
        api_server.kubeconfig,
        config_map_program(namespace, MORE=f'{name}, "labels": {{"ours": "x"}}'),
    )
    stack.up()
    original = objects.get("v1", "ConfigMap", namespace, "one")
    assert original
    original["metadata"]["labels"] |= {"theirs": "y"}
    objects.patch(original)
    stack.write(config_map_program(namespace, MORE=name))
    stack.up()
    live = objects.get("v1", "ConfigMap", namespace, "one")
    assert live
    assert live["metadata"]["labels"] == {"theirs": "y"}
    assert live["metadata"]["uid"] == original["metadata"]["uid"], "changed in place"


def test_our_commands_leave_no_kubeconfig_behind(
    api_server: ApiServer, namespace: str, tmp_path: Path
) -> None:
    """The provider writes one into TMPDIR each time it is configured, and leaves it."""
    stack = Stack(tmp_path / "stack", api_server.kubeconfig, config_map_program(namespace))
    pulumi = Pulumi(
        program=binary("pulumi"),
        environment=stack.environment,
        project=stack.folder,
        temporary=tmp_path / "ours",
    )
    assert pulumi.show("up", "--yes", "--skip-preview", log=tmp_path / "log") == 0, (
        tmp_path / "log"
    ).read_text()
    assert list((tmp_path / "ours").iterdir()) == []
    stack.succeed("destroy", "--yes", "--skip-preview")
    files = list(stack.temporary.glob("kubeconfig*"))
    assert files, "toolkit/temporary.py and docs/commands.md say that plain `pulumi` leaves it"
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
