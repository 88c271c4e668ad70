"""The kubernetes plugin's pure parts: values on the wire, secrecy, shapes, paths and owners of fields."""

from __future__ import annotations

from typing import Any

import pytest

from plugins.kubernetes.diff import diff, parse_path
from plugins.kubernetes.errors import PluginError
from plugins.kubernetes.managed_fields import belongs_to_others_only, is_client_side, take_over
from plugins.kubernetes.naming import Kind, autoname, kind_of_token, parse_id
from plugins.kubernetes.secrecy import mark
from plugins.kubernetes.settings import Settings
from plugins.kubernetes.shape import normalized, pruned, to_object, to_properties
from plugins.kubernetes.state import inputs_of, live_of, new_state
from plugins.kubernetes.values import (
    UNKNOWN,
    Secret,
    from_wire,
    has_secret,
    has_unknown,
    part_from_wire,
    reveal,
    to_wire,
)


def test_values_survive_the_wire() -> None:
    values = {
        "text": "x",
        "number": 80,
        "half": 0.5,
        "yes": True,
        "nothing": None,
        "none": {},
        "empty": [],
        "deep": [{"a": [1, Secret({"b": UNKNOWN})]}],
        "unknown": UNKNOWN,
    }
    there_and_back = from_wire(to_wire(values))
    assert there_and_back == values
    assert type(there_and_back["number"]) is int, "YAML has 80, not 80.0, and the server refuses the latter"
    assert type(there_and_back["yes"]) is bool


def test_a_part_is_read_without_the_rest() -> None:
    wire = to_wire({"spec": {"names": {"kind": "Thing"}}, "kind": "X"})
    assert part_from_wire(wire, "kind") == "X"
    assert part_from_wire(wire, "spec", "names", "kind") == "Thing"
    assert part_from_wire(wire, "spec", "absent", "kind") is None
    assert part_from_wire(wire, "absent") is None
    assert "absent" not in from_wire(wire), "to look is not to touch"


def test_a_secret_never_prints_what_it_holds() -> None:
    assert "hunter2" not in f"{Secret('hunter2')!r} {Secret('hunter2')}", "not in a log, not in an assertion"


def test_secrets_and_unknowns_are_found_at_any_depth() -> None:
    assert has_secret({"a": [{"b": Secret(1)}]})
    assert not has_secret({"a": [{"b": 1}]})
    assert has_unknown({"a": [Secret({"b": UNKNOWN})]})
    assert reveal({"a": [Secret({"b": Secret(1)})]}) == {"a": [{"b": 1}]}


def test_secrecy_spreads_by_map_and_not_beyond() -> None:
    outs = {"spec": {"a": "1", "b": "2", "list": ["x", "y"]}, "status": {}}
    ins = {"spec": {"a": Secret("1"), "b": "2", "list": ["x", Secret("y")]}}
    assert mark(outs, ins)["spec"] == {"a": Secret("1"), "b": "2", "list": Secret(["x", "y"])}
    whole = mark(outs, {"spec": Secret({"a": "1"})})
    assert whole["spec"] == Secret(outs["spec"]), "a whole secret input makes a whole secret output"


def test_crd_fields_change_their_name_on_the_way() -> None:
    properties = {"x_kubernetes_int_or_string": True, "deep": [{"x_kubernetes_list_type": "map"}]}
    obj = {"x-kubernetes-int-or-string": True, "deep": [{"x-kubernetes-list-type": "map"}]}
    assert to_object(properties) == obj
    assert to_properties(obj) == properties


def test_what_only_the_server_sets_is_no_input() -> None:
    metadata = {
        "name": "x",
        "uid": "1",
        "resourceVersion": "2",
        "creationTimestamp": None,
        "managedFields": [],
    }
    assert normalized({"kind": "ConfigMap", "metadata": metadata})["metadata"] == {"name": "x"}


def test_a_crd_without_what_the_server_drops() -> None:
    crd = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "spec": {"preserveUnknownFields": False, "group": "g"},
        "status": {},
    }
    assert normalized(crd) == {**{key: crd[key] for key in ("apiVersion", "kind")}, "spec": {"group": "g"}}


@pytest.mark.parametrize(
    ("live", "inputs", "kept"),
    [
        ({"a": 1, "b": 2}, {"a": 0}, {"a": 1}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 0}}, {"a": {"b": 1}}),
        ([{"a": 1, "b": 2}, {"a": 3}], [{"a": 0}], [{"a": 1}]),
        ({"a": [1]}, {"a": "x"}, {"a": [1]}),
        ({"a": 1}, {}, {}),
    ],
)
def test_of_the_live_object_only_what_the_inputs_speak_of(live: Any, inputs: Any, kept: Any) -> None:
    assert pruned(live, inputs) == kept


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("spec.replicas", ("spec", "replicas")),
        ("spec.containers[0].image", ("spec", "containers", 0, "image")),
        ('metadata.annotations["a.b/c"]', ("metadata", "annotations", "a.b/c")),
        ('["a"].b', ("a", "b")),
        ("spec.containers[*].image", ("spec", "containers", "*", "image")),
    ],
)
def test_paths_of_ignore_changes_are_read(text: str, path: tuple[Any, ...]) -> None:
    assert parse_path(text) == path


def test_keys_with_dots_are_quoted_in_paths() -> None:
    old = {"metadata": {"name": "x", "namespace": "y", "annotations": {'a."b': "1"}}}
    new = {"metadata": {"name": "x", "namespace": "y", "annotations": {'a."b': "2"}}}
    (path,) = diff(old, new, [], _NoCluster()).changes  # type: ignore[arg-type]
    assert path == 'metadata.annotations["a.\\"b"]'


class _NoCluster:
    settings = Settings()

    def is_namespaced(self, api_version: str, kind: str) -> bool:
        return True


@pytest.mark.parametrize(
    ("token", "kind"),
    [
        ("kubernetes:core/v1:ConfigMap", Kind("v1", "ConfigMap")),
        ("kubernetes:apps/v1:Deployment", Kind("apps/v1", "Deployment")),
        ("kubernetes:tekton.dev/v1:Task", Kind("tekton.dev/v1", "Task")),
    ],
)
def test_type_tokens_name_kinds(token: str, kind: Kind) -> None:
    assert kind_of_token(token) == kind


def test_ids_name_objects() -> None:
    assert parse_id("a/b") == ("a", "b")
    assert parse_id("b") == (None, "b")
    for bad in ("", "/b", "a/", "a/b/c"):
        with pytest.raises(PluginError, match="write namespace/name"):
            parse_id(bad)


def test_names_are_the_same_for_the_same_seed_only() -> None:
    assert autoname("x", b"1") == autoname("x", b"1")
    assert autoname("x", b"1") != autoname("x", b"2")
    assert autoname("x", b"") != autoname("x", b""), "without a seed, by chance"


def entry(manager: str, operation: str, fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"manager": manager, "operation": operation, "fieldsV1": fields, **more}


def live(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"metadata": {"resourceVersion": "7", "managedFields": list(entries)}}


def test_what_this_provider_created_is_taken_over_once() -> None:
    other = entry("controller", "Update", {"f:status": {}}, subresource="status")
    obj = live(entry("pulumi-kubernetes", "Update", {"f:data": {"f:a": {}}}), other)
    patch = take_over(obj, "ours")
    assert patch is not None
    assert patch[0]["value"] == [other, entry("ours", "Apply", {"f:data": {"f:a": {}}})]
    assert patch[1]["value"] == "7", "only if nobody wrote since"
    assert take_over(live(*patch[0]["value"]), "ours") is None


def test_a_field_of_others_is_told_from_a_shared_one() -> None:
    theirs = entry("autoscaler", "Update", {"f:spec": {"f:replicas": {}}})
    ours = entry("ours", "Apply", {"f:spec": {"f:paused": {}}})
    assert belongs_to_others_only(live(theirs, ours), ("spec", "replicas"), "ours")
    assert not belongs_to_others_only(live(theirs, ours), ("spec", "paused"), "ours")
    assert not belongs_to_others_only(live(theirs, ours), ("spec", "absent"), "ours")
    assert is_client_side(live()), "nobody known: written before there were managed fields"
    assert not is_client_side(live(theirs, ours))


def test_a_state_gives_back_what_went_into_it() -> None:
    inputs = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}, "data": {"a": Secret("b")}}
    state = new_state(inputs, {**reveal(inputs), "extra": 1}, field_manager="manager", initial_version="v1")
    assert inputs_of(state) == inputs
    assert live_of(state) == {**reveal(inputs), "extra": 1}
    assert inputs_of({}) == {}, "a state of another make"
