"""What the arguments of ConfigFile and ConfigGroup become: annotated, secret, unknown, or refused."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from plugins.kubernetes.values import UNKNOWN, Secret, from_wire, has_secret
from tests.unit.kubernetes_monitor import Monitor, Object, config_map, construct, group, refusal


def test_skip_await_is_an_annotation_on_every_child() -> None:
    """yaml/v2: skipAwait adds pulumi.com/skipAwait, also where annotations are null."""
    bare = config_map("bare")
    bare["metadata"]["annotations"] = None
    monitor = group(config_map(team="shop"), bare, skipAwait=True)
    annotations = monitor.child("app:shop/settings")["metadata"]["annotations"]
    assert annotations == {"team": "shop", "pulumi.com/skipAwait": "true"}
    assert monitor.child("app:shop/bare")["metadata"]["annotations"] == {"pulumi.com/skipAwait": "true"}


def test_what_a_secret_object_holds_is_secret() -> None:
    """yaml/v2: data and stringData of a v1 Secret are always secret."""
    text = (
        "{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: shop}, stringData: {token: hunter2}}"
    )
    monitor = construct("ConfigGroup", {"yaml": text})
    assert monitor.child("app:shop/s")["stringData"] == Secret({"token": "hunter2"})
    assert list(monitor.children[0].additionalSecretOutputs) == ["data", "stringData"]


def test_a_secret_inside_an_object_stays_secret() -> None:
    obj = config_map()
    obj["data"] = {"colour": Secret("blue")}
    assert group(obj).child("app:shop/settings")["data"] == {"colour": Secret("blue")}


@pytest.mark.parametrize(
    "inputs",
    [
        {"yaml": Secret("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {x: y}}")},
        {"objs": Secret([{**config_map("a", "default", note="n"), "data": {"x": "y"}}])},
    ],
)
def test_objects_from_a_secret_argument_are_secret_but_for_their_identity(inputs: Object) -> None:
    child = construct("ConfigGroup", inputs).child("app:default/a")
    assert child["data"] == Secret({"x": "y"}), "the argument was secret, so what came out of it is"
    assert child["metadata"]["name"] == "a", "the name is in the URN, which cannot be secret"
    assert has_secret(child["metadata"].get("annotations", Secret(None)))


def test_values_not_known_yet_stay_unknown_in_an_object_whose_name_is_known() -> None:
    obj = {**config_map(), "data": {"uid": UNKNOWN}}
    assert group(obj).child("app:shop/settings")["data"] == {"uid": UNKNOWN}, "preview shows what it can"


@pytest.mark.parametrize(
    "inputs",
    [
        {"yaml": UNKNOWN},
        {"files": UNKNOWN},
        {"objs": [UNKNOWN]},
        {"objs": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": UNKNOWN}}]},
        {"objs": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": UNKNOWN}]},
    ],
)
def test_what_is_not_known_yet_is_left_out_of_a_preview_with_a_warning(inputs: Object) -> None:
    """yaml/v2: "Required input properties have unknown values. Preview is incomplete." """
    with Monitor() as monitor:
        answer = monitor.construct("ConfigGroup", inputs, dryRun=True)
    assert monitor.children == []
    assert "Preview is incomplete" in monitor.warnings[0]
    assert from_wire(answer.state)["resources"] is UNKNOWN


def test_lists_are_taken_apart_and_empty_documents_ignored() -> None:
    """yaml/v2 and kubectl: a v1 List, or a list of a kind, stands for its items."""
    text = textwrap.dedent("""
        # only a comment
        ---
        ---
        apiVersion: v1
        kind: List
        items:
        - apiVersion: v1
          kind: ConfigMapList
          items:
          - {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}}
        - {apiVersion: v1, kind: ConfigMap, metadata: {name: b, namespace: shop}}
    """)
    assert set(construct("ConfigGroup", {"yaml": text}).names) == {"app:shop/a", "app:shop/b"}


def test_an_object_given_twice_is_refused_with_both_places(tmp_path: Path) -> None:
    file = tmp_path / "one.yaml"
    file.write_text("{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: shop}}")
    message = refusal("ConfigGroup", {"files": [str(file)], "objs": [config_map()]})
    assert "defined twice" in message
    assert str(file) in message
    assert "objs" in message


@pytest.mark.parametrize(
    ("obj", "words"),
    [
        ({"kind": "ConfigMap", "metadata": {"name": "a"}}, "needs apiVersion and kind"),
        ({"apiVersion": "v1", "kind": "ConfigMap"}, "needs a metadata.name"),
        (
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "a-"}},
            "needs a metadata.name",
        ),
    ],
)
def test_an_object_without_an_identity_is_refused(obj: Object, words: str) -> None:
    """yaml/v2: kind, apiVersion and .metadata.name are required."""
    assert words in refusal("ConfigGroup", {"objs": [obj]})


def test_a_config_file_needs_its_file_and_knows_its_arguments() -> None:
    assert "needs the argument file" in refusal("ConfigFile", {})
    assert "has no argument files" in refusal("ConfigFile", {"file": "a.yaml", "files": []})
