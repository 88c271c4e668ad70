"""A definition in the state has everything that the API server reads, and no texts for people."""

import copy
from typing import Any

from components.kube.definitions import without_descriptions


def definition(**schema: Any) -> dict[str, Any]:
    version = {
        "name": "v1",
        "schema": {"openAPIV3Schema": schema},
        "additionalPrinterColumns": [{"name": "A", "description": "shown by kubectl get"}],
    }
    spec = {"group": "example.com", "versions": [version]}
    meta = {"name": "things.example.com"}
    return {"kind": "CustomResourceDefinition", "metadata": meta, "spec": spec}


def schema(manifest: dict[str, Any]) -> Any:
    return manifest["spec"]["versions"][0]["schema"]["openAPIV3Schema"]


def test_descriptions_go_at_any_depth() -> None:
    deep = {
        "type": "object",
        "description": "a",
        "items": {"anyOf": [{"type": "string", "description": "b"}]},
    }
    slim = schema(without_descriptions(definition(properties={"spec": deep}, description="c")))
    assert slim == {"properties": {"spec": {"type": "object", "items": {"anyOf": [{"type": "string"}]}}}}


def test_a_field_that_is_called_description_stays_a_field() -> None:
    field = {"type": "string", "description": "what a Task is for"}
    whole = definition(
        properties={"description": field, "properties": {"properties": {"description": field}}}
    )
    assert schema(without_descriptions(whole)) == {
        "properties": {
            "description": {"type": "string"},
            "properties": {"properties": {"description": {"type": "string"}}},
        }
    }, "the API server would prune it from every object"


def test_a_default_stays_what_it_is() -> None:
    default = {"type": "object", "default": {"description": "none"}}
    whole = definition(properties={"a": default})
    assert schema(without_descriptions(whole))["properties"]["a"] == default


def test_the_rest_of_the_definition_and_the_given_object_stay() -> None:
    whole = definition(type="object", description="a")
    before = copy.deepcopy(whole)
    slim = without_descriptions(whole)
    assert whole == before
    columns = slim["spec"]["versions"][0]["additionalPrinterColumns"]
    assert columns == [{"name": "A", "description": "shown by kubectl get"}]
    assert slim["spec"]["group"] == "example.com"


def test_another_object_is_the_same() -> None:
    task = {"kind": "Task", "metadata": {"name": "a"}, "spec": {"description": "kept"}}
    assert without_descriptions(task) is task


def test_a_definition_without_a_schema_is_taken() -> None:
    bare = {"kind": "CustomResourceDefinition", "metadata": {"name": "a"}, "spec": {"group": "example.com"}}
    assert without_descriptions(bare) == bare
